"""What an explorer says is recomputed from what it shows, at every position of its sliders."""

import itertools
import json
import re

import numpy as np
import pytest

from backprop import activations, counting, losses
from backprop.explorers.depth import gradient_norms

NUMBER = r"−?\d[\d,]*(?:\.\d+)?(?:e[+−-]\d+)?"


def minimum(slope, low, high):
    """Return where a slope that rises passes 0."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if slope(middle) > 0 else (middle, high)
    return low


def tangent(name, z):
    activation = activations.ACTIVATIONS[name.lower()]
    return {"value": activation.function(z), "slope": activation.derivative(z)}


def loss(alt, at, choice):
    name = re.match(r"The (.*) with its tangent", alt)[1].replace(" ", "_")
    keywords = {"threshold": choice} if name == "huber" else {}
    y = np.array([[0.0 if keywords else choice]])
    found, a = losses.LOSSES[name], np.array([[at]])
    slope = found.gradient(a, y, **keywords)[0, 0]
    return {"loss": found.function(a, y, **keywords)[0], "slope": slope}


def softmax(z_1):
    p = np.exp([z_1, 1, 0]) / np.exp([z_1, 1, 0]).sum()
    slopes = p[0] * (np.array([1, 0, 0]) - p)
    return dict(zip(("p1", "p2", "p3", "s1", "s2", "s3"), [*p, *slopes], strict=True))


def cross_entropy(true_score, rival_score):
    p = np.exp([true_score, rival_score, 0]) / np.exp([true_score, rival_score, 0]).sum()
    return {"loss": -np.log(p[0]), "s1": p[0] - 1, "s2": p[1], "s3": p[2]}


def best(last_value):
    values = np.array([1, 2, 3, 5, last_value])
    huber = minimum(lambda c: np.clip(c - values, -2, 2).sum(), 0, 50)
    return {"squared": values.mean(), "huber": huber, "absolute": np.median(values)}


def cosine(angle, length):
    turn = np.radians(angle)
    return {"cos": np.cos(turn), "norm": np.sin(turn) / length}


def bowl(rate):
    x, start, goal = np.array([1, 2, 3, 4, 6]), np.array([-0.5, 2.5]), np.array([1.0, 0])
    H = 2 / 5 * np.array([[x @ x, x.sum()], [x.sum(), 5]])
    flat, steep = 1 - rate * np.linalg.eigvalsh(H)
    w, b = goal + np.linalg.matrix_power(np.eye(2) - rate * H, 30) @ (start - goal)
    return {"steep": steep, "flat": flat, "cost": np.mean((w * x + b - x) ** 2)}


def price(sizes):
    layers = tuple(map(int, sizes.split("-")))
    own = counting.gradient(layers)
    unit, brute = counting.unit_differences(layers), counting.finite_differences(layers)
    return {"own": own, "unit": unit / own, "brute": brute / own}


def depth(depth, scale):
    return {
        name: next(gradient_norms(round(depth), scale, name))
        for name in ("sigmoid", "tanh", "relu")
    }


def windows(row, column):
    seen = [range(max(0, k - 2), min(k, 2) + 1) for k in map(int, (row, column))]
    (i, j), (k, l) = ([s[0] for s in seen], [s[-1] for s in seen])
    ways = {"i": i, "j": j, "u": row - i, "v": column - j}
    ways |= {"k": k, "l": l, "p": row - k, "q": column - l}
    return ways | {"count": len(seen[0]) * len(seen[1])}


def name(letter):
    return rf"(?P<{letter}>{NUMBER})"


KINDS = [
    ("With h = {h} the secant has slope 2 \\+ h = {slope}.", lambda h: {"slope": 2 + h}),
    (r"At z = {z}: (?P<name>\w+) [=≈] {value}, slope [=≈] {slope}(, chosen at a kink)?\.", tangent),
    ("With scores {z_1}, 1, 0: probabilities {p1}, {p2}, {p3}; slopes {s1}, {s2}, {s3}; rounded.",
     softmax),
    (r"At a prediction of {at} with \w+ {choice}: loss [=≈] {loss}, slope [=≈] {slope}"
     r"(, chosen at a kink)?\.", loss),
    ("Last value {last_value}: squared {squared}, Huber {huber}, absolute {absolute}; rounded.",
     best),
    ("Loss {loss}; gradient {s1}, {s2}, {s3}; rounded.", cross_entropy),
    ("At {angle} degrees, cos is about {cos}; the gradient has length {norm}, rounded.", cosine),
    ("Rate {rate}: each step multiplies the steep part by about {steep} and the flat one by about "
     "{flat}. After 30 steps the cost is about {cost}.", bowl),
    (r"Rate {rate}: after \d+ steps at w ≈ {w}, J ≈ {J}, in the \w+ valley.",
     lambda w: {"J": (w**2 - 1) ** 2 + 0.3 * w}),
    ("h = {h}. Relative errors, rounded: .*", lambda exponent: {"h": 10**exponent}),
    ("Batches of {batch}, rate {rate}: {updates} updates take the cost from about {_} to about .*",
     lambda batch: {"updates": 12 * 400 / batch}),
    ("(?P<sizes>[0-9-]+): backpropagation takes {own} multiplications, a difference per unit about "
     "{unit} and brute force about {brute} times as many.", price),
    ("{depth} layers, standard deviation {scale}/√30. Layer 1 gets, rounded: sigmoid {sigmoid}, "
     "tanh {tanh}, relu {relu}.", depth),
    ("Window in row {row}, column {column}: red {r}, green {g}, blue {b}, together {sum}.",
     lambda r, g, b: {"sum": r + g + b}),
    ("Shifted by {shift}: of {all} cells .*? keep their value."
     "( Both outputs have moved by {moved} cells?.)?",
     lambda shift, moved=0: {"moved": shift / 2} if shift % 2 == 0 and shift else {}),
    (r"({count}|One) windows? sees? cell \({row}, {column}\)(:|, among them) \({i}, {j}\) through "
     r"w\({u}, {v}\)( and \({k}, {l}\) through w\({p}, {q}\))?\.", windows),
]  # fmt: skip


def number(text):
    return float(text.replace("−", "-").replace(",", ""))


def pattern(template):
    named = re.sub(r"\{(\w+)\}", lambda m: name(m[1]), template)
    return re.compile(named)


PATTERNS = [(pattern(template), rule) for template, rule in KINDS]


def frames(html):
    """Return the state of each frames explorer of the book."""
    files = sorted((html / "_static/explorers").glob("*.js"))
    texts = [text for file in files if '"sentences": [' in (text := file.read_text("utf-8"))]
    return [json.loads(text.partition(" = ")[2].rstrip(";\n"))["state"] for text in texts]


def settings(state):
    """Yield each sentence and where the sliders then stand, in the numbers that they show."""
    names = [slider["name"] for slider in state["sliders"]]
    shown = itertools.product(*(map(number, slider["texts"]) for slider in state["sliders"]))
    for values, sentence in zip(shown, state["sentences"], strict=True):
        yield sentence, dict(zip(names, values, strict=True))


def agrees(match, group, expected):
    """Say whether a number is right in the digits shown, and marked where digits are left out."""
    text = match[group]
    error = abs(number(text) - float(expected))
    digits = re.search(r"\.(\d+)", text)
    power = re.search(r"e(.*)", text)
    unit = 10 ** ((number(power[1]) if power else 0) - (len(digits[1]) if digits else 0))
    before = match.string[: match.start(group)]
    rounded = before.endswith(("≈ ", "about ")) or "rounded" in match.string
    return error <= (unit * 0.5000001 if rounded else 1e-9)


@pytest.mark.parametrize("kind", range(len(KINDS)), ids=lambda k: KINDS[k][0][:30])
def test_each_read_out_agrees_with_the_numbers_beside_it(html, kind):
    regex, rule = PATTERNS[kind]
    wrong, found = [], 0
    for state in frames(html):
        for sentence, at in settings(state):
            if not (match := regex.fullmatch(sentence)):
                continue
            found += 1
            groups = {k: v for k, v in match.groupdict().items() if v is not None}
            said = {k: number(v) for k, v in groups.items() if re.fullmatch(NUMBER, v)}
            known = {"alt": state["alt"], **at, **groups, **said}
            if kind_of_sizes := groups.get("sizes"):
                known["sizes"] = kind_of_sizes
            taken = rule.__code__.co_varnames[: rule.__code__.co_argcount]
            expected = {**at, **rule(**{k: known[k] for k in taken if k in known})}
            bad = [k for k in expected if k in groups and not agrees(match, k, expected[k])]
            wrong += [(sentence, bad, expected)] if bad else []
    assert not wrong, f"{len(wrong)} of {found}, among them {wrong[:3]}"


def test_every_sentence_is_of_a_kind_that_is_recomputed(html):
    sentences = [sentence for state in frames(html) for sentence in state["sentences"]]
    assert len(sentences) > 700
    unknown = [s for s in sentences if not any(regex.fullmatch(s) for regex, _ in PATTERNS)]
    assert unknown == []
