"""From an evaluated run to a bundle: graph, weights, statistics, figures, card and contract, whole or refused."""

import hashlib
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from numpy.typing import NDArray
from torch import nn

from imaging.refusal import Code, Refusal
from inference.bundle import save_bundle
from inference.classifier import probabilities_of
from inference.contract import Contract, Explanation, OutputSpec, Provenance, Torch
from inference.golden import Answer
from inference.phantom import phantoms
from inference.preprocess import prepare
from inference.session import Session
from inference.torch_path.gradcam import cams_at
from training.card import model_card
from training.evaluate import STATISTICS, Metrics, read_metrics, trained_network
from training.figures import FIGURES
from training.graph import CAMS, FEATURES, INPUT, LOGITS, export_graph, greatest_difference
from training.models import LICENCES, base_weights_sentence
from training.recipe import Recipe, read_recipe
from training.runs import RECIPE, SPLIT, environment
from training.split import load_split
from training.training_codes import TrainingCode

PROBABILITY_TOLERANCE = 1e-4
HEATMAP_TOLERANCE = 5e-3
_RANDOM_SLICES = 8


def export_run(run: Path, out: Path) -> str:
    """Write the bundle of an evaluated run to the folder `out` and say what was proved.

    Raises `Refusal`: RUN where the run was not evaluated, PARITY where ONNX and torch differ too much, WRITE.
    """
    recipe = read_recipe(run / RECIPE)
    split = load_split(run / SPLIT)
    metrics = read_metrics(run)
    if metrics.split_sha256 != split.sha256:
        raise Refusal(TrainingCode.RUN, f"{run}: the run was evaluated with another split; evaluate it again.")
    model = trained_network(run, recipe, split)
    contract = contract_of(recipe, metrics)
    graph = export_graph(model, (recipe.input.channels, *recipe.input.size))
    probability, heat, answers = prove(graph, model, contract)
    files = {"model.onnx": graph, "weights.safetensors": weights_file(model)}
    files |= {f"figures/{name}": _read(run / "figures" / name) for name in FIGURES}
    files |= {STATISTICS: _read(run / STATISTICS), "README.md": model_card(recipe, metrics, contract).encode()}
    bundle = save_bundle(out, contract=contract, files=files, answers=answers)
    return (
        f"{out}: {contract.id} {contract.version}, SHA-256 {bundle.sha256}\n"
        f"ONNX against torch: probability differs by at most {probability:.1e}, heatmap by at most {heat:.1e}"
    )


def prove(graph: bytes, model: nn.Module, contract: Contract) -> tuple[float, float, dict[str, Answer]]:
    """The greatest differences between ONNX Runtime and torch, in probability and in the shown heatmap of every class.

    Looked at are the golden phantoms and random slices; torch's heatmap is Grad-CAM by automatic differentiation, not
    the closed form. Also returns torch's answers on the phantoms. Raises `Refusal` (PARITY).
    """
    session = Session(graph)
    layer = contract.explanation.target_layer
    assert layer is not None
    named = [(phantom.name, prepare(phantom.slice, contract.input).tensor) for phantom in phantoms(contract)]
    generator = np.random.default_rng(contract.provenance.seed)
    shape = named[0][1].shape
    named += [("", generator.normal(0, 0.5, shape).astype(np.float32)) for _ in range(_RANDOM_SLICES)]
    worst_probability, worst_heat = 0.0, 0.0
    answers = {}
    for name, tensor in named:
        logits, cams = session.run(INPUT, tensor, [LOGITS, CAMS])
        with torch.no_grad():
            expected = model(torch.from_numpy(tensor))[0].numpy()
        maps = cams_at(model, layer, tensor)
        apart = np.abs(probabilities_of(_row(logits), contract) - probabilities_of(expected, contract))
        worst_probability = max(worst_probability, float(apart.max()))
        worst_heat = max(worst_heat, *map(greatest_difference, _row(cams), maps))
        if name:
            answers[name] = Answer(logits=expected, cams=maps)
    _refuse_difference("probability", worst_probability, PROBABILITY_TOLERANCE)
    _refuse_difference("heatmap", worst_heat, HEATMAP_TOLERANCE)
    return worst_probability, worst_heat, answers


def _row(answer: NDArray[np.generic]) -> NDArray[np.float32]:
    return np.asarray(answer[0], dtype=np.float32)


def _refuse_difference(what: str, difference: float, tolerance: float) -> None:
    # A NaN must be refused too.
    if not difference <= tolerance:
        sentence = f"The {what} of the ONNX graph differs from torch's by {difference:.1e}; {tolerance:g} is allowed."
        raise Refusal(TrainingCode.PARITY, sentence)


def weights_file(model: nn.Module) -> bytes:
    """The weights for the torch path: kernels in half precision (rounded to it before judging), the rest single."""
    weights = {name: value.half() if value.ndim > 1 else value for name, value in model.state_dict().items()}
    return safetensors.torch.save({name: value.contiguous() for name, value in weights.items()})


def contract_of(recipe: Recipe, metrics: Metrics) -> Contract:
    """The bundle's contract, its files left to `save_bundle`."""
    identity = recipe.bundle
    return Contract(
        schema_version=1,
        id=identity.id,
        name=identity.name,
        version=identity.version,
        authors=identity.authors,
        created=datetime.now(UTC).date().isoformat(),
        weights_licence=identity.weights_licence,
        data_licence=identity.data_licence,
        task=recipe.task,
        input=recipe.input,
        output=OutputSpec(input=INPUT, logits=LOGITS, cams=CAMS, features=FEATURES, activation="softmax"),
        decision=metrics.decision,
        explanation=Explanation(
            method="grad_cam", target_layer=recipe.network.target_layer, notice=recipe.heatmap_notice
        ),
        calibration=metrics.calibration,
        out_of_distribution=metrics.out_of_distribution,
        evaluation=metrics.evaluations,
        provenance=Provenance(
            code_version=code_version(),
            seed=recipe.fit.seed,
            recipe=recipe.digest,
            data=identity.data,
            data_manifest_sha256=metrics.data_manifest_sha256,
            split_sha256=metrics.split_sha256,
            base_weights=base_weights_sentence(recipe.network),
            base_weights_licence=LICENCES[recipe.network.weights],
            environment=environment(),
        ),
        intended_use=recipe.intended_use,
        torch=Torch(architecture=recipe.network.architecture),
        files={},
    )


def code_version() -> str:
    """Version of Slicelens with a hash of its sources, since a checkout may be ahead of its version."""
    try:
        found = version("slicelens")
    except PackageNotFoundError:
        found = "unreleased"
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for room in ("imaging", "inference", "training"):
        for path in sorted((root / room).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{found}+sources.{digest.hexdigest()[:12]}"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise Refusal(Code.MISSING, f"{path}: this file of the run is missing; evaluate the run again.") from None
