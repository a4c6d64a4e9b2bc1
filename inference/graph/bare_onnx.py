"""An `.onnx` file without a contract: what its graph says, and neutral assumptions for what it does not.

The bundle made here is provisional. Each assumption is a sentence that becomes a concern beside every score, until a
person corrects the contract and saves it with `inference.bundle.bundle.save_bundle`.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np

from imaging.base.errors import Code, Refusal
from inference.contract.contract import NOTICE, Contract
from inference.contract.model_codes import ModelCode
from inference.contract.storage import MAX_BYTES, Bundle, BundleInMemory, sha256_of
from inference.graph.onnx_session import OnnxSession
from inference.graph.walk import MODEL_FILE, GraphFacts, Port, parse, read_graph, safety_faults, with_cams

DEFAULT_SIZE = 224
_ASSUMED = (
    "This model came without a contract: the range of values, the size and the normalisation of its input are assumed.",
    "The names of its labels are not known.",
    "What it was trained on, for whom, and how well it does are not known.",
)
_UNKNOWN = "unknown"


def open_onnx(path: Path) -> Bundle:
    """A provisional bundle around a bare ONNX classifier, with class maps where its head allows them.

    Assumed are: stretch to the graph's size (224 where it is open), the slice's own minimum and maximum as 0 and 1, no
    further normalisation, labels `class_0…`, and softmax (a sigmoid for one logit) where the graph ends without either.
    Raises `Refusal` where the file is no graph, is not safe, or is no classifier of pictures.
    """
    model = _read(path)
    proto = parse(model)
    faults = safety_faults(proto)
    if faults:
        raise Refusal(faults[0].code, faults[0].sentence)
    facts = read_graph(proto)
    spec = _input_of(facts)
    classes = _count_classes(facts, spec, model)
    content, cams, features = model, *_own_maps(facts, classes)
    if cams is None and (mapped := with_cams(proto)) is not None:
        content = mapped.SerializeToString()
        cams, features = (output.name for output in mapped.graph.output[-2:])
    document = _document(path, facts, spec, classes)
    document["output"] |= {"cams": cams, "features": features}
    document["explanation"]["method"] = "occlusion" if cams is None else "grad_cam"
    document["files"] = {MODEL_FILE: sha256_of(content)}
    contract = Contract.model_validate(document, strict=False)
    return Bundle(path, contract, sha256_of(model), BundleInMemory({MODEL_FILE: content}), _ASSUMED)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Refusal(ModelCode.TOO_LARGE, "The file is larger than any real model.")
        return path.read_bytes()
    except PermissionError:
        raise Refusal(Code.PERMISSION) from None
    except OSError:
        raise Refusal(Code.MISSING) from None


def _input_of(facts: GraphFacts) -> dict[str, Any]:
    """The part of the input specification that the graph's only input tells."""
    if len(facts.inputs) != 1:
        raise Refusal(ModelCode.GRAPH, "A classifier of slices has one input; this graph has another number.")
    port = facts.inputs[0]
    shape = port.shape
    if shape is None or len(shape) != 4 or not port.is_float32:
        raise Refusal(ModelCode.GRAPH, "The graph's input is not a float32 picture [N, channels, rows, columns].")
    if shape[0] not in (None, 1):
        raise Refusal(ModelCode.GRAPH, "The graph insists on more than one slice at a time.")
    last = shape[3] in (1, 3) and shape[1] not in (1, 3)
    channels = shape[3] if last else shape[1]
    if channels not in (1, 3, None):
        raise Refusal(ModelCode.GRAPH, f"The graph's input has {channels} channels; a slice has 1 or 3.")
    rows, columns = shape[1:3] if last else shape[2:4]
    count = 1 if channels == 1 else 3
    return {
        "colour": "grey" if count == 1 else "grey_to_rgb",
        "size": (rows or DEFAULT_SIZE, columns or DEFAULT_SIZE),
        "mean": (0.0,) * count,
        "std": (1.0,) * count,
        "layout": "NHWC" if last else "NCHW",
    }


def _count_classes(facts: GraphFacts, spec: dict[str, Any], model: bytes) -> int:
    """The length of the first output: from the graph, or by running it once on an empty picture."""
    output: Port = facts.outputs[0]
    if output.shape is not None and len(output.shape) == 2 and output.shape[1]:
        return output.shape[1]
    count = len(spec["mean"])
    shape = (1, count, *spec["size"]) if spec["layout"] == "NCHW" else (1, *spec["size"], count)
    answer = OnnxSession(model).run(facts.inputs[0].name, np.zeros(shape, np.float32), [output.name])[0]
    if answer.ndim != 2 or answer.shape[0] != 1 or answer.shape[1] == 0:
        raise Refusal(ModelCode.GRAPH, "The graph's first output is not one row of scores, so it is no classifier.")
    return int(answer.shape[1])


def _own_maps(facts: GraphFacts, classes: int) -> tuple[str | None, str | None]:
    """The names of class maps and features, where the graph has them already under the names that bundles use."""
    cams, features = facts.output("cams"), facts.output("features")
    if cams is None or cams.shape is None or len(cams.shape) != 4 or cams.shape[1] != classes:
        return None, None
    return "cams", None if features is None else "features"


def _document(path: Path, facts: GraphFacts, spec: dict[str, Any], classes: int) -> dict[str, Any]:
    """A whole contract for the graph, but for what explains it and for its files."""
    binary = classes == 1
    names = ["negative", "positive"] if binary else [f"class_{number}" for number in range(classes)]
    ends = facts.ends_with
    kind = "binary" if binary else ("multilabel" if ends == "sigmoid" else "multiclass")
    activation = ("sigmoid" if binary else "softmax") if ends == "none" else "none"
    identifier = re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("-._") or "model"
    return {
        "schema_version": 1,
        "id": identifier,
        "name": path.stem,
        "version": "0",
        "authors": (),
        "created": _UNKNOWN,
        "weights_licence": _UNKNOWN,
        "data_licence": _UNKNOWN,
        "task": {"kind": kind, "labels": [{"name": name, "display": name.replace("_", " ")} for name in names]},
        "input": {
            "modality": (),
            "body_part": (),
            "plane": "acquired",
            "orientation": "as_stored",
            "polarity": "monochrome2",
            "intensity": {"method": "min_max"},
            "resize": "stretch",
            "interpolation": "area",
            **spec,
        },
        "output": {
            "input": facts.inputs[0].name,
            "logits": facts.outputs[0].name,
            "activation": activation,
        },
        "decision": {"rule": "argmax"},
        "explanation": {
            "target_layer": None,
            "notice": "Where the model looked, not the outline of a lesion.",
        },
        "evaluation": (),
        "provenance": {
            "code_version": _UNKNOWN,
            "seed": 0,
            "recipe": _UNKNOWN,
            "data": _UNKNOWN,
            "data_manifest_sha256": _UNKNOWN,
            "split_sha256": _UNKNOWN,
            "base_weights": _UNKNOWN,
            "base_weights_licence": _UNKNOWN,
            "environment": {},
        },
        "intended_use": {
            "use": _UNKNOWN,
            "not_for": "Any use: nothing is known of how this model was made.",
            "limits": (),
            "population": {"age_years": None, "description": _UNKNOWN},
            "notice": NOTICE,
        },
    }
