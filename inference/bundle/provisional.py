"""A bare `.onnx` file as a bundle: its graph, neutral assumptions for the rest, and a person's corrections.

The bundle of `open_onnx` is provisional. Each assumption is a sentence that becomes a concern beside every score, until
a person corrects the contract in JSON (`complete_contract`) and saves it (`save_completed_bundle`).
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import Text, english, join_english
from imaging.base.errors import Code, Refusal
from imaging.base.policy import DEFAULT_POLICY, ReadingPolicy
from imaging.base.regular_file import open_regular, read_regular
from inference.bundle.activation import judge_activation, require_maps, score_phantoms, task_names
from inference.bundle.bundle import save_bundle
from inference.classify.model_process import ChildSession
from inference.classify.onnx_session import OnnxSession
from inference.classify.session import open_session
from inference.contract.codes import ModelCode
from inference.contract.contract import NOTICE, Contract, Provenance
from inference.contract.contract_check import MAX_CONTRACT_BYTES, read_contract
from inference.contract.label_names import id_of, label_rows
from inference.contract.storage import MAX_BYTES, Assumption, Bundle, BundleInMemory, sha256_of
from inference.graph.picture_input import find_picture_input
from inference.graph.score_row import SCORE_KINDS, ScoreRow, choose_score_row, row_length
from inference.graph.structure import shown
from inference.graph.versions import STANDARD_DOMAINS
from inference.graph.walk import MODEL_FILE, GraphFacts, find_safety_faults, parse_graph, read_graph
from inference.graph.wire_format import DAMAGED

if TYPE_CHECKING:
    from onnx import ModelProto

DEFAULT_SIZE = 224
_USUAL_SIZES = (
    DEFAULT_SIZE,
    256,
    299,
    512,
    128,
    64,
    32,
    384,
    320,
    160,
    96,
    28,
    192,
    240,
    260,
    300,
    380,
    448,
    480,
    1024,
)
_SIZE = english("size")
_FIRST_SIZE = english("the graph leaves it open, and this is the first usual size that it runs at")
MOST_PIXELS = 4096
"""The most rows or columns of an input, as in a contract."""
_MICROSOFT = "com.microsoft"
_SECONDS, _BYTES_A_SECOND = 2, 25_000_000
_UNNAMED = english("The names of its labels are not known.")
UNTRAINED = english("What it was trained on, for whom, and how well it does are not known.")
"""What nobody's answers about a model's input and output can make known."""
_ASSUMED = (
    english(
        "This model came without a contract: the range of values, the size and the normalisation of its input are "
        "assumed."
    ),
    _UNNAMED,
    UNTRAINED,
)
_UNKNOWN = "unknown"
_HEAD_OF_ANOTHER_KIND = frozenset({ModelCode.GRAPH, ModelCode.MODEL_ERROR, ModelCode.MEMORY})
# Parts of which one of several kinds is chosen: half of one kind and half of another would be neither.
_CHOICES = frozenset({"decision", "intensity"})


def open_onnx(path: Path, policy: ReadingPolicy = DEFAULT_POLICY) -> Bundle:
    """Open a bare ONNX classifier as a provisional bundle, with class maps if its head allows them.

    What the graph does not say is assumed, and told with the reason (`Bundle.assumed`); the activation is judged by
    what comes out for phantoms. Weights in a file beside the model are taken into the graph, and numbers of other
    precision are cast. Raises `Refusal` if the file is no graph, is not safe, or is no classifier of pictures.
    """
    try:
        return _open_graph(path, policy)
    except Refusal as refusal:
        if refusal.code is not ModelCode.TIMEOUT:
            raise
        way_out = english("If it is meant to take longer, allow it: --time-limit and the seconds.")
        raise Refusal(refusal.code, join_english(" ", (refusal.message, way_out))) from None


def _open_graph(path: Path, policy: ReadingPolicy) -> Bundle:
    # Late: they bring `onnx`, which takes 0.2 s, and listing models needs none.
    from inference.graph.bare_onnx import (
        embed_external_data,
        find_input_channels,
        find_input_range,
        find_label_names,
        give_float32_row,
        take_float32,
    )
    from inference.graph.cam_graph import list_mapped_graphs

    model = _read_model(path)
    proto = parse_graph(model)
    if embed_external_data(proto, path.parent):
        model = _serialise(proto)
    faults = find_safety_faults(proto, STANDARD_DOMAINS | {_MICROSOFT})
    if faults:
        raise Refusal(faults[0].code, faults[0].sentence)
    facts = read_graph(proto)
    policy = _limit_opening(policy, len(model))
    port, taken = find_picture_input(facts)
    spec, assumed = _read_input_spec(taken.shape, find_input_range(proto, port), find_input_channels(proto, port))
    name = take_float32(proto, port, taken)
    spec, assumed = _settle_size(proto, taken.shape, name, (spec, assumed), policy)
    row = _choose_row(proto, facts, name, spec, policy)
    scores = give_float32_row(proto, row.port, row.length)
    is_changed = (name, scores) != (port.name, row.port.name)
    content = _serialise(proto) if is_changed else model
    named = find_label_names(proto, row.length)
    known = named or task_names(row.length)
    document = _build_document(path, spec, given=name, scores=scores, length=row.length, names=known)
    cams, features = _find_own_maps(facts, row.length)
    whole = partial(_make_bundle, path, sha256_of(model), document)
    settle = partial(_with_activation, row=row, assumed=assumed, is_named=named is not None)
    for mapped in () if cams is not None else list_mapped_graphs(proto, row.port.name):
        own_maps, own_features = (output.name for output in mapped.proto.graph.output[-2:])
        bundle = whole(_serialise(mapped.proto), own_maps, own_features, mapped.method)
        try:
            session = open_session(bundle, None, policy)
            require_maps(session, bundle.contract)
            return settle(bundle, score_phantoms(session, bundle.contract))
        except Refusal as refusal:
            # A head that looks like one of ours, and is not; or one whose maps ask for too much.
            if refusal.code not in _HEAD_OF_ANOTHER_KIND:
                raise
    bundle = whole(content, cams, features, "occlusion" if cams is None else "grad_cam")
    return settle(bundle, score_phantoms(_open_or_refuse(bundle, proto, policy), bundle.contract))


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
        raise Refusal(ModelCode.SCHEMA, join_english("\n", (fault.line for fault in faults)))
    return contract


def save_completed_bundle(
    bundle: Bundle, contract: Contract, path: Path, policy: ReadingPolicy = DEFAULT_POLICY
) -> Bundle:
    """Write the bundle of a bare model under its completed contract, as a folder or as one file (`.slb`).

    Raises `Refusal` (WRITE, or the first fault of the bundle).
    """
    assumed = "".join(f"- {one.what}: {one.value} ({one.why})\n" for one in bundle.assumed)
    card = (
        f"# {contract.name} ({contract.id} {contract.version})\n\n**{contract.intended_use.notice}**\n\n"
        f"Made from the file {bundle.path.name} (SHA-256 {bundle.sha256}), which came without a contract. What "
        "stands in bundle.json beyond the graph was said by whoever saved this bundle; nobody has checked it.\n\n"
        f"**For:** {contract.intended_use.use}\n\n**Not for:** {contract.intended_use.not_for}\n\n"
        f"When the file was opened without a contract, this was assumed:\n\n{assumed}\n"
        "Where bundle.json says otherwise, whoever saved it has answered otherwise.\n"
    )
    if path.suffix.lower() == ".onnx":
        raise Refusal(Code.ARGUMENT, "A bundle is a folder, or a file that ends in .slb; name one of these.")
    files = {MODEL_FILE: bundle.read(MODEL_FILE), "README.md": card.encode()}
    return save_bundle(path, contract=contract, files=files, policy=policy)


def _read_model(path: Path) -> bytes:
    try:
        with open_regular(path) as stream:
            # No field begins so; a file of nothing but zeros may be gigabytes long.
            if stream.read(1) == b"\0":
                raise Refusal(ModelCode.GRAPH, DAMAGED)
        return read_regular(path, MAX_BYTES)
    except Refusal as refusal:
        if refusal.code is Code.TOO_LARGE:
            raise Refusal(ModelCode.TOO_LARGE, "The file is larger than any real model.") from None
        raise


def _limit_opening(policy: ReadingPolicy, size: int) -> ReadingPolicy:
    """Return how long a graph may take over phantoms: less than over a slice that a person waits for.

    What a person said (`--time-limit`) holds here too.
    """
    if policy.seconds != DEFAULT_POLICY.seconds:
        return policy
    return replace(policy, seconds=min(policy.seconds, float(_SECONDS + size // _BYTES_A_SECOND)))


def _serialise(proto: "ModelProto") -> bytes:
    if proto.ByteSize() > MAX_BYTES - 2**20:
        raise Refusal(ModelCode.TOO_LARGE, "The model is larger than an ONNX file can be.")
    return bytes(proto.SerializeToString())


def _read_input_spec(
    shape: tuple[int | None, ...], found: tuple[int, Text] | None, convolved: tuple[int, bool] | None
) -> tuple[dict[str, Any], list[Assumption]]:
    """Read the part of the input specification that the input's shape tells, and what is assumed beside it.

    `found` is the greatest value that the graph expects, and why it seems so; `convolved` are the channels of its first
    convolution, and whether they come last.
    """
    last = shape[3] in (1, 3) and shape[1] not in (1, 3)
    channels = shape[3] if last else shape[1]
    told = (
        english("the last dimension of the input is {channels}", channels=channels)
        if last
        else english("the second dimension of the input is {channels}", channels=channels)
    )
    if channels is None and convolved is not None:
        channels, last = convolved
        told = english("the first convolution takes %n channel(s)", "", channels)
    if channels not in (1, 3, None):
        raise Refusal(
            ModelCode.GRAPH,
            english("The graph's input has {channels} channels; a slice has 1 or 3.", channels=channels),
        )
    rows, columns = shape[1:3] if last else shape[2:4]
    size = (rows or DEFAULT_SIZE, columns or DEFAULT_SIZE)
    if max(size) > MOST_PIXELS:
        raise Refusal(
            ModelCode.GRAPH,
            english("The graph's input has more than {most_pixels} rows or columns.", most_pixels=MOST_PIXELS),
        )
    count = 1 if channels == 1 else 3
    greatest, why = found or (1, english("the graph does not say, and this is what most exporters expect"))
    spec = {
        "colour": "grey" if count == 1 else "grey_to_rgb",
        "size": size,
        "mean": (0.0,) * count,
        "std": (1.0 / greatest,) * count,
        "layout": "NHWC" if last else "NCHW",
    }
    return spec, _assume_rest(
        spec, told if channels is not None else None, greatest, why, is_sized=bool(rows and columns)
    )


def _assume_rest(
    spec: dict[str, Any], told: Text | None, greatest: int, why: Text, *, is_sized: bool
) -> list[Assumption]:
    """Return what is assumed beside a graph's input; `told`: how it tells its channels, None if it does not."""
    size = spec["size"]
    open_ = english("the graph leaves the number of channels open, and most exporters write them second")
    sized = (
        english("so the graph says")
        if is_sized
        else english("the graph leaves it open, and {size} is usual", size=DEFAULT_SIZE)
    )
    own = english("a graph does not say which values it was trained on")
    colour = english("grey") if spec["colour"] == "grey" else english("the same grey in three channels")
    return [
        Assumption(english("scale"), f"0…{greatest}", why),
        Assumption(
            english("range of values"),
            english("the slice's own least and greatest become the ends of the scale"),
            own,
        ),
        Assumption(english("layout"), str(spec["layout"]), told or open_, told is not None),
        Assumption(english("colour"), colour, told or open_, told is not None),
        Assumption(_SIZE, f"{size[0]} × {size[1]}", sized, is_sized),
        Assumption(
            english("fit"),
            english("stretched to the size"),
            english("a graph does not say how a slice came to its size"),
        ),
    ]


def _settle_size(
    proto: "ModelProto",
    shape: tuple[int | None, ...],
    name: str,
    read: tuple[dict[str, Any], list[Assumption]],
    policy: ReadingPolicy,
) -> tuple[dict[str, Any], list[Assumption]]:
    """Return specification and assumptions with the first usual size that the graph runs at, if it leaves that open."""
    spec, assumed = read
    told = shape[1:3] if spec["layout"] == "NHWC" else shape[2:4]
    if None not in told:
        return read
    session = _open_child(proto, policy)
    for usual in _USUAL_SIZES:
        size = (told[0] or usual, told[1] or usual)
        try:
            _run_empty(session, name, spec | {"size": size}, [proto.graph.output[0].name])
        except Refusal as refusal:
            if refusal.code is not ModelCode.MODEL_ERROR:
                raise
            continue
        row = Assumption(_SIZE, f"{size[0]} × {size[1]}", _FIRST_SIZE)
        is_first = usual == DEFAULT_SIZE
        return spec | {"size": size}, assumed if is_first else [row if one.what == _SIZE else one for one in assumed]
    return read


def _open_child(proto: "ModelProto", policy: ReadingPolicy) -> ChildSession:
    content = _serialise(proto)
    try:
        return ChildSession(lambda: content, sha256_of(content), policy)
    except Refusal as refusal:
        raise _with_versions(refusal, proto) from None


def _run_empty(session: ChildSession, name: str, spec: dict[str, Any], outputs: list[str]) -> list[NDArray[Any]]:
    """Run the graph on an empty picture. Raises `Refusal`."""
    count = len(spec["mean"])
    shape = (1, count, *spec["size"]) if spec["layout"] == "NCHW" else (1, *spec["size"], count)
    return session.run(name, np.zeros(shape, np.float32), outputs)


def _choose_row(
    proto: "ModelProto", facts: GraphFacts, name: str, spec: dict[str, Any], policy: ReadingPolicy
) -> ScoreRow:
    """Choose the row of scores; shapes that the graph leaves open are found by running it on an empty picture."""
    ports = [port for port in facts.outputs if port.name in facts.sources and port.kind in SCORE_KINDS]
    unknown = [port.name for port in ports if row_length(port.shape) == 0]
    shapes: dict[str, tuple[int, ...]] = {}
    if unknown:
        answers = _run_empty(_open_child(proto, policy), name, spec, unknown)
        shapes = {one: tuple(answer.shape) for one, answer in zip(unknown, answers, strict=True)}
    return choose_score_row(facts, ports, shapes)


def _open_or_refuse(bundle: Bundle, proto: "ModelProto", policy: ReadingPolicy) -> OnnxSession | ChildSession:
    try:
        return open_session(bundle, None, policy)
    except Refusal as refusal:
        raise _with_versions(refusal, proto) from None


def _with_versions(refusal: Refusal, proto: "ModelProto") -> Refusal:
    """Return the refusal of a graph with what ONNX Runtime may have stumbled over: its versions."""
    if refusal.code is not ModelCode.GRAPH:
        return refusal
    opsets = (
        english("opset {version} of {domain}", version=one.version, domain=shown(one.domain) or "ai.onnx")
        for one in proto.opset_import[:3]
    )
    return Refusal(
        refusal.code,
        english(
            "{why} The file has {opsets}; version {ir_version} of the format.",
            why=refusal.message,
            opsets=join_english(", ", opsets),
            ir_version=proto.ir_version,
        ),
    )


def _make_bundle(
    path: Path,
    sha256: str,
    document: dict[str, Any],
    content: bytes,
    cams: str | None,
    features: str | None,
    method: str,
) -> Bundle:
    """Make the bundle of a graph under a contract whose activation is not judged yet."""
    whole = document | {
        "output": document["output"] | {"cams": cams, "features": features},
        "explanation": document["explanation"] | {"method": method},
        "files": {MODEL_FILE: sha256_of(content)},
    }
    return Bundle(path, Contract.model_validate(whole, strict=False), sha256, BundleInMemory({MODEL_FILE: content}))


def _with_activation(
    bundle: Bundle, rows: NDArray[np.float64], *, row: ScoreRow, assumed: Sequence[Assumption], is_named: bool
) -> Bundle:
    """Return the bundle under the contract that fits what came out for phantoms, with all that is assumed."""
    kind, activation, why = judge_activation(rows)
    contract = bundle.contract
    judged = contract.model_copy(
        update={
            "task": contract.task.model_copy(update={"kind": kind}),
            "output": contract.output.model_copy(update={"activation": activation}),
        }
    )
    others = english("; not used: {others}", others=", ".join(row.others)) if row.others else ""
    named = english("the file names them") if is_named else english("a graph does not name them")
    numbers = english("`{name}`, %n number(s)", "", row.length, name=shown(row.port.name))
    told = (
        Assumption(english("scores"), numbers, join_english("", (row.why, others)), not others),
        Assumption(
            english("activation"),
            activation if activation != "none" else english("none, the graph has done it"),
            why,
        ),
        *assumed,
        Assumption(english("labels"), ", ".join(contract.task.names[:4]), named, is_named),
    )
    unknown = tuple(one for one in _ASSUMED if not (is_named and one is _UNNAMED))
    return replace(bundle, contract=judged, assumptions=unknown, assumed=told)


def _find_own_maps(facts: GraphFacts, classes: int) -> tuple[str | None, str | None]:
    """Return the names of class maps and features if the graph has them already under the names that bundles use."""
    cams, features = facts.output("cams"), facts.output("features")
    if cams is None or cams.shape is None or len(cams.shape) != 4 or cams.shape[1] != classes:
        return None, None
    return "cams", None if features is None else "features"


def _build_document(
    path: Path, spec: dict[str, Any], *, given: str, scores: str, length: int, names: Sequence[str]
) -> dict[str, Any]:
    """Build a whole contract for the graph but for its maps, its explanation and its files."""
    kind, activation = ("binary", "sigmoid") if length == 1 else ("multiclass", "softmax")
    return {
        "schema_version": 2,
        "id": id_of(path.stem),
        "name": path.stem,
        "version": "0",
        "authors": (),
        "created": _UNKNOWN,
        "weights_licence": _UNKNOWN,
        "data_licence": _UNKNOWN,
        "task": {"kind": kind, "labels": label_rows(names)},
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
        "output": {"input": given, "logits": scores, "activation": activation},
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
