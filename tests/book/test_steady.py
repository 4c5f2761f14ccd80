"""Text below an explorer stays where it is: its height is the same wherever its controls stand."""

from pathlib import Path
from urllib.parse import urlsplit

import matplotlib.pyplot as plt
import numpy as np
import pytest

from backprop.explorers import (
    BackpropStepper,
    ConvExplorer,
    FilterExplorer,
    FramesExplorer,
    LayersExplorer,
    StackExplorer,
)
from backprop.explorers.graph import GraphExplorer
from backprop.explorers.stack import convolution, pooling
from backprop.initialization import normal
from backprop.network import dense_network

JUMP = 4  # pixels, which no eye follows
DRAG = """(el) => {
    const heights = [];
    const boxes = [...el.querySelectorAll(".layers-list, .conv-picture, .filter-pictures")];
    const below = (box) => box.getBoundingClientRect().bottom + 1;
    const out = (box) => [...box.children].some((part) => below(part) > below(box) + 1);
    const look = (at) => {
        if (boxes.some(out)) heights.push([Infinity, `${at}: out of its box`]);
        heights.push([el.getBoundingClientRect().height, at]);
    };
    const set = (input, value) => {
        input.value = value;
        input.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const inputs = [...el.querySelectorAll("input[type=range], [class^=stack] input")];
    const where = () => inputs.map(({ value }) => value).join(" ");
    const start = inputs.map(({ value }) => value);
    const through = (input) => {
        const most = input.type === "range" ? 60 : 12;
        const [low, high] = [Number(input.min), Math.min(Number(input.max), most)];
        for (let k = low; k <= high; k += 1) { set(input, k); look(where()); }
    };
    look("start");
    inputs.forEach((input, k) => { through(input); set(input, start[k]); });
    for (const end of ["min", "max"]) {
        for (const input of inputs) {
            inputs.forEach((other) => set(other, Math.min(Number(other[end]), 512)));
            through(input);
        }
    }
    inputs.forEach((input, k) => set(input, start[k]));
    for (const select of el.querySelectorAll("select")) {
        for (const option of select.options) {
            select.value = option.value;
            select.dispatchEvent(new Event("change", { bubbles: true }));
            look(`choice ${option.text}`);
        }
    }
    for (const cell of el.querySelectorAll("[role=gridcell]")) {
        cell.dispatchEvent(new PointerEvent("pointermove", { bubbles: true }));
        look(cell.id);
    }
    heights.sort(([one], [other]) => one - other);
    return [heights[0], heights.at(-1)];
}"""


def frames():
    figure = plt.figure(figsize=(3, 2))
    return FramesExplorer(figure, lambda x: "Words. " * round(x), alt="Nothing.", x=range(1, 60))


def stepper():
    rng = np.random.default_rng(4)
    names, weights = ["sigmoid", "sigmoid"], normal(1)
    network = dense_network([2, 3, 2], names, "squared_error", weights=weights, rng=rng)
    return BackpropStepper(network, [0.5, -1.25], [1, 0])


MAKE = {
    "frames": frames,
    "convolution": ConvExplorer,
    "filter": FilterExplorer,
    "layers": LayersExplorer,
    "stack": lambda: StackExplorer(9, 1, [convolution(4, 3), pooling(2), convolution(8, 3)]),
    "stepper": stepper,
    "graph": lambda: GraphExplorer("(x + σ(y))/(σ(x) + (x + y)^2)", x=3, y=-4),
}


@pytest.mark.parametrize("width", [390, 800])
@pytest.mark.parametrize("kind", MAKE)
def test_the_height_is_the_same_wherever_the_controls_stand(show, kind, width):
    page = show(MAKE[kind](), width=width)
    (low, at), (high, there) = page.locator(".bp-explorer").evaluate(DRAG)
    assert high - low <= JUMP, f"{low} px at {at}, {high} px at {there}"


@pytest.mark.parametrize("width", [390, 800, 1280])
def test_what_stands_in_an_explorers_place_until_it_starts_is_as_high(show, width):
    page = show(*(make() for make in MAKE.values()), width=width)
    written = Path(urlsplit(page.url).path).read_text(encoding="utf-8")
    heights = page.evaluate(
        """(written) => {
            const page = new DOMParser().parseFromString(written, "text/html");
            const height = (el) => el.getBoundingClientRect().height;
            const explorers = [...document.querySelectorAll("div.explorer")];
            const after = explorers.map(height);
            explorers.forEach((el, k) => {
                el.innerHTML = page.querySelectorAll("div.explorer")[k].innerHTML;
            });
            return explorers.map((el, k) => [height(el), after[k]]);
        }""",
        written,
    )
    pairs = dict(zip(MAKE, heights, strict=True))
    assert {k: (one, other) for k, (one, other) in pairs.items() if abs(one - other) > JUMP} == {}
