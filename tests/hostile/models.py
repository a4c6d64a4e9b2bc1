"""Graphs that are honest to look at and hurt when they run: each is one input `x`, one output `y`, in ONNX's own text.

`nothing` and `none` are 0 for every picture, and are worked out from it: what depends on them cannot be worked out
before the graph runs.
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper, parser

from tests.inference.factory import make_bundle, make_contract, rewrite, tiny_model

SIDE = 16
HEAD = """<ir_version: 9, opset_import: ["" : {opset}]>
evil (float[N,1,{side},{side}] x) => ({result} y) {{
  mean = ReduceMean <keepdims = 0> (x)
  low = Constant <value = float {{-1e30}}> ()
  zero = Constant <value = float {{0.0}}> ()
  below = Less (mean, low)
  nothing = Where (below, mean, zero)
  none = Cast <to = 7> (nothing)
  two = Constant <value = int64[2] {{1, 2}}> ()
  yes = Constant <value = bool {{1}}> ()
  many = Constant <value = int64 {{9223372036854775807}}> ()
"""


def graph(body: str, *, result: str = "float[N,2]", opset: int = 17) -> bytes:
    """A graph whose body ends with `y`; it may use what stands in `HEAD`."""
    model = parser.parse_model(HEAD.format(side=SIDE, result=result, opset=opset) + body + "\n}")
    return bytes(model.SerializeToString())


def summed(body: str, **options: Any) -> bytes:
    """A graph that runs `body`, and answers with two numbers made of all of `w`."""
    return graph(body + "\nsum = ReduceMax <keepdims = 0> (w)\ny = Expand (sum, two)", **options)


def shaped(*sizes: int) -> str:
    """A body that makes the shape `s`, which nobody knows before the graph runs."""
    values = ", ".join(map(str, sizes))
    return f"fixed = Constant <value = int64[{len(sizes)}] {{{values}}}> ()\ns = Add (fixed, none)\n"


def looped(inside: str, *, first: str = "nothing", kind: str = "float v") -> str:
    """A body that does `inside` to `v` (giving `v2`) for ever."""
    return (
        f"w = Loop (many, yes, {first}) <body = b (int64 i, bool c, {kind}) => (bool c2, {kind.split()[0]} v2) "
        f"{{ c2 = Identity (c)\n{inside} }}>"
    )


def looping_bundle(parent: Path, *, only_dark: bool = False) -> Path:
    """A bundle that fits its contract in every point and never ends: always, or for what is darker than phantoms."""
    folder = make_bundle(parent)
    model = onnx.load_model_from_string(tiny_model(make_contract()))
    last = next(node for node in model.graph.node if "logits" in node.output)
    last.output[0] = "calm"
    limit = numpy_helper.from_array(np.float32(0.45 if only_dark else 2.0), "limit")
    model.graph.initializer.extend([limit, numpy_helper.from_array(np.asarray(2**63 - 1, np.int64), "many")])
    loop = parser.parse_graph(
        "b (int64 i, bool c, float[N,2] v) => (bool c2, float[N,2] v2) { c2 = Identity (c)\n v2 = Identity (v) }"
    )
    model.graph.node.extend(
        [
            onnx.helper.make_node("ReduceMean", ["image"], ["level"], keepdims=0),
            onnx.helper.make_node("Less", ["level", "limit"], ["begins"]),
            onnx.helper.make_node("Loop", ["many", "begins", "calm"], ["logits"], body=loop),
        ]
    )
    rewrite(folder, files={"model.onnx": model.SerializeToString()})
    return folder
