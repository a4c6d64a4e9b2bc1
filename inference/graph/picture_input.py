"""The input of a bare graph as a picture [N, a, b, c], and what lies between the two.

Some graphs take a slice without its batch or without its channel, others one of a depth of 1. Nothing is moved in
memory: dimensions of 1 come and go.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from imaging.base.errors import Refusal
from inference.contract.codes import ModelCode
from inference.graph.walk import GraphFacts, Port

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class PictureInput:
    """The shape [N, a, b, c] of pictures that a graph can take, and how they become what it takes.

    Dimensions `dropped` of the picture go, or a dimension of 1 comes at `added`.
    """

    shape: Shape
    dropped: tuple[int, ...] = ()
    added: tuple[int, ...] = ()


def find_picture_input(facts: GraphFacts) -> tuple[Port, PictureInput]:
    """Return the graph's only input, and how it takes a picture. Raises `Refusal` (GRAPH) if it takes none."""
    if len(facts.inputs) != 1:
        raise Refusal(ModelCode.GRAPH, "A classifier of slices has one input; this graph has another number.")
    port = facts.inputs[0]
    taken = _read_shape(port.shape) if port.kind else None
    if taken is None:
        raise Refusal(
            ModelCode.GRAPH,
            "The graph's input is not a picture [N, channels, rows, columns] of floats or of whole numbers.",
        )
    if taken.shape[0] not in (None, 1):
        raise Refusal(ModelCode.GRAPH, "The graph insists on more than one slice at a time.")
    return port, taken


def _read_shape(shape: Sequence[int | None] | None) -> PictureInput | None:
    """Return how pictures become an input of this shape; None if an input of this shape is no picture."""
    sizes = tuple(shape or ())
    if len(sizes) == 4:
        return PictureInput(sizes)
    if len(sizes) == 5:
        flat = ((axis, sizes[:axis] + sizes[axis + 1 :]) for axis in (1, 2, 3, 4) if sizes[axis] == 1)
        return next(
            (PictureInput(one, added=(axis,)) for axis, one in flat if one[1] in (1, 3) or one[3] in (1, 3)), None
        )
    if len(sizes) == 3:
        has_channels = sizes[0] in (1, 3) or sizes[2] in (1, 3)
        return PictureInput((1, *sizes), dropped=(0,)) if has_channels else _with_channel(sizes)
    is_row = len(sizes) != 2 or sizes[0] in (None, 1)
    return None if is_row else PictureInput((1, 1, *sizes), dropped=(0, 1))


def _with_channel(sizes: Shape) -> PictureInput | None:
    """Return a slice [N, rows, columns] with its channel; None for several slices at once."""
    return PictureInput((sizes[0], 1, *sizes[1:]), dropped=(1,)) if sizes[0] is None else None
