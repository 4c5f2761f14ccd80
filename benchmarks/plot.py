"""The table of results as a picture."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.measure import OURS, Section


def draw(sections: Sequence[Section], path: Path) -> None:
    """Draw, for each section, how many times our time each rival takes, on a logarithmic axis."""
    rivals = [[name for name in section.seconds if name != OURS] for section in sections]
    figure = Figure(figsize=(8, 1 + 0.4 * sum(map(len, rivals))), layout="constrained")
    heights = [len(names) + 1 for names in rivals]
    panels = figure.subplots(len(sections), 1, sharex=True, squeeze=False, height_ratios=heights)
    for axes, section, names in zip(panels[:, 0], sections, rivals, strict=True):
        ratios = [section.ratio(name) for name in names]
        bars = axes.barh(names, [ratio - 1 for ratio in ratios], left=1, color="#2f7ebc")
        axes.bar_label(bars, [f"{ratio:.2f}" for ratio in ratios], padding=3)
        axes.axvline(1, color="black", linewidth=1)
        axes.set_title(section.title, loc="left", x=-0.6, fontsize="small")
        axes.set_xscale("log")
        axes.minorticks_off()
        axes.invert_yaxis()
    largest = max(max(map(section.ratio, section.seconds)) for section in sections)
    panels[-1, 0].set(xlabel="time divided by ours", xlim=(0.2, 4 * largest))
    with mpl.rc_context({"svg.hashsalt": "benchmarks", "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})
