"""The tangent explorer: a function with its tangent, above the curve of its slope."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from backprop.explorers.frames import FramesExplorer

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]
REACH = 2.0  # how far the tangent is drawn to either side


def tangent_explorer(function: Curve, derivative: Curve, name: str, symbol: str) -> FramesExplorer:
    """Return an explorer of a function of z on [-6, 6] (chapters 2 and 3).

    `name` is how sentences call the function, `symbol` how the axes do, without dollar signs.
    """
    z = np.linspace(-6, 6, 121)
    figure, (upper, lower) = plt.subplots(2, sharex=True, figsize=(6, 5), layout="constrained")
    plt.close(figure)
    upper.plot(z, function(z))
    upper.set(ylabel=f"${symbol}(z)$")
    upper.margins(y=0.15)
    upper.autoscale(False)
    lower.plot(z, derivative(z), color="C1")
    lower.set(ylabel=f"${symbol}'(z)$", xlabel="$z$")
    (tangent,) = upper.plot([], [], "--", color="C1")
    (point,) = upper.plot([], [], "o", color="C0")
    (height,) = lower.plot([], [], "o", color="C1")

    def update(z: float) -> str:
        value, slope = float(function(np.float64(z))), float(derivative(np.float64(z)))
        tangent.set_data([z - REACH, z + REACH], [value - REACH * slope, value + REACH * slope])
        point.set_data([z], [value])
        height.set_data([z], [slope])
        return f"At z = {z:.2f} the {name} is {value:.3f} and its slope is {slope:.3f}."

    alt = f"The {name} with its tangent at z, above the curve of its slope."
    return FramesExplorer(figure, update, alt=alt, z=np.linspace(-6, 6, 49))
