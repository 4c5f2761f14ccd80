import matplotlib.pyplot as plt
import pytest

from backprop.explorers.windows import draw_planes, draw_stack, draw_windows
from backprop.geometry import Sliding, window


@pytest.fixture
def axes(monkeypatch):
    """The axes that a picture was drawn on."""
    monkeypatch.setattr(plt, "show", lambda: None)
    return lambda: plt.gcf().axes[0]


def test_windows_are_drawn_below_the_cells_that_they_read(axes):
    draw_windows(8, [window(k, 3, dilation=2) for k in range(4)])
    assert [list(line.get_xdata() - 0.5) for line in axes().lines] == [
        [k, k + 2, k + 4] for k in range(4)
    ]


def test_a_window_over_the_end_is_dashed(axes):
    draw_windows(10, [window(k, 3, stride=3) for k in range(4)])
    assert [line.get_linestyle() for line in axes().lines] == ["-", "-", "-", "--"]


def test_padding_is_hatched_and_without_a_number(axes):
    draw_windows(5, [], before=2, after=1)
    hatched = [patch.get_x() for patch in axes().patches if patch.get_hatch()]
    assert hatched == [-2, -1, 5]
    assert [text.get_text() for text in axes().texts] == list("01234")


def test_zeros_between_cells_are_hatched_as_padding_is(axes):
    draw_windows(5, [], before=1, apart=2)
    hatched = [patch.get_x() for patch in axes().patches if patch.get_hatch()]
    assert hatched == [-1, 1, 3]
    assert [text.get_text() for text in axes().texts] == list("012")


def test_a_plane_has_a_dot_for_each_window_and_shows_what_the_first_one_reads(axes):
    draw_planes(6, [Sliding(3, padding=1, stride=2)])
    assert len(axes().collections[0].get_offsets()) == 9
    assert axes().get_title().endswith("3 × 3")
    blue = [patch.get_xy() for patch in axes().patches if patch.get_facecolor()[3]]
    assert sorted(blue) == [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]


def test_a_stack_is_drawn_with_the_cells_that_its_first_output_sees(axes):
    draw_stack(9, [Sliding(3, stride=2), Sliding(3)])
    assert [len(cells.get_offsets()) for cells in axes().collections] == [2, 4, 9]
    seen = [
        len(set(line.get_xdata()[1] for line in axes().lines if line.get_ydata()[1] == y))
        for y in (1, 0)
    ]
    assert seen == [3, 7]
    assert [text.get_text() for text in axes().texts] == [
        "layer 2: R = 7, J = 2",
        "layer 1: R = 3, J = 2",
        "input",
    ]
