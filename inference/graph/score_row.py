"""Which output of a bare graph is the row of scores: by rank, place in the graph, name, size, and order, in that order.

An output's place is before another one if that is computed from it: features come before the scores made of them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imaging.base.english import Text, english
from imaging.base.errors import Refusal
from inference.contract.codes import ModelCode
from inference.graph.structure import shown
from inference.graph.walk import GraphFacts, Port

MOST_CLASSES = 32768
SCORE_KINDS = frozenset({"float32", "float16", "float64"})
"""Kinds of numbers that a row of scores may have."""
_SCORES = re.compile(r"logit|prob|score|class|pred|softmax|sigmoid|label|diagnos", re.IGNORECASE)
_OTHER = re.compile(r"feat|embed|aux|hidden|pool|atten|cam|map|mask|loss|recon|latent|token|boxes|bbox", re.IGNORECASE)


@dataclass(frozen=True)
class ScoreRow:
    """The output that is taken, its length, the reason, and the outputs that are not taken in words."""

    port: Port
    length: int
    why: Text
    others: tuple[str, ...]


def row_length(shape: Sequence[int | None] | None) -> int | None:
    """Return the length of a row [N, L], [N, L, 1, …], [N] or [L]; 0 if that is left open, None if it is none."""
    if shape is None or tuple(shape) == (None,):
        return 0
    if len(shape) == 1 and shape[0] is not None and shape[0] <= MOST_CLASSES:
        # One score, squeezed; or a row without its batch.
        return shape[0]
    if len(shape) < 2 or shape[0] not in (None, 1) or any(size not in (None, 1) for size in shape[2:]):
        return None
    length = shape[1] or 0
    return length if length <= MOST_CLASSES else None


def choose_score_row(facts: GraphFacts, ports: Sequence[Port], shapes: Mapping[str, Sequence[int]]) -> ScoreRow:
    """Choose among outputs of numbers; `shapes` are those that were measured if the graph leaves them open.

    Raises `Refusal` (GRAPH) if no output is a row.
    """
    lengths = {port.name: row_length(shapes.get(port.name, port.shape)) for port in ports}
    rows = [port for port in ports if lengths[port.name]]
    if not rows:
        raise Refusal(ModelCode.GRAPH, "No output of the graph is one row of scores, so it is no classifier.")
    keys = {port.name: _key(port, rows, lengths[port.name] or 0, facts, shapes) for port in rows}
    chosen = min(rows, key=lambda port: keys[port.name])
    others = [port for port in facts.outputs if port.name != chosen.name]
    return ScoreRow(
        port=chosen,
        length=lengths[chosen.name] or 0,
        why=_why(chosen, rows, keys),
        others=tuple(f"`{shown(port.name)}` {_shape_text(shapes.get(port.name, port.shape))}" for port in others),
    )


def _key(
    port: Port, rows: Sequence[Port], length: int, facts: GraphFacts, shapes: Mapping[str, Sequence[int]]
) -> tuple[int, ...]:
    """Return what decides, the least first: rank, place, name, size."""
    shape = shapes.get(port.name, port.shape) or ()
    is_before = any(port.name in facts.sources.get(other.name, ()) for other in rows if other is not port)
    named = 1 if not _SCORES.search(port.name) else 0
    named += 2 if _OTHER.search(port.name) else 0
    size = 1 if length == 1 else 0 if length <= 100 else 2
    return (0 if len(shape) == 2 else 1, int(is_before), named, size)


_GROUNDS = (
    english("its rank"),
    english("its place: no other row is computed from it"),
    english("its name"),
    english("its size"),
)


def _why(chosen: Port, rows: Sequence[Port], keys: Mapping[str, tuple[int, ...]]) -> Text:
    if len(rows) == 1:
        return english("it is the only output that is one row of numbers")
    best = keys[chosen.name]
    rest = [keys[port.name] for port in rows if port is not chosen]
    for place, words in enumerate(_GROUNDS):
        # The first question that leaves no other row.
        rest = [key for key in rest if key[place] == best[place]]
        if not rest:
            return english("of {rows} rows of numbers, by {ground}", rows=len(rows), ground=words)
    return english("of {rows} rows of numbers it is the first", rows=len(rows))


def _shape_text(shape: Sequence[int | None] | None) -> str:
    return "[…]" if shape is None else f"[{', '.join('N' if size is None else str(size) for size in shape)}]"
