"""The price explorer: what one gradient costs in four ways, over width and depth (chapter 10)."""

import matplotlib.pyplot as plt

from backprop import counting
from backprop.explorers.frames import FramesExplorer

DEPTHS, WIDTHS = (1, 2, 3, 4), (10, 30, 100, 1000)
WAYS = {
    "backpropagation": counting.gradient,
    "per unit": counting.unit_differences,
    "per weight,\nwhat changes": counting.weight_differences,
    "brute force": counting.finite_differences,
}


def price_explorer(inputs: int = 784, outputs: int = 10) -> FramesExplorer:
    """Return bars of the multiplications for one image, on hidden layers and their units.

    It starts with one hidden layer of 30 units.
    """
    figure, axes = plt.subplots(figsize=(5, 3), layout="constrained")
    bars = axes.barh(list(WAYS), [1] * len(WAYS), color=["C0", "C2", "C1", "C3"])
    numbers = [axes.text(1, k, "", va="center") for k in range(len(WAYS))]
    most = (inputs, *[WIDTHS[-1]] * DEPTHS[-1], outputs)
    axes.set(xscale="log", xlim=(1e3, 1e3 * counting.finite_differences(most)))
    axes.set(xlabel="multiplications for one image")
    axes.set_xticks([1e3, 1e6, 1e9, 1e12, 1e15], ["10³", "10⁶", "10⁹", "10¹²", "10¹⁵"])
    axes.minorticks_off()
    axes.invert_yaxis()

    def update(hidden_layers: float, units: float) -> str:
        sizes = (inputs, *[int(units)] * int(hidden_layers), outputs)
        prices = [way(sizes) for way in WAYS.values()]
        for bar, number, price in zip(bars, numbers, prices, strict=True):
            bar.set_width(price)
            number.set(x=1.3 * price, text=f"{price:,}" if price < 1e9 else f"{price:.2e}")
        return (
            f"{'-'.join(map(str, sizes))}: backpropagation takes {prices[0]:,} multiplications, "
            f"a difference per unit about {prices[1] / prices[0]:,.1f} and "
            f"brute force about {prices[-1] / prices[0]:,.0f} times as many."
        )

    alt = "Bars on a logarithmic scale: what the gradient for one image costs in four ways."
    explorer = FramesExplorer(figure, update, alt=alt, hidden_layers=DEPTHS, units=WIDTHS)
    explorer.hidden_layers, explorer.units = 1, 30
    return explorer
