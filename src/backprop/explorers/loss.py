"""The loss explorer: a loss of one prediction with its tangent, above the curve of its slope."""

from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike

from backprop._arrays import FloatArray
from backprop.explorers.frames import FramesExplorer
from backprop.explorers.tangent import told, told_slope
from backprop.losses import LOSSES

Curves = tuple[FloatArray, FloatArray]


def loss_explorer(
    name: str, letter: str, *, prediction: Iterable[float], **second: Iterable[float]
) -> FramesExplorer:
    """Return an explorer of a loss, by its name in `LOSSES` (chapter 4).

    `letter` is how the axes call the prediction, without dollar signs. The second slider is
    `target`, or named like a keyword of the loss; then the target is 0.
    """
    predictions = list(prediction)
    ((slider, choices),) = ((key, list(values)) for key, values in second.items())
    grid = np.linspace(predictions[0], predictions[-1], 121)
    reach = (grid[-1] - grid[0]) / 6  # how far the tangent is drawn to either side

    figure, panels = plt.subplots(2, sharex=True, figsize=(6, 5), layout="constrained")
    plt.close(figure)
    for choice in choices:
        for panel, curve in zip(panels, _curves(name, grid, slider, choice), strict=True):
            panel.plot(grid, curve, color="C7", alpha=0.3)
    for panel, label in zip(panels, ("loss", "slope"), strict=True):
        panel.set(ylabel=label)
        panel.autoscale_view()
        panel.autoscale(False)
    panels[1].set(xlabel=f"${letter}$")
    colours = ("C0", "C1")
    lines = [panel.plot([], [], color=c)[0] for panel, c in zip(panels, colours, strict=True)]
    points = [panel.plot([], [], "o", color=c)[0] for panel, c in zip(panels, colours, strict=True)]
    (tangent,) = panels[0].plot([], [], "--", color="C1")

    def update(prediction: float, **other: float) -> str:
        choice, here = other[slider], np.array([prediction])
        for line, curve in zip(lines, _curves(name, grid, slider, choice), strict=True):
            line.set_data(grid, curve)
        value, slope = (float(curve[0]) for curve in _curves(name, here, slider, choice))
        points[0].set_data(here, [value])
        points[1].set_data(here, [slope])
        ends = [value - reach * slope, value + reach * slope]
        tangent.set_data([prediction - reach, prediction + reach], ends)

        def slope_of(at: ArrayLike) -> FloatArray:
            line = np.asarray(at, float).reshape(-1)
            return _curves(name, line, slider, choice)[1].reshape(np.shape(at))

        return (
            f"At a prediction of {prediction:g} with {slider} {choice:g}: "
            f"loss {told(value, 4)}, slope {told_slope(slope_of, prediction, 4)}."
        )

    words = name.replace("_", " ")
    alt = f"The {words} with its tangent at the prediction, above the curve of its slope."
    return FramesExplorer(figure, update, alt=alt, prediction=predictions, **{slider: choices})


def _curves(name: str, at: FloatArray, slider: str, choice: float) -> Curves:
    """Return the loss and its slope for each prediction, taken as a column of one entry."""
    target, keywords = (choice, {}) if slider == "target" else (0.0, {slider: choice})
    pair = at[np.newaxis], np.full((1, at.size), target)
    loss = LOSSES[name]
    return loss.function(*pair, **keywords), loss.gradient(*pair, **keywords)[0]
