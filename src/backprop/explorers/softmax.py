"""The softmax explorer: three probabilities, and what one score does to them."""

import matplotlib.pyplot as plt
import numpy as np

from backprop.activations import softmax, softmax_jacobian
from backprop.explorers.frames import FramesExplorer

OTHERS = (1.0, 0.0)  # the scores that stay where they are


def softmax_explorer() -> FramesExplorer:
    """Return an explorer of the softmax of (z_1, 1, 0) and its slopes by z_1 (chapter 3)."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.5, 2.8), layout="constrained")
    plt.close(figure)
    names = ["1", "2", "3"]
    heights = left.bar(names, [0, 0, 0], color="C0")
    slopes = right.bar(names, [0, 0, 0], color="C1")
    left.set(ylim=(0, 1), title="$p_i$", xlabel="$i$")
    right.set(ylim=(-0.3, 0.3), title=r"$\partial p_i/\partial z_1$", xlabel="$i$")
    right.axhline(0, color="C7", lw=0.8)

    def update(z_1: float) -> str:
        scores = np.array([z_1, *OTHERS])
        p, slope = softmax(scores), softmax_jacobian(scores)[:, 0]
        for bar, height in zip([*heights, *slopes], [*p, *slope], strict=True):
            bar.set_height(height)
        shares = ", ".join(f"{share:.3f}" for share in p)
        changes = ", ".join(f"{round(change, 3) + 0.0:.3f}" for change in slope)
        return f"With scores {z_1:.1f}, 1, 0: probabilities {shares}; slopes {changes}; rounded."

    alt = "Bars of three probabilities, and bars of their slopes by the first score."
    return FramesExplorer(figure, update, alt=alt, z_1=np.linspace(-5, 5, 51))
