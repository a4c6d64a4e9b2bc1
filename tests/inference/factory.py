"""Small whole bundles made in the test, without torch, and broken ones for every reason a bundle is refused.

`make_bundle(tmp_path)` is a real bundle: a graph of one convolution, global average pooling and one linear layer, whose
label 1 is drawn to bright places. `break_bundle(folder, fault)` spoils it in one way and mends all hashes but that one.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from imaging.volume.volume import Slice
from inference.bundle.bundle import save_bundle
from inference.contract.contract import NOTICE, Contract
from inference.contract.phantoms import slice_from_array

STRIDE = 4
CHANNELS = 4


def make_bundle(parent: Path, *, model: bytes | None = None, **changes: Any) -> Path:
    """A bundle's folder below `parent`, named by its id. `changes` go into the contract: see `document`."""
    contract = make_contract(**changes)
    folder = parent / contract.id
    graph = tiny_model(contract) if model is None else model
    save_bundle(folder, contract=contract, files={"model.onnx": graph, "README.md": b"# A model made in a test\n"})
    return folder


def make_contract(**changes: Any) -> Contract:
    """The contract of the tiny bundle, with changes as in `document`."""
    return Contract.model_validate_json(json.dumps(document(**changes)))


def zip_bundle(folder: Path, archive: Path, *, prefix: str = "") -> Path:
    """The bundle zipped; `prefix` is a folder inside the archive that all files stand in."""
    with zipfile.ZipFile(archive, "w") as opened:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                opened.write(path, prefix + path.relative_to(folder).as_posix())
    return archive


def document(**changes: Any) -> dict[str, Any]:
    """`bundle.json` before its files are known. A changed part that is a dict is merged, but for `decision`."""
    whole: dict[str, Any] = {
        "schema_version": 1,
        "id": "tiny",
        "name": "Tiny",
        "version": "1.0",
        "authors": ["a test"],
        "created": "2026-01-01",
        "weights_licence": "CC0-1.0",
        "data_licence": "none",
        "task": {
            "kind": "multiclass",
            "labels": [{"name": "normal", "display": "Normal"}, {"name": "bright", "display": "Bright spot"}],
        },
        "input": {
            "modality": [],
            "body_part": [],
            "plane": "acquired",
            "orientation": "as_stored",
            "colour": "grey",
            "polarity": "monochrome2",
            "intensity": {"method": "min_max"},
            "resize": "stretch",
            "interpolation": "area",
            "size": [32, 32],
            "mean": [0.0],
            "std": [1.0],
            "layout": "NCHW",
        },
        "output": {
            "input": "image",
            "logits": "logits",
            "cams": "cams",
            "features": "features",
            "activation": "softmax",
        },
        "decision": {"rule": "argmax"},
        "explanation": {"method": "grad_cam", "target_layer": None, "notice": "Where the model looked."},
        "evaluation": [],
        "provenance": {
            "code_version": "test",
            "seed": 0,
            "recipe": "none",
            "data": "none",
            "data_manifest_sha256": "0" * 64,
            "split_sha256": "0" * 64,
            "base_weights": "none",
            "base_weights_licence": "none",
            "environment": {},
        },
        "intended_use": {
            "use": "Tests.",
            "not_for": "Anything else.",
            "limits": [],
            "population": {"age_years": None, "description": "nobody"},
            "notice": NOTICE,
        },
        "files": {},
    }
    for part, change in changes.items():
        merges = isinstance(change, dict) and part != "decision" and isinstance(whole.get(part), dict)
        whole[part] = {**whole[part], **change} if merges else change
    return whole


def labels(*names: str) -> list[dict[str, str]]:
    """Labels for `task={"labels": labels("a", "b")}`."""
    return [{"name": name, "display": name.title()} for name in names]


def ensemble_model(contract: Contract, factors: tuple[float, ...]) -> bytes:
    """The tiny model with a fourth output: the softmax of its logits, each time that many times as sharp."""
    model = onnx.load_model_from_string(tiny_model(contract))
    for number, factor in enumerate(factors):
        model.graph.initializer.append(helper.make_tensor(f"f{number}", onnx.TensorProto.FLOAT, [], [factor]))
        model.graph.node.extend(
            [
                helper.make_node("Mul", ["logits", f"f{number}"], [f"sharp{number}"]),
                helper.make_node("Softmax", [f"sharp{number}"], [f"p{number}"], axis=1),
                helper.make_node("Unsqueeze", [f"p{number}", "one"], [f"u{number}"]),
            ]
        )
    model.graph.initializer.append(helper.make_tensor("one", onnx.TensorProto.INT64, [1], [1]))
    model.graph.node.append(helper.make_node("Concat", [f"u{n}" for n in range(len(factors))], ["members"], axis=1))
    model.graph.output.append(helper.make_tensor_value_info("members", onnx.TensorProto.FLOAT, ["N", len(factors), 2]))
    return model.SerializeToString()


def tiny_model(contract: Contract, *, tail: Sequence[str] = (), maps: bool = True, batch: int | str = "N") -> bytes:
    """Conv 4×4 stride 4, ReLU, global average pooling, one linear layer; `tail` are operators after it (Softmax…).

    The cells of its maps are 4×4 pixels. Channel 0 is the mean, 1 and 2 are edges, 3 is darkness.
    """
    spec, logits = contract.input, contract.task.logits
    shape = [batch, spec.channels, *spec.size] if spec.layout == "NCHW" else [batch, *spec.size, spec.channels]
    kernels = np.zeros((CHANNELS, spec.channels, STRIDE, STRIDE), np.float32)
    kernels[0] = 1.0
    kernels[1, :, :, :2], kernels[1, :, :, 2:] = 1.0, -1.0
    kernels[2, :, :2], kernels[2, :, 2:] = 1.0, -1.0
    kernels[3] = -1.0
    kernels /= STRIDE * STRIDE * spec.channels
    weights = np.random.default_rng(0).normal(0.0, 0.3, (logits, CHANNELS)).astype(np.float32)
    weights[-1] = (40.0, 0.0, 0.0, -1.0)
    nodes = [helper.make_node("Transpose", ["image"], ["planes"], perm=[0, 3, 1, 2])] if spec.layout == "NHWC" else []
    nodes += [
        helper.make_node("Conv", ["planes" if nodes else "image", "kernels"], ["edges"], strides=[STRIDE, STRIDE]),
        helper.make_node("Relu", ["edges"], ["maps"]),
        helper.make_node("GlobalAveragePool", ["maps"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["features"], axis=1),
        helper.make_node("Gemm", ["features", "weights", "bias"], ["score" if tail else "logits"], transB=1),
    ]
    name = "score"
    for number, operator in enumerate(tail):
        following = "logits" if number == len(tail) - 1 else f"score_{number}"
        nodes.append(helper.make_node(operator, [name], [following]))
        name = following
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [batch, logits])]
    constants = {"kernels": kernels, "weights": weights, "bias": np.linspace(0.3, 0.0, logits, dtype=np.float32)}
    if maps:
        constants["map_weights"] = weights[:, :, None, None]
        nodes.append(helper.make_node("Conv", ["maps", "map_weights"], ["cams"]))
        outputs.append(helper.make_tensor_value_info("cams", TensorProto.FLOAT, [batch, logits, None, None]))
        outputs.append(helper.make_tensor_value_info("features", TensorProto.FLOAT, [batch, CHANNELS]))
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        outputs,
        [numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def moody_model(contract: Contract) -> bytes:
    """The tiny model, but its answer is NaN for a slice as dark as `spot_slice`; the golden phantoms are brighter."""
    model = onnx.load_model_from_string(tiny_model(contract))
    last = next(node for node in model.graph.node if "logits" in node.output)
    last.output[0] = "calm"
    model.graph.initializer.append(numpy_helper.from_array(np.float32(0.1), "limit"))
    model.graph.initializer.append(numpy_helper.from_array(np.float32(0.0), "nothing"))
    model.graph.node.extend(
        [
            helper.make_node("ReduceMean", ["image"], ["level"], keepdims=0),
            helper.make_node("Sub", ["level", "limit"], ["above"]),
            helper.make_node("Sqrt", ["above"], ["root"]),
            helper.make_node("Mul", ["root", "nothing"], ["mood"]),
            helper.make_node("Add", ["calm", "mood"], ["logits"]),
        ]
    )
    return model.SerializeToString()


def spot_slice(rows: int = 64, columns: int = 64, *, at: tuple[int, int] = (16, 40), half: int = 4) -> Slice:
    """A dark slice with one bright square around `at`: the tiny bundle's label `bright` looks there."""
    stored: NDArray[np.int16] = np.full((rows, columns), 100, np.int16)
    stored[max(0, at[0] - half) : at[0] + half + 1, max(0, at[1] - half) : at[1] + half + 1] = 3000
    return slice_from_array(stored)


def rewrite(
    folder: Path, *, files: dict[str, bytes] | None = None, edit: Callable[[dict[str, Any]], None] | None = None
) -> None:
    """Change files and `bundle.json` of a bundle without any check; hashes of the changed files are mended."""
    whole = json.loads((folder / "bundle.json").read_text())
    for name, content in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        whole["files"][name] = hashlib.sha256(content).hexdigest()
    if edit is not None:
        edit(whole)
    (folder / "bundle.json").write_text(json.dumps(whole))


def break_bundle(folder: Path, fault: str) -> Path:
    """Spoil a whole bundle in the way that `fault` names (a key of `FAULTS`); returns the path to open."""
    return FAULTS[fault](folder) or folder


def _edit_model(change: Callable[[onnx.ModelProto], None]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        model = onnx.load_model(folder / "model.onnx")
        change(model)
        rewrite(folder, files={"model.onnx": model.SerializeToString()})

    return spoil


def _edit_contract(edit: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    return lambda folder: rewrite(folder, edit=edit)


def _answer_nan(model: onnx.ModelProto) -> None:
    bias = next(tensor for tensor in model.graph.initializer if tensor.name == "bias")
    bias.CopyFrom(numpy_helper.from_array(np.full(bias.dims, np.nan, np.float32), "bias"))


def _point_outside(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../../etc/passwd")


def _use_custom_domain(model: onnx.ModelProto) -> None:
    model.graph.node[0].domain = "com.example"
    model.opset_import.add(domain="com.example", version=1)


def _drop_class(model: onnx.ModelProto) -> None:
    for tensor in model.graph.initializer:
        if tensor.name in ("weights", "bias", "map_weights"):
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor)[:-1].copy(), tensor.name))
    for output in model.graph.output[:2]:
        output.type.tensor_type.shape.dim[1].dim_value -= 1


def _wrong_hash(folder: Path) -> None:
    with (folder / "README.md").open("ab") as file:
        file.write(b"changed\n")


def _zip_slip(folder: Path) -> Path:
    archive = zip_bundle(folder, folder.with_suffix(".slb"))
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr("../evil.md", "outside")
    return archive


def _wrong_golden(folder: Path) -> None:
    model = onnx.load_model(folder / "model.onnx")
    bias = next(tensor for tensor in model.graph.initializer if tensor.name == "bias")
    moved = numpy_helper.to_array(bias).copy()
    moved[0] += 0.5
    bias.CopyFrom(numpy_helper.from_array(moved, "bias"))
    rewrite(folder, files={"model.onnx": model.SerializeToString()})


FAULTS: dict[str, Callable[[Path], Path | None]] = {
    "wrong hash": _wrong_hash,
    "missing file": lambda folder: (folder / "README.md").unlink(),
    "extra file": lambda folder: (folder / "notes.md").write_text("x") and None,
    "forbidden file": lambda folder: rewrite(folder, files={"weights.pkl": b"cos\nsystem\n"}),
    "nan": _edit_model(_answer_nan),
    "external data": _edit_model(_point_outside),
    "custom domain": _edit_model(_use_custom_domain),
    "class count": _edit_model(_drop_class),
    "damaged graph": lambda folder: rewrite(folder, files={"model.onnx": b"\xffnot a graph"}),
    "golden": _wrong_golden,
    "unknown key": _edit_contract(lambda whole: whole["input"].update(zoom=2)),
    "wrong type": _edit_contract(lambda whole: whole["input"].update(size=["32", 32])),
    "missing key": _edit_contract(lambda whole: whole.pop("intended_use")),
    "not json": lambda folder: (folder / "bundle.json").write_text("{") and None,
    "no contract": lambda folder: (folder / "bundle.json").unlink(),
    "zip slip": _zip_slip,
}
