"""Which versions of ONNX a graph is written in, and whether ONNX Runtime reads them."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from imaging.base.english import english
from imaging.base.errors import Refusal
from inference.contract.codes import ModelCode

if TYPE_CHECKING:
    from onnx import ModelProto

STANDARD_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml"})
ONNX = "ai.onnx"
"""The name that ONNX's own domain, the empty one, may be called by."""
_MAX_DOMAINS = 100
# What ONNX Runtime 1.20, the oldest that the program runs with, reads.
_SURE_OPSET, _SURE_FORMAT = 21, 10
_ONLY_FATAL = 4


def read_versions(proto: "ModelProto") -> dict[str, int]:
    """Return the opset of each domain, ONNX's own as the empty one.

    Raises `Refusal` (GRAPH) that names the number of what is newer than the program, or if there is none.
    """
    if proto.ir_version > _SURE_FORMAT and proto.ir_version > newest_format():
        _refuse_newer(
            english("The file is written in version {version} of ONNX's format", version=proto.ir_version),
            newest_format(),
        )
    versions: dict[str, int] = {}
    for one in (*proto.opset_import, *(opset for function in proto.functions for opset in function.opset_import)):
        domain = "" if one.domain == ONNX else one.domain
        if one.version < 1 or (domain not in versions and len(versions) >= _MAX_DOMAINS):
            raise no_opset()
        newest = _newest_of(domain, one.version)
        if one.version > newest:
            _refuse_newer(
                english("The graph uses opset {version} of {domain}", version=one.version, domain=one.domain or ONNX),
                newest,
            )
        versions[domain] = max(one.version, versions.get(domain, 1))
    return versions


def no_opset() -> Refusal:
    """Return the refusal of a graph that does not say which version of the operators it means."""
    return Refusal(ModelCode.GRAPH, "The graph does not say which opset it uses.")


@cache
def newest_format() -> int:
    """Return the newest version of the format that ONNX Runtime reads."""
    import onnx  # late: it takes 0.2 s

    return _newest(_SURE_FORMAT, onnx.IR_VERSION, lambda number: {"ir_version": number})


@cache
def newest_opset() -> int:
    """Return the newest opset of ONNX's own domain that ONNX Runtime reads."""
    import onnx  # late: it takes 0.2 s

    last = onnx.defs.onnx_opset_version()
    return _newest(_SURE_OPSET, last, lambda number: {"opset_imports": [onnx.helper.make_opsetid("", number)]})


def _newest_of(domain: str, stated: int) -> int:
    """Return the newest opset of a domain; the stated one where it is not known."""
    if domain == "":
        return stated if stated <= _SURE_OPSET else newest_opset()
    if domain not in STANDARD_DOMAINS:
        return stated
    import onnx  # late: it takes 0.2 s

    return int(onnx.onnx_cpp2py_export.defs.schema_version_map()[domain][1])


def _newest(least: int, most: int, stated: Callable[[int], dict[str, Any]]) -> int:
    """Return the greatest number with which ONNX Runtime opens a graph of one node: it does not tell otherwise."""
    import onnx  # late: it takes 0.2 s
    import onnxruntime as ort
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph

    make, ports = onnx.helper, [onnx.helper.make_tensor_value_info(name, 1, [1]) for name in "xy"]
    graph = make.make_graph([make.make_node("Relu", ["x"], ["y"])], "g", ports[:1], ports[1:])
    options = ort.SessionOptions()
    options.log_severity_level = _ONLY_FATAL
    for number in range(most, least, -1):
        given = {"ir_version": _SURE_FORMAT, "opset_imports": [make.make_opsetid("", _SURE_OPSET)]} | stated(number)
        try:
            ort.InferenceSession(make.make_model(graph, **given).SerializeToString(), options)
        except (Fail, InvalidGraph):
            continue
        return number
    return least


def _refuse_newer(what: str, newest: int) -> None:
    raise Refusal(
        ModelCode.GRAPH,
        english(
            "{what}, and this version of Slicelens reads up to {newest}. Export the model again with an older one.",
            what=what,
            newest=newest,
        ),
    )
