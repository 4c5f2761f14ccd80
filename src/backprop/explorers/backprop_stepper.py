"""The backprop stepper: a walk forward and backward through a small network (chapter 7).

`backprop_steps` makes the steps, in the words of `backprop_tex`; `backprop_graph` says where each
number stands, and `backprop_print` draws that where there is no browser.
"""

from dataclasses import asdict
from typing import Any

import traitlets
from numpy.typing import ArrayLike

from backprop._arrays import FloatArray, columns
from backprop.explorers.backprop_graph import Graph
from backprop.explorers.backprop_print import picture
from backprop.explorers.backprop_steps import walk
from backprop.explorers.base import BadValue, Explorer, Whole, front_end
from backprop.losses import LOSSES
from backprop.network import Network

MOST_LAYERS, MOST_UNITS = 4, 5


class BackpropStepper(Explorer):
    """The computational graph of a network and of one example, filled in step by step.

    First z and a of each unit appear, then the loss; then, from the last layer to the first, each
    δ with its factors and each gradient. A step shows its formula in letters and in numbers.

    Parameters
    ----------
    network
        At most 4 layers, and at most 5 units in each, the input among them. Any activation that
        acts entry by entry, and any loss that fits; softmax where the loss fuses it.
    x, y
        The example and its target, of shape (n⁰,) or (n⁰, 1) and (nᴸ,) or (nᴸ, 1).
    step
        Where the walk stands, from 0, where nothing is computed, to `last`.

    Raises
    ------
    TypeError
        If network is not a `Network`.
    ValueError
        If it is too large to draw, or has a softmax that its loss does not fuse, or x or y do not
        fit, are more than one example, or give a value that is not finite.
    """

    step = Whole(0, 0)
    steps: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)
    graph: "traitlets.Dict[str, Any]" = traitlets.Dict(read_only=True).tag(sync=True)

    _esm, _css = front_end("backprop_stepper", parts=("common", "walk"))
    _moves = ("step",)

    def __init__(self, network: Network, x: ArrayLike, y: ArrayLike, step: int = 0) -> None:
        _check(network)
        sizes, dtype = network.sizes, network.dtype
        example = _one(columns(x, "x", sizes[0], dtype), "x")
        target = _one(columns(y, "y", sizes[-1], dtype), "y")
        walked = walk(network, example, target)
        super().__init__()
        self._graph = Graph(network, example, target)
        self.set_trait("steps", [asdict(each) for each in walked])
        self.set_trait("graph", self._graph.state())
        self.step = step

    @property
    def last(self) -> int:
        """The number of the last step."""
        return len(self.steps) - 1

    def describe(self) -> str:
        """Say in a sentence what happens at the present step."""
        return f"Step {self.step} of {self.last}. {self.steps[self.step]['says']}"

    def png(self) -> bytes:
        """Draw the graph as it stands at the present step, and the step's formula."""
        return picture(self._graph, self.steps, self.step)

    @traitlets.validate("step")
    def _not_beyond(self, proposal: Any) -> int:
        if self.steps and proposal["value"] > self.last:
            raise BadValue(
                f"step must be at most {self.last}, the last one, not {proposal['value']}"
            )
        return int(proposal["value"])


def _check(network: Network) -> None:
    """Refuse what cannot be drawn, or not be walked through unit by unit."""
    if not isinstance(network, Network):
        raise TypeError(f"network must be a Network, not {network!r}")
    layers, units = len(network.layers), max(network.sizes)
    if layers > MOST_LAYERS or units > MOST_UNITS:
        raise ValueError(
            f"network must have at most {MOST_LAYERS} layers of at most {MOST_UNITS} units to be "
            f"drawn, the input among them, not {layers} layers and the sizes {network.sizes}"
        )
    for l, layer in network.layer.items():
        fused = l == layers and LOSSES[network.loss].fuses
        if layer.g.derivative is None and not fused:
            raise ValueError(
                f"network has the activation {layer.activation} in layer {l}; the stepper shows "
                "it only in the last layer, with a loss that fuses it"
            )


def _one(example: FloatArray, name: str) -> FloatArray:
    if example.shape[1] != 1:
        raise ValueError(f"{name} must be one example, not {example.shape[1]}")
    return example
