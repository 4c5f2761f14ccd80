"""Slopes under the reader's hand: a secant that becomes a tangent, a tangent that travels."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from backprop.explorers.frames import FramesExplorer

Curve = Callable[[ArrayLike], NDArray[np.floating]]
REACH = 2.0  # how far the tangent is drawn to either side
EXACT = 1e-12  # what two numbers of a sentence may differ by and be called equal
NEAR, JUMP = 1e-6, 1e-3  # a slope that changes by more than JUMP within 2 NEAR has a kink between


def secant_explorer() -> FramesExplorer:
    """Return an explorer of the secant of x² through 1 and 1 + h (chapter 1)."""
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    plt.close(figure)
    x = np.linspace(-0.5, 3, 71)
    axes.plot(x, x**2)
    axes.plot(x, 2 * x - 1, ":", color="C2", label="tangent, slope 2")
    (secant,) = axes.plot([], [], "--", color="C1", label="secant")
    (ends,) = axes.plot([], [], "o", color="C1")
    axes.set(xlabel="$x$", ylabel="$x^2$", ylim=(-1, 7))
    axes.legend(loc="upper left")

    def update(h: float) -> str:
        secant.set_data(x, 1 + (2 + h) * (x - 1))
        ends.set_data([1, 1 + h], [1, (1 + h) ** 2])
        return f"With h = {h:.2f} the secant has slope 2 + h = {2 + h:.2f}."

    alt = "The parabola, its tangent at 1, and the secant through 1 and 1 + h."
    return FramesExplorer(figure, update, alt=alt, h=np.linspace(0.02, 1, 50))


def tangent_explorer(function: Curve, derivative: Curve, name: str, symbol: str) -> FramesExplorer:
    """Return an explorer of a function of z on [-6, 6] and its slope (chapters 2 and 3).

    `name` is how sentences call the function, `symbol` how the axes do, without dollar signs.
    """
    z = np.linspace(-6, 6, 121)
    figure, (upper, lower) = plt.subplots(2, sharex=True, figsize=(6, 5), layout="constrained")
    plt.close(figure)
    upper.plot(z, function(z))
    upper.set(ylabel=f"${symbol}(z)$")
    upper.margins(y=0.15)
    upper.autoscale_view()  # before it is turned off, for Matplotlib puts it off until it draws
    upper.autoscale(False)
    lower.plot(z, derivative(z), color="C1")
    lower.set(ylabel=f"${symbol}'(z)$", xlabel="$z$")
    (tangent,) = upper.plot([], [], "--", color="C1")
    (point,) = upper.plot([], [], "o", color="C0")
    (height,) = lower.plot([], [], "o", color="C1")

    def update(z: float) -> str:
        value, slope = float(function(z)), float(derivative(z))
        tangent.set_data([z - REACH, z + REACH], [value - REACH * slope, value + REACH * slope])
        point.set_data([z], [value])
        height.set_data([z], [slope])
        return f"At z = {z:.2f}: {name} {told(value, 3)}, slope {told_slope(derivative, z, 3)}."

    alt = f"The {name} with its tangent at z, above the curve of its slope."
    return FramesExplorer(figure, update, alt=alt, z=np.linspace(-6, 6, 49))


def told(number: float, decimals: int) -> str:
    """Return "= 0.500", or "≈ 0.333" where digits are left out; what rounds to 0 has no sign."""
    shown = round(number, decimals) + 0.0
    return f"{'=' if abs(shown - number) < EXACT else '≈'} {shown:.{decimals}f}"


def told_slope(derivative: Curve, at: float, decimals: int) -> str:
    """Return the slope at a point in the same way; it says so where it is chosen at a kink."""
    slope = told(float(derivative(at)), decimals)
    below, above = (float(derivative(at + step)) for step in (-NEAR, NEAR))
    return f"{slope}, chosen at a kink" if abs(above - below) > JUMP else slope
