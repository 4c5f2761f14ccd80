"""Claims to prove in the exercises of the chapters, in their order; `challenges.judge` judges."""

from sympy import Derivative, Function, Integer, KroneckerDelta, Sum, exp, floor, log, symbols, tanh

from backprop._registry import Registry
from backprop.symbolic.activations import k, n, relu, sigmoid, softmax, softplus, z
from backprop.symbolic.challenge import Challenge

b, u, v, w, x, y = symbols("b u v w x y", real=True)
c = symbols("c", positive=True)
true_class, cells, s, M = symbols("c n s M", integer=True, positive=True)
first, second, third = (Function(name, real=True)(x) for name in "fgk")
count = exp(w * x + b)
a_0, a_1, a_2, w_0, w_1, w_2 = symbols("a_0 a_1 a_2 w_0 w_1 w_2", real=True)
delta_0, delta_1, delta_2 = symbols("delta_0 delta_1 delta_2", real=True)
q, r, t, rest, gap = symbols("q r t u v", integer=True, nonnegative=True)

CHAPTER_CHALLENGES = Registry(
    "challenge",
    [
        Challenge(
            "three-factors",
            Derivative(first * second * third, x),
            Derivative(first, x) * second * third
            + first * Derivative(second, x) * third
            + first * second * Derivative(third, x),
        ),
        Challenge(
            "two-witnesses",
            sigmoid(z) ** 2 / (sigmoid(z) ** 2 + sigmoid(-z) ** 2),
            sigmoid(2 * z),
        ),
        Challenge("softplus-difference", softplus(z) - softplus(-z), z),
        Challenge("two-scores", -log(exp(u) / (exp(u) + exp(v))), log(1 + exp(v - u))),
        Challenge("counting-neuron", Derivative(count - y * log(count), w), (count - y) * x),
        Challenge("scaled-unit", v / c * relu(c * (w * x + b)), v * relu(w * x + b)),
        Challenge(
            "thin-network",
            Derivative((v * tanh(w * x) - y) ** 2, w),
            2 * (v * tanh(w * x) - y) * v * (1 - tanh(w * x) ** 2) * x,
        ),
        Challenge(
            "softmax-errors",
            Sum(softmax(k) - KroneckerDelta(k, true_class), (k, 1, n)),
            Integer(0),
            where=true_class <= n,
        ),
        Challenge(
            "two-paths",
            (w_1 * delta_1 + w_2 * delta_2) ** 2,
            (w_1**2 + w_2**2) * (delta_1**2 + delta_2**2),
            relation="<=",
        ),
        Challenge(
            "blocks-twice",
            floor(floor(cells / s) / M),
            floor(cells / (s * M)),
            given={cells: (q * M + rest) * s + r, s: r + 1 + t, M: rest + 1 + gap},
        ),
        Challenge(
            "way-back",
            delta_0 * (w_0 * a_0 + w_1 * a_1) + delta_1 * (w_0 * a_1 + w_1 * a_2),
            w_0 * delta_0 * a_0 + (w_1 * delta_0 + w_0 * delta_1) * a_1 + w_1 * delta_1 * a_2,
        ),
    ],
)
