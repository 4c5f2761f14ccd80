"""The Python side of the explorers: checked traits, words and pictures, frames fit for a page."""

import base64
import gzip
import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest
from ipywidgets import interactive_output, link

from backprop import geometry
from backprop.explorers import ConvExplorer, FilterExplorer, FramesExplorer, StackExplorer

PNG = b"\x89PNG\r\n"


def dot(**sliders):
    """Return an explorer of a dot at (x, y), whose update takes the sliders' names."""
    figure, axes = plt.subplots(figsize=(3, 2))
    axes.set(xlim=(-5, 5), ylim=(-5, 5), title="a $\\sigma$ title")
    (point,) = axes.plot([0], [0], "o", label="dot")
    axes.legend()

    def update(**at):
        point.set_data([at.get("x", 0)], [at.get("y", 0)])
        return f"The dot is at {at}."

    return FramesExplorer(figure, update, alt="A dot.", **sliders)


def unpack(explorer):
    lines, pictures = json.loads(gzip.decompress(base64.b64decode(explorer.frames)))
    return ["\n".join(lines[k] for k in picture) for picture in pictures]


# ConvExplorer


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("n", 0, "1 to 12"),
        ("n", 13, "1 to 12"),
        ("f", 8, "1 to 7"),
        ("padding", -1, "0 to 4"),
        ("stride", 0, "1 to 5"),
        ("dilation", 4, "1 to 3"),
        ("n", 2.5, "1 to 12"),
        ("stride", True, "1 to 5"),
        ("f", "3", "1 to 7"),
        ("row", -1, "from 0"),
        ("row", 4, "less than 4"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(name, value, allowed):
    with pytest.raises(ValueError, match=rf"{name} must be .*{allowed}.*not {value!r}"):
        ConvExplorer(**{name: value})
    explorer = ConvExplorer()
    with pytest.raises(ValueError, match=name):
        setattr(explorer, name, value)
    assert explorer.value == ConvExplorer().value


def test_an_unknown_argument_is_refused():
    with pytest.raises(TypeError, match="m is not one of n, f, padding"):
        ConvExplorer(m=3)


def test_numpy_integers_are_integers():
    assert ConvExplorer(n=np.int64(7)).n == 7


def test_the_size_is_that_of_the_geometry():
    assert ConvExplorer(n=7, f=3, padding=1, stride=2).size == geometry.output_size(
        7, 3, padding=1, stride=2
    )


def test_no_window_gives_no_size_and_says_so():
    explorer = ConvExplorer(n=3, f=5)
    assert explorer.size is None
    assert "no window fits" in explorer.describe()


def test_the_chosen_cell_stays_inside_a_shrinking_output():
    explorer = ConvExplorer(row=3, column=2)
    explorer.f = 5
    assert (explorer.row, explorer.column) == (1, 1)
    explorer.f = 7
    assert (explorer.row, explorer.column) == (0, 0)


def test_value_follows_what_the_reader_moves():
    explorer = ConvExplorer()
    seen = []
    explorer.observe(lambda change: seen.append(change.new), "value")
    explorer.stride = 2
    assert seen[-1] == {**ConvExplorer().value, "stride": 2}


def test_two_explorers_can_be_linked():
    one, other = ConvExplorer(), ConvExplorer(n=9)
    link((one, "n"), (other, "n"))
    other.n = 8
    assert one.n == 8


def test_interactive_output_gets_the_values(capsys):
    explorer = ConvExplorer()
    calls = []
    interactive_output(lambda at: calls.append(at["n"]), {"at": explorer})
    explorer.n = 5
    assert calls == [6, 5]


def test_the_sliders_have_the_ranges_of_the_traits():
    ranges = {s["name"]: (s["min"], s["max"]) for s in ConvExplorer().sliders}
    assert ranges == {
        "n": (1, 12),
        "f": (1, 7),
        "padding": (0, 4),
        "stride": (1, 5),
        "dilation": (1, 3),
    }


# What all explorers share


@pytest.fixture(params=["conv", "no window", "frames", "filter", "stack"])
def make(request):
    return {
        "conv": lambda: ConvExplorer(n=7, padding=2, dilation=2),
        "no window": lambda: ConvExplorer(n=2),
        "frames": lambda: dot(x=[0, 1], y=[0, 1]),
        "filter": lambda: FilterExplorer(np.eye(4), "mean", padding=1),
        "stack": StackExplorer,
    }[request.param]


def test_the_state_is_the_same_each_time(make):
    def state(explorer):
        return {k: v for k, v in explorer.get_state().items() if k != "layout"}

    assert state(make()) == state(make())


def test_the_mimebundle_has_words_a_picture_and_the_view(make):
    explorer = make()
    bundle, _ = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == explorer.describe()
    assert base64.b64decode(bundle["image/png"]).startswith(PNG)
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id


def test_the_picture_has_the_same_bytes_each_time(make):
    assert make().png() == make().png()


def test_the_repr_shows_the_values_and_no_address(make):
    explorer = make()
    assert re.fullmatch(r"\w+Explorer\((\w+=[^=]+(, )?)+\)", repr(explorer))
    assert "0x" not in repr(explorer)
    assert repr(make()) == repr(explorer)


def test_the_front_end_asks_nobody_for_anything(make):
    module = make().get_state()["_esm"]
    assert not re.search(r"\bimport\b|https?:|\beval\b|\bFunction\(|\bfetch\(", module)


# FramesExplorer


def test_the_trait_of_a_slider_starts_in_the_middle_and_takes_the_nearest_value():
    explorer = dot(x=[0, 1, 4])
    assert explorer.x == 1
    explorer.x = 3.1
    assert explorer.x == 4


@pytest.mark.parametrize("value", [-0.1, 5, float("nan"), "1", None, True])
def test_a_slider_refuses_what_is_not_in_its_range(value):
    explorer = dot(x=[2, 3, 4])
    with pytest.raises(ValueError, match="x must be a number from 2 to 4"):
        explorer.x = value


def test_the_frames_run_through_all_combinations_the_last_slider_fastest():
    explorer = dot(x=[0, 1], y=[0, 1, 2])
    assert len(unpack(explorer)) == len(set(unpack(explorer))) == 6
    assert explorer.sentences[4] == "The dot is at {'x': 1, 'y': 1}."


def test_a_sentence_has_minus_signs_where_hyphens_were():
    words = "x = {:.1f}, a well-known 3-1".format
    explorer = FramesExplorer(plt.figure(), lambda x: words(x), alt="A.", x=[-1, 1])
    assert explorer.sentences[0] == "x = −1.0, a well-known 3-1"


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([-1, 0, 10], ["−1", "0", "10"]),
        (np.linspace(-0.5, 0.5, 5), ["−0.50", "−0.25", "0.00", "0.25", "0.50"]),
        ([1e-3, 1e-2, 1], ["0.001", "0.010", "1.000"]),
        (np.linspace(0, 1, 4), ["0.00", "0.33", "0.67", "1.00"]),
    ],
)
def test_a_slider_shows_as_many_decimals_as_its_values_need(values, texts):
    assert dot(x=values).sliders[0]["texts"] == texts


def test_frames_are_wellformed_svg_that_brings_no_colours_ids_or_styles_of_its_own():
    for svg in unpack(dot(x=[0, 1])):
        ElementTree.fromstring(svg)
        assert not re.search(r"<style|<metadata|<!--|xlink|#000000|#ffffff", svg)
        assert "currentColor" in svg
        assert "var(--ex-surface)" in svg
        ids = re.findall(r' id="([^"]+)"', svg)
        assert ids
        assert all(name.startswith("@") for name in ids)
        assert set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg)) == set(ids)


def test_coordinates_are_short_but_the_scale_of_a_glyph_is_exact():
    svg = unpack(dot(x=[0, 1]))[0]
    coordinates = re.findall(r' d="([^"]*)"', svg) + re.findall(r"translate\(([^)]*)\)", svg)
    assert not any(re.search(r"\.\d{3}", text) for text in coordinates)
    assert "scale(0.015625)" in svg


def test_the_figure_is_not_shown_a_second_time():
    before = plt.get_fignums()
    dot(x=[0, 1])
    assert plt.get_fignums() == before


def test_the_axes_hold_still_though_labels_change_their_width():
    figure, axes = plt.subplots(layout="constrained")

    def update(x):
        axes.set_ylim(0, 10.0**x)
        return "A scale."

    svgs = unpack(FramesExplorer(figure, update, alt="A scale.", x=[0, 5]))
    backgrounds = [re.findall(r'<path d="([^"]+)"', svg)[1] for svg in svgs]
    assert backgrounds[0] == backgrounds[1]


@pytest.mark.parametrize(
    ("sliders", "message"),
    [
        ({}, "one or two are allowed, not 0"),
        ({"x": [0, 1], "y": [0, 1], "z": [0, 1]}, "one or two are allowed, not 3"),
        ({"x": []}, "x must be at least two numbers"),
        ({"x": [1]}, "x must be at least two numbers"),
        ({"x": 3}, "x must be at least two numbers"),
        ({"x": ["a", "b"]}, "x must be at least two numbers"),
        ({"x": [True, False]}, "x must be at least two numbers"),
        ({"x": [0, 0, 1]}, "x must be finite numbers that increase"),
        ({"x": [1, 0]}, "x must be finite numbers that increase"),
        ({"x": [0, np.nan]}, "x must be finite numbers that increase"),
        ({"x": range(40), "y": range(40)}, "at most 1000 frames are allowed, not 1600"),
        ({"layout": [0, 1]}, "layout cannot name a slider"),
    ],
)
def test_sliders_of_another_form_are_refused_by_name(sliders, message):
    with pytest.raises(ValueError, match=message):
        dot(**sliders)


@pytest.mark.parametrize("sentence", [None, "", " ", 3])
def test_a_frame_without_words_is_refused(sentence):
    with pytest.raises(ValueError, match=r"what update returns at {'x': 0} must be a sentence"):
        FramesExplorer(plt.figure(), lambda x: sentence, alt="Nothing.", x=[0, 1])


def test_a_figure_without_alternative_text_is_refused():
    with pytest.raises(ValueError, match="alt must be a sentence"):
        FramesExplorer(plt.figure(), lambda x: "Something.", alt="", x=[0, 1])


def test_what_is_not_a_figure_is_refused():
    with pytest.raises(TypeError, match="figure must be a Matplotlib figure, not 3"):
        FramesExplorer(3, lambda x: "Something.", alt="Something.", x=[0, 1])


def test_forty_nine_frames_of_a_curve_are_small():
    figure, axes = plt.subplots(figsize=(6.4, 3.6))
    z = np.linspace(-6, 6, 200)
    axes.plot(z, np.tanh(z), label=r"$\tanh(z)$")
    (tangent,) = axes.plot(z, z)
    axes.legend()

    def update(at):
        tangent.set_ydata(np.tanh(at) + (z - at) / np.cosh(at) ** 2)
        return f"The slope is {1 / np.cosh(at) ** 2:.3f}."

    explorer = FramesExplorer(figure, update, alt="Tangent.", at=np.linspace(-6, 6, 49))
    assert len(json.dumps(explorer.get_state(), default=str)) < 40_000


def test_the_explorers_do_not_load_the_symbolic_half():
    code = "import sys, backprop.explorers; assert 'sympy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
