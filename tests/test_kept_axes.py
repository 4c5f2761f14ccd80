"""Axes that are kept from frame to frame give the pictures that fresh ones give."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.axis import XAxis

from backprop.explorers.kept_axes import KeptAxes
from backprop.explorers.svg import page_svg

CHANGES = {
    "nothing": lambda figure, axes: None,
    "a curve": lambda figure, axes: axes.lines[0].set_ydata([2, 1, 0]),
    "its limits": lambda figure, axes: axes.set_xlim(-3, 7),
    "limits that follow a curve": lambda figure, axes: axes.plot([40], [50], "o"),
    "its direction": lambda figure, axes: axes.invert_yaxis(),
    "its scale": lambda figure, axes: axes.set_yscale("symlog"),
    "its place": lambda figure, axes: axes.set_position([0.3, 0.3, 0.4, 0.4]),
    "its name": lambda figure, axes: axes.set_xlabel("$w_{31}$"),
    "its ticks": lambda figure, axes: axes.set_yticks([0, 1], ["no", "yes"]),
    "the colour of its ticks": lambda figure, axes: axes.tick_params(colors="C3"),
    "one tick": lambda figure, axes: axes.get_xticklabels()[1].set_color("red"),
    "a grid": lambda figure, axes: axes.grid(),
    "its visibility": lambda figure, axes: axes.xaxis.set_visible(False),
    "a text with its digits": lambda figure, axes: axes.text(1, 1, "0.5, 1.0 and $z$", zorder=1),
}


@pytest.fixture
def figure():
    figure, axes = plt.subplots()
    axes.plot([0, 1, 2], [0, 0.5, 2])
    axes.set(title="0.25", xlabel="$z$")
    return figure


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changes_is_drawn_anew(figure, change):
    with KeptAxes(figure) as axes:
        page_svg(figure)
        page_svg(figure)
        with axes.watched():
            change(figure, *figure.axes)
        frame = page_svg(figure)
    assert frame == page_svg(figure)


def test_an_axis_that_stays_as_it_was_is_drawn_once(figure, monkeypatch):
    drawn, draw = [], XAxis.draw
    monkeypatch.setattr(XAxis, "draw", lambda axis, renderer: drawn.append(draw(axis, renderer)))
    with KeptAxes(figure) as axes:
        for level in range(5):
            with axes.watched():
                figure.axes[0].lines[0].set_ydata([level, 0, 1])
            page_svg(figure)
    assert len(drawn) == 1


def test_letters_are_defined_once_in_a_picture(figure):
    with KeptAxes(figure):
        frames = [page_svg(figure) for _ in range(2)]
    for frame in frames:
        ids = [line for line in frame.split("\n") if ' id="@' in line]
        assert len(ids) == len(set(ids)) > 3


def test_other_plots_than_plane_ones_are_drawn_each_time():
    figure, axes = plt.subplots(subplot_kw={"projection": "polar"})
    with KeptAxes(figure) as kept:
        page_svg(figure)
        with kept.watched():
            axes.set_theta_zero_location("N")
        frame = page_svg(figure)
    assert frame == page_svg(figure)
