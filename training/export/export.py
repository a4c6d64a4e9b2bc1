"""From an evaluated run to a bundle: graph, weights, statistics, recipe, figures, card, contract; whole or refused."""

import hashlib
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import safetensors.torch
from torch import nn

from imaging.base.atomic_write import file_sha256
from imaging.base.errors import Code, Refusal
from inference.bundle.bundle import WEIGHTS_FILE, save_bundle
from inference.contract.contract import Contract, Explanation, OutputSpec, Provenance
from inference.graph.walk import MODEL_FILE
from training.data.split import load_split
from training.evaluate.evaluate import read_metrics, trained_network
from training.evaluate.metrics import Metrics, read_comparison
from training.evaluate.ood_statistics import STATISTICS
from training.evaluate.predictions import activation_of
from training.fit.runs import BEST, RECIPE, SPLIT, describe_origin, package_versions, read_facts
from training.network.network import start_network, torch_section
from training.network.onnx_export import CAMS, FEATURES, INPUT, LOGITS, export_graph, prove_graph, torch_runner
from training.recipe.recipe import Recipe, TrainingCode
from training.recipe.recipe_files import RECIPE_FILE, pack_recipe, read_recipe
from training.report.card import CardNotes, comparison_section, model_card
from training.report.figures import FIGURES

CARD = "README.md"
_DEMONSTRATION = "demonstration"


def export_run(run: Path, out: Path) -> str:
    """Write the bundle of an evaluated run and say what was proved. Raises `Refusal` (RUN, PARITY, WRITE)."""
    recipe = read_recipe(run / RECIPE)
    split = load_split(run / SPLIT)
    metrics = read_metrics(run)
    _check_evaluated(run, metrics, split.sha256)
    model = trained_network(run, recipe, split)
    contract = run_contract(run, recipe, metrics)
    rule, shape = recipe.network, (recipe.input.channels, *recipe.input.size)
    graph = export_graph(model, shape, target_layer=rule.target_layer, familiarity_layers=rule.familiarity_layers)
    run_torch = torch_runner(model, target_layer=rule.target_layer, familiarity_layers=rule.familiarity_layers)
    proof = prove_graph(graph, contract, run_torch)
    notes = CardNotes(figures=FIGURES, proof=proof.sentence, sections=comparison_section(read_comparison(run)))
    files = {MODEL_FILE: graph, WEIGHTS_FILE: pack_weights(model), RECIPE_FILE: pack_recipe(recipe)}
    files |= {f"figures/{name}": _read(run / "figures" / name) for name in FIGURES}
    files |= {STATISTICS: _read(run / STATISTICS), CARD: model_card(recipe, metrics, contract, notes).encode()}
    bundle = save_bundle(out, contract=contract, files=files, answers=proof.answers)
    return f"{out}: {contract.id} {contract.version}, SHA-256 {bundle.sha256}\n{proof.sentence}"


def _check_evaluated(run: Path, metrics: Metrics, split_sha256: str) -> None:
    if metrics.split_sha256 != split_sha256:
        raise Refusal(TrainingCode.RUN, f"{run}: the run was evaluated with another split; evaluate it again.")
    if metrics.checkpoint_sha256 and metrics.checkpoint_sha256 != file_sha256(run / BEST):
        raise Refusal(TrainingCode.RUN, f"{run}: the weights changed after the run was evaluated; evaluate it again.")


def pack_weights(model: nn.Module) -> bytes:
    """Return the weights for the torch path: kernels in half precision (rounded before judging), the rest single."""
    weights = {name: value.half() if value.ndim > 1 else value for name, value in model.state_dict().items()}
    return safetensors.torch.save({name: value.contiguous() for name, value in weights.items()})


def run_contract(run: Path, recipe: Recipe, metrics: Metrics) -> Contract:
    """Return the contract of a run's bundle, its files left to `save_bundle`. Raises `Refusal` (RUN)."""
    base_weights, licence = describe_base_weights(run, recipe)
    return build_contract(
        recipe,
        metrics,
        Provenance(
            code_version=code_version(),
            seed=recipe.fit.seed,
            recipe=recipe.digest,
            data=recipe.bundle.data,
            data_manifest_sha256=metrics.data_manifest_sha256,
            split_sha256=metrics.split_sha256,
            base_weights=base_weights,
            base_weights_licence=licence,
            environment=read_facts(run).environment or package_versions(),
        ),
    ).model_copy(update={"torch": torch_section(recipe.network)})


def build_contract(recipe: Recipe, metrics: Metrics, provenance: Provenance) -> Contract:
    """Return the contract of weights that have this provenance; it names no torch path yet."""
    identity = recipe.bundle
    is_told = not recipe.judging.stand_in or _DEMONSTRATION in identity.name.lower()
    return Contract(
        schema_version=2,
        id=identity.id,
        name=identity.name if is_told else f"{identity.name} ({_DEMONSTRATION})",
        version=identity.version,
        authors=identity.authors,
        created=datetime.now(UTC).date().isoformat(),
        weights_licence=identity.weights_licence,
        data_licence=identity.data_licence,
        task=recipe.task,
        # Networks are trained, and so exported, with channels first whatever the recipe says of the layout.
        input=recipe.input.model_copy(update={"layout": "NCHW"}),
        output=OutputSpec(
            input=INPUT, logits=LOGITS, cams=CAMS, features=FEATURES, activation=activation_of(recipe.task)
        ),
        decision=metrics.decision,
        explanation=Explanation(
            method="grad_cam", target_layer=recipe.network.target_layer, notice=recipe.heatmap_notice
        ),
        calibration=metrics.calibration,
        out_of_distribution=metrics.out_of_distribution,
        conformal=metrics.conformal,
        qualities=metrics.qualities,
        evaluation=metrics.evaluations,
        provenance=provenance,
        intended_use=recipe.intended_use,
        files={},
    )


def describe_base_weights(run: Path, recipe: Recipe) -> tuple[str, str]:
    """Return the sentence on what the run's weights started from, and its licence."""
    if (continued := describe_origin(run)) is not None:
        return continued
    try:
        found = start_network(recipe)
    except Refusal:
        # A file that has moved, or a hub out of reach, is no reason to lose a run that was made with it.
        name = Path(recipe.network.weights).name
        return f"{name} (not at hand when this was written, so its hash is not known)", "not stated"
    return found.sentence, found.licence


def code_version() -> str:
    """Return the version of Slicelens with a hash of its sources, since a checkout may be ahead of its version."""
    try:
        found = version("slicelens")
    except PackageNotFoundError:
        found = "unreleased"
    root = Path(__file__).parents[2]
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
