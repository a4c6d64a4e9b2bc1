"""A bare `.onnx` file as a bundle: its graph, neutral assumptions for the rest, and a person's corrections.

The bundle of `open_onnx` is provisional. Each assumption is a sentence that becomes a concern beside every score, until
a person corrects the contract in JSON (`complete_contract`) and saves it (`save_completed_bundle`).
"""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from imaging.base.errors import Code, Refusal
from inference.bundle.bundle import save_bundle
from inference.classify.onnx_session import OnnxSession
from inference.contract.codes import ModelCode
from inference.contract.contract import NOTICE, Contract, Provenance
from inference.contract.contract_check import MAX_CONTRACT_BYTES, read_contract
from inference.contract.storage import MAX_BYTES, Bundle, BundleInMemory, sha256_of
from inference.graph.walk import MODEL_FILE, GraphFacts, Port, find_safety_faults, parse_graph, read_graph

DEFAULT_SIZE = 224
_ASSUMED = (
    "This model came without a contract: the range of values, the size and the normalisation of its input are assumed.",
    "The names of its labels are not known.",
    "What it was trained on, for whom, and how well it does are not known.",
)
_UNKNOWN = "unknown"
# Parts of which one of several kinds is chosen: half of one kind and half of another would be neither.
_CHOICES = frozenset({"decision", "intensity"})


def open_onnx(path: Path) -> Bundle:
    """Open a bare ONNX classifier as a provisional bundle, with class maps if its head allows them.

    Assumed are: stretch to the graph's size (224 if it is open), the slice's own minimum and maximum as 0 and 1, no
    further normalisation, labels `class_0…`, and softmax (a sigmoid for one logit) if the graph ends without either.
    Raises `Refusal` if the file is no graph, is not safe, or is no classifier of pictures.
    """
    from inference.graph.cam_graph import add_class_maps  # late: `onnx` takes 0.2 s, and listing models needs none

    model = _read_model(path)
    proto = parse_graph(model)
    faults = find_safety_faults(proto)
    if faults:
        raise Refusal(faults[0].code, faults[0].sentence)
    facts = read_graph(proto)
    spec = _read_input_spec(facts)
    classes = _count_classes(facts, spec, model)
    content, cams, features = model, *_find_own_maps(facts, classes)
    if cams is None and (mapped := add_class_maps(proto)) is not None:
        content = mapped.SerializeToString()
        cams, features = (output.name for output in mapped.graph.output[-2:])
    document = _build_document(path, facts, spec, classes)
    document["output"] |= {"cams": cams, "features": features}
    document["explanation"]["method"] = "occlusion" if cams is None else "grad_cam"
    document["files"] = {MODEL_FILE: sha256_of(content)}
    contract = Contract.model_validate(document, strict=False)
    return Bundle(path, contract, sha256_of(model), BundleInMemory({MODEL_FILE: content}), _ASSUMED)


def provisional_text(bundle: Bundle) -> str:
    """Return what is known and assumed of a bare model as JSON to be corrected, without what is computed anyway."""
    content = bundle.contract.model_dump(mode="json", exclude={"files", "schema_version"})
    return json.dumps(content, indent=2, ensure_ascii=False)


def complete_contract(bundle: Bundle, text: bytes) -> Contract:
    """Return the provisional contract with the keys of a JSON object merged into it.

    Objects are merged, lists and the parts with a choice of kinds are replaced. Raises `Refusal` (SCHEMA) naming every
    key that is wrong.
    """
    known = bundle.contract.model_dump(mode="json")
    try:
        given = json.loads(text) if len(text) <= MAX_CONTRACT_BYTES else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Refusal(ModelCode.SCHEMA, "What completes the model must be one JSON object, as bundle.json is one.")
    given.pop("files", None)
    contract, faults = read_contract(json.dumps(_merge_objects(known, given)).encode())
    if contract is None or faults:
        raise Refusal(ModelCode.SCHEMA, "\n".join(f"{fault.key_path}: {fault.sentence}" for fault in faults))
    return contract


def save_completed_bundle(bundle: Bundle, contract: Contract, folder: Path) -> Bundle:
    """Write the bundle of a bare model under its completed contract. Raises `Refusal` (WRITE, or its first fault)."""
    card = (
        f"# {contract.name} ({contract.id} {contract.version})\n\n**{contract.intended_use.notice}**\n\n"
        f"Made from the file {bundle.path.name} (SHA-256 {bundle.sha256}), which came without a contract. What "
        "stands in bundle.json beyond the graph was said by whoever saved this bundle; nobody has checked it.\n\n"
        f"**For:** {contract.intended_use.use}\n\n**Not for:** {contract.intended_use.not_for}\n"
    )
    if folder.suffix.lower() in (".onnx", ".slb"):
        raise Refusal(Code.ARGUMENT, "A bundle is saved as a folder; name one.")
    return save_bundle(
        folder, contract=contract, files={MODEL_FILE: bundle.read(MODEL_FILE), "README.md": card.encode()}
    )


def _read_model(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Refusal(ModelCode.TOO_LARGE, "The file is larger than any real model.")
        return path.read_bytes()
    except PermissionError:
        raise Refusal(Code.PERMISSION) from None
    except OSError:
        raise Refusal(Code.MISSING) from None


def _read_input_spec(facts: GraphFacts) -> dict[str, Any]:
    """Read the part of the input specification that the graph's only input tells."""
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
    """Return the length of the first output: from the graph, or by running it once on an empty picture."""
    output: Port = facts.outputs[0]
    if output.shape is not None and len(output.shape) == 2 and output.shape[1]:
        return output.shape[1]
    count = len(spec["mean"])
    shape = (1, count, *spec["size"]) if spec["layout"] == "NCHW" else (1, *spec["size"], count)
    answer = OnnxSession(model).run(facts.inputs[0].name, np.zeros(shape, np.float32), [output.name])[0]
    if answer.ndim != 2 or answer.shape[0] != 1 or answer.shape[1] == 0:
        raise Refusal(ModelCode.GRAPH, "The graph's first output is not one row of scores, so it is no classifier.")
    return int(answer.shape[1])


def _find_own_maps(facts: GraphFacts, classes: int) -> tuple[str | None, str | None]:
    """Return the names of class maps and features if the graph has them already under the names that bundles use."""
    cams, features = facts.output("cams"), facts.output("features")
    if cams is None or cams.shape is None or len(cams.shape) != 4 or cams.shape[1] != classes:
        return None, None
    return "cams", None if features is None else "features"


def _build_document(path: Path, facts: GraphFacts, spec: dict[str, Any], classes: int) -> dict[str, Any]:
    """Build a whole contract for the graph but for its explanation and its files."""
    binary = classes == 1
    names = ["negative", "positive"] if binary else [f"class_{number}" for number in range(classes)]
    ends = facts.ends_with
    kind = "binary" if binary else ("multilabel" if ends == "sigmoid" else "multiclass")
    activation = ("sigmoid" if binary else "softmax") if ends == "none" else "none"
    identifier = re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("-._") or "model"
    return {
        "schema_version": 2,
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
        "output": {"input": facts.inputs[0].name, "logits": facts.outputs[0].name, "activation": activation},
        "decision": {"rule": "argmax"},
        "explanation": {"target_layer": None, "notice": "Where the model looked, not the outline of a lesion."},
        "evaluation": (),
        "provenance": dict.fromkeys(Provenance.model_fields, _UNKNOWN) | {"seed": 0, "environment": {}},
        "intended_use": {
            "use": _UNKNOWN,
            "not_for": "Any use: nothing is known of how this model was made.",
            "limits": (),
            "population": {"age_years": None, "description": _UNKNOWN},
            "notice": NOTICE,
        },
    }


def _merge_objects(known: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    whole = dict(known)
    for key, value in given.items():
        there = known.get(key)
        is_merged = isinstance(there, dict) and isinstance(value, dict) and key not in _CHOICES
        whole[key] = _merge_objects(there, value) if is_merged else value  # type: ignore[arg-type]
    return whole
