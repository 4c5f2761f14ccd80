"""The backprop stepper: its numbers are the network's, its formulas work out to its results."""

import json
import math
import re

import numpy as np
import pytest

from backprop.activations import ACTIVATIONS
from backprop.explorers import BackpropStepper
from backprop.explorers.backprop_steps import walk
from backprop.initialization import normal
from backprop.layers import Dense
from backprop.losses import LOSSES
from backprop.network import Network, dense_network

X, Y = (-0.06, -1.38, -0.32), (-1.43,)


def worked_example():
    hidden = Dense([[-0.06, -0.14, -0.43], [0.29, 0, -0.12]], [0.05, -0.22], "sigmoid")
    return Network([hidden, Dense([[-0.59, -0.14]], [-0.23], "sigmoid")], "squared_error")


def network(sizes, activations, loss, seed=0):
    rng = np.random.default_rng(seed)
    return dense_network(sizes, activations, loss, weights=normal(1), biases=normal(1), rng=rng)


ELEMENTWISE = [name for name, g in ACTIVATIONS.items() if g.derivative is not None]
NETWORKS = {
    "worked example": (worked_example(), X, Y),
    "one unit": (network((1, 1), ["identity"], "squared_error"), [2], [1]),
    "deep": (network((2, 3, 1, 4, 2), ["tanh"] * 4, "mean_squared_error"), [1, -2], [0.5, 0]),
    "softmax": (
        network((2, 3, 3), ["relu", "softmax"], "softmax_cross_entropy"),
        [0.3, -1],
        [0, 1, 0],
    ),
    "sigmoid": (
        network((2, 2, 2), ["tanh", "sigmoid"], "sigmoid_cross_entropy"),
        [0.3, -1],
        [1, 0.25],
    ),
    "unfused": (
        network((2, 2, 2), ["tanh", "sigmoid"], "binary_cross_entropy"),
        [0.3, -1],
        [1, 0.25],
    ),
    "absolute": (network((2, 2, 2), ["tanh"] * 2, "absolute_error"), [1, 2], [1, -1]),
    "hinge": (network((2, 2, 2), ["tanh"] * 2, "hinge"), [1, 2], [1, -1]),
    "huber": (network((2, 2, 2), ["tanh"] * 2, "huber"), [1, 2], [1, -1]),
    **{
        name: (network((2, 2, 1), [name] * 2, "squared_error", seed=3), [0.7, -1.1], [0.5])
        for name in ELEMENTWISE
    },
}


@pytest.fixture(params=NETWORKS)
def case(request):
    return NETWORKS[request.param]


@pytest.fixture
def stepper(case):
    return BackpropStepper(*case)


FUNCTIONS = {
    "sigma": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "max": max,
    "abs": abs,
    "log": math.log,
    "sign": np.sign,
    "Phi": lambda z: math.erfc(-z / math.sqrt(2)) / 2,
    "varphi": lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi),
    "e": math.e,
    "__builtins__": {},
}
PYTHON = {  # in this order: symbols become names, then what is written around them
    r"\\?(delta|[a-z])_\{(\d+)\}\^\{\[(\d)\]\}": r"\1_\3_\2",
    r"\\?([a-z])_\{(\d+)\}": r"\1_0_\2",
    r"\\frac\{\\partial L\}\{\\partial (\w+)\}": r"slope_\1",
    r"g'\((\w+)\)": r"own_\1",
    r"\^\{([^{}]*)\}": r"**(\1)",
    r"\\frac\{([^{}]*)\}\{([^{}]*)\}": r"(\1)/(\2)",
    r"\\mathrm\{(\w+)\}": r"\1",
    r"\|(.*?)\|": r"abs(\1)",
    r"(_\d+) (?=[a-z])": r"\1 * ",
    r"\\cdot": "*",
    r"\\leq": "<=",
    r"\[": "(",
    r"\]": ")",
    r"\\": "",
}


def evaluate(tex, values=()):
    """Work out TeX with Python's own parser; `values` are those of the names in it."""
    for pattern, code in PYTHON.items():
        tex = re.sub(pattern, code, tex)
    return float(eval(tex, FUNCTIONS | dict(values)))


def number(text):
    """Work out what stands behind = or ≈."""
    return evaluate(re.sub(r"^(=|\\approx) ", "", text))


def named(network, x, y):
    """Return all that a formula may name, by names like `w_1_23`, from the network itself."""
    trace = network.forward(x)
    gradient = network.backward(trace, y)
    values = {f"x_0_{j}": value for j, value in enumerate(x, 1)}
    values |= {f"y_0_{k}": value for k, value in enumerate(y, 1)}
    for l, layer in network.layer.items():
        for k in range(1, len(layer.W) + 1):
            at = f"{l}_{k}"
            values[f"z_{at}"] = trace.z[l][k - 1, 0]
            values[f"a_{at}"] = trace.a[l][k - 1, 0]
            values[f"b_{at}"] = layer.b[k - 1, 0]
            values[f"slope_b_{at}"] = gradient.b[l][k - 1, 0]
            values[f"delta_{at}"] = values[f"slope_z_{at}"] = gradient.delta[l][k - 1, 0]
            for j in range(1, layer.W.shape[1] + 1):
                values[f"w_{at}{j}"] = layer.W[k - 1, j - 1]
                values[f"slope_w_{at}{j}"] = gradient.W[l][k - 1, j - 1]
    return values | _factors(network, x, y)


def _factors(network, x, y, h=1e-6):
    """Return ∂L/∂a and g'(z) by centred differences: of the loss after a unit, and of g."""
    trace, factors = network.forward(x), {}
    for l, layer in network.layer.items():
        after = network.layers[l:]
        for k in range(len(layer.W)):
            nudge = np.zeros_like(trace.a[l])
            nudge[k] = h
            if after or not LOSSES[network.loss].fuses:
                costs = [_cost(network, after, trace.a[l] + s * nudge, y) for s in (1, -1)]
                factors[f"slope_a_{l}_{k + 1}"] = (costs[0] - costs[1]) / (2 * h)
            ends = [layer.g.function(trace.z[l] + s * nudge)[k, 0] for s in (1, -1)]
            factors[f"own_z_{l}_{k + 1}"] = (ends[0] - ends[1]) / (2 * h)
    return factors


def _cost(network, after, a, y):
    """Return the loss of what the layers `after` make of a."""
    if after:
        return Network(after, network.loss).cost(a, y)
    return LOSSES[network.loss].cost(a, np.reshape(y, (-1, 1)))


def close(value):
    return pytest.approx(value, rel=2e-5, abs=5e-6)


# The numbers


def test_the_result_of_each_step_is_that_of_the_network(case, stepper):
    network, x, y = case
    values = named(network, x, y) | {"L": network.cost(x, y)}
    for step in stepper.steps[1:]:
        left = step["formula"].split(" = ")[0]
        assert number(step["result"]) == close(evaluate(left, values)), step


def test_the_formula_of_each_step_gives_its_result(case, stepper):
    network, x, y = case
    values = named(network, x, y)
    worked = 0
    for step in stepper.steps[1:]:
        for formula in step["formula"].split(" = ")[1:]:
            assert evaluate(formula, values) == close(number(step["result"])), step
            worked += 1
    assert worked > len(stepper.steps) / 2


def test_the_numbers_of_each_step_give_its_result(stepper):
    worked = [step for step in stepper.steps if step["numbers"]]
    assert len(worked) > len(stepper.steps) / 3
    for step in worked[1:]:  # the first states x and y
        assert number(step["numbers"]) == close(number(step["result"])), step


def test_equal_signs_stand_before_what_is_exact_only():
    steps = BackpropStepper(worked_example(), X, Y).steps
    results = {step["slot"]: step["result"] for step in steps}
    assert results["z1.1"] == "= 0.3844"
    assert results["a1.1"] == r"\approx 0.594934"
    says = {step["slot"]: step["says"] for step in steps}
    assert says["z1.1"].endswith("z = 0.3844.")
    assert says["a1.1"].endswith("a ≈ 0.594934.")


def test_small_and_large_numbers_are_powers_of_ten():
    explorer = BackpropStepper(network((1, 1), ["identity"], "squared_error"), [-3e-9], [2e8])
    results = " ".join(step["result"] for step in explorer.steps)
    assert r"\cdot 10^{16}" in results
    assert r"\cdot 10^{8}" in results


def test_float32_gives_the_same_first_digits():
    parameters = {k: v.astype("f4") for k, v in worked_example().parameters.items()}
    layers = [Dense(parameters[f"W[{l}]"], parameters[f"b[{l}]"], "sigmoid") for l in (1, 2)]
    single = BackpropStepper(Network(layers, "squared_error"), X, Y)
    for step, other in zip(single.steps[1:], walk_of(worked_example(), X, Y)[1:], strict=True):
        assert number(step["result"]) == pytest.approx(number(other.result), rel=1e-4)


def walk_of(network, x, y):
    return walk(network, np.reshape(x, (-1, 1)), np.reshape(y, (-1, 1)))


# The walk


def test_the_worked_example_is_walked_in_order():
    slots = [step["slot"] for step in BackpropStepper(worked_example(), X, Y).steps]
    order = (
        " z1.1 a1.1 z1.2 a1.2 z2.1 a2.1 L"
        " da2.1 g2.1 d2.1 dw2.1.1 dw2.1.2 db2.1"
        " da1.1 g1.1 d1.1 da1.2 g1.2 d1.2"
        " dw1.1.1 dw1.1.2 dw1.1.3 db1.1 dw1.2.1 dw1.2.2 dw1.2.3 db1.2"
    )
    assert slots == order.split(" ")


def test_every_gradient_is_found_once_and_counted(case, stepper):
    found = [step["slot"] for step in stepper.steps if re.match("d[wb]", step["slot"])]
    count = sum(array.size for array in case[0].parameters.values())
    assert len(found) == len(set(found)) == count
    assert stepper.steps[-1]["says"].endswith(f"All {count} gradients are found.")


def test_a_fused_loss_gives_delta_in_one_step():
    steps = BackpropStepper(*NETWORKS["softmax"]).steps
    (step,) = [step for step in steps if step["slot"] == "d2.2"]
    assert step["formula"].endswith("= a_{2}^{[2]} - y_{2}")
    assert not [step for step in steps if step["slot"].startswith(("g2", "da2"))]


def test_each_step_leads_to_a_place_in_the_graph_along_lines_that_are_there(stepper):
    graph = stepper.graph
    slots = {slot for *_, lines in graph["boxes"] for slot, _ in lines}
    slots |= {f"d{name}" for name in graph["wide"]["labels"]}
    places = {name for name, *_ in graph["boxes"]} | set(graph["wide"]["edges"])
    for step in stepper.steps[1:]:
        assert step["slot"] in slots
        assert step["lit"]
        assert set(step["lit"]) <= places


# The graph


@pytest.mark.parametrize("layout", ["wide", "tall"])
def test_no_box_and_no_label_lies_on_another(stepper, layout):
    places, (width, height) = stepper.graph[layout], stepper.graph[layout]["size"]
    areas = []
    for name, wide, high, *_ in stepper.graph["boxes"]:
        x, y = places["boxes"][name]
        areas.append((x, y, x + wide, y + high))
    for x, y, roomy in places["labels"].values():
        if roomy:
            areas.append((x - 20, y - 12, x + 20, y + 12))
    for k, (x, y, u, v) in enumerate(areas):
        assert 0 <= x < u <= width and 0 <= y < v <= height
        for r, s, t, w in areas[:k]:
            assert u <= r or t <= x or v <= s or w <= y


def test_the_state_of_the_worked_example_is_small():
    state = BackpropStepper(worked_example(), X, Y).get_state(["steps", "graph", "step"])
    assert len(json.dumps(state)) < 25_000


# The explorer


def test_it_says_where_it_stands():
    explorer = BackpropStepper(worked_example(), X, Y)
    assert explorer.describe().startswith("Step 0 of 27. A 3-2-1 network")
    explorer.step = 11
    assert explorer.describe().startswith("Step 11 of 27. The weight from unit 1 of layer 1 to")
    assert repr(explorer) == "BackpropStepper(step=11)"


def test_the_picture_follows_the_step_and_is_the_same_each_time():
    pictures = [BackpropStepper(worked_example(), X, Y, step=step).png() for step in (0, 27, 27)]
    assert pictures[0].startswith(b"\x89PNG\r\n")
    assert pictures[0] != pictures[1] == pictures[2]


@pytest.mark.parametrize("name", ["softmax", "huber", "gelu", "leaky_relu"])
def test_formulas_of_all_kinds_can_be_drawn(name):
    explorer = BackpropStepper(*NETWORKS[name])
    explorer.step = next(k for k, step in enumerate(explorer.steps) if step["slot"] == "d2.1")
    explorer.step -= name in ELEMENTWISE
    assert explorer.png().startswith(b"\x89PNG")


@pytest.mark.parametrize("step", [-1, 28, 1.5, "3", True])
def test_a_step_outside_the_walk_is_refused(step):
    explorer = BackpropStepper(worked_example(), X, Y)
    with pytest.raises(ValueError, match=f"step must be .*not {step!r}"):
        explorer.step = step
    assert explorer.step == 0


@pytest.mark.parametrize(
    ("sizes", "activations", "loss", "message"),
    [
        ((6, 2), ["tanh"], "squared_error", r"at most 5 units.*not 1 layers.*\(6, 2\)"),
        ((2, 6), ["tanh"], "squared_error", "at most 5 units"),
        ((1,) * 6, ["tanh"] * 5, "squared_error", "at most 4 layers.*not 5"),
        ((2, 2), ["softmax"], "cross_entropy", "softmax in layer 1.*fuses"),
        ((2, 2, 2), ["softmax", "identity"], "squared_error", "softmax in layer 1"),
    ],
)
def test_what_cannot_be_walked_through_is_refused(sizes, activations, loss, message):
    with pytest.raises(ValueError, match=message):
        BackpropStepper(network(sizes, activations, loss), [1.0] * sizes[0], [1.0] * sizes[-1])


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1, 2], Y, "x must have shape"),
        (np.ones((3, 2)), Y, "x must be one example, not 2"),
        (X, [1, 2], "y must have shape"),
        (X, [[1, 2]], "y must be one example, not 2"),
        ([1, np.nan, 2], Y, "x must"),
        (X, [np.inf], "y must"),
    ],
)
def test_an_example_that_does_not_fit_is_refused(x, y, message):
    with pytest.raises(ValueError, match=message):
        BackpropStepper(worked_example(), x, y)


def test_what_is_not_a_network_is_refused():
    with pytest.raises(TypeError, match="network must be a Network, not 3"):
        BackpropStepper(3, X, Y)


def test_the_network_is_left_as_it_was():
    network = worked_example()
    before = {name: array.copy() for name, array in network.parameters.items()}
    BackpropStepper(network, X, Y)
    assert all(np.array_equal(network.parameters[name], before[name]) for name in before)
