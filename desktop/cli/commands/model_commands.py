"""`models`, `model check` and `classify`: which models there are, whether one holds, what it says of slices."""

import json
from collections.abc import Sequence
from typing import Any

from desktop.cli.commands.classify import ClassifiedSlice, score
from desktop.cli.files import make_folder
from desktop.cli.opening import nothing_opened, scanned, series_numbered
from desktop.cli.output import CommandOutcome, file_counts, run_job, skipped_rows
from desktop.cli.parser import ClassifyRequest, CommandRequest, ModelCheckRequest, ModelSaveRequest
from imaging.base.errors import Code, Refusal
from imaging.base.ledger import Ledger, Skipped
from inference.bundle.bundle import check_bundle, load_bundle
from inference.bundle.catalog import Installed, installed, resolve
from inference.bundle.provisional import completed, provisional_text, save_completed
from inference.classify.classifier import Classifier
from inference.classify.finding import unfamiliar_sentence
from inference.contract.contract import NOTICE
from inference.contract.model_codes import Fault
from inference.contract.storage import Bundle
from inference.graph.bare_onnx import open_onnx
from inference.torch_availability import torch_available


def models(_: CommandRequest) -> CommandOutcome:
    """The installed bundles, the broken ones with their reasons."""
    found = installed()
    broken = [Skipped(str(one.path), one.faults[0].code, one.faults[0].sentence) for one in found if one.faults]
    lines = [line for one in found for line in _installed_lines(one)] or ["No model is installed."]
    document = {"version": 1, "models": [_installed_row(one) for one in found], "notice": NOTICE}
    return CommandOutcome(document, [*lines, NOTICE], broken)


def model_check(request: ModelCheckRequest) -> CommandOutcome:
    """One bundle, with every reason it would be refused for."""
    path = request.bundle
    bundle: Bundle | None = None
    faults: list[Fault] = []
    if not path.exists():
        path = next((one.path for one in installed() if one.id == str(path)), path)
    try:
        faults = [] if path.suffix.lower() == ".onnx" else check_bundle(path)
        if not faults:
            bundle = open_onnx(path) if path.suffix.lower() == ".onnx" else load_bundle(path)
            _refuse_other_weights(bundle)
    except Refusal as refusal:
        bundle, faults = None, [Fault(refusal.code, "", refusal.message)]
    document = {
        "version": 1,
        "path": str(path),
        "accepted": not faults,
        "model": None if bundle is None else _model_row(bundle),
        "torch_weights": None if bundle is None else _torch_weights(bundle),
        "reasons": [_fault_row(fault) for fault in faults],
        "notice": NOTICE,
    }
    if bundle is not None:
        return CommandOutcome(document, [f"{path}: accepted", _torch_weights(bundle), *bundle.assumptions])
    reasons = [f"{fault.key_path or path}: {fault.sentence} [{fault.code.value}]" for fault in faults]
    return CommandOutcome(document, reasons, error=_would_be_refused(faults))


def model_save(request: ModelSaveRequest) -> CommandOutcome:
    """A bare model as a bundle, or what is assumed of it. Raises `Refusal`."""
    bundle = open_onnx(request.model)
    if request.out is None and request.contract is None:
        text = provisional_text(bundle)
        return CommandOutcome(
            {"version": 1, "contract": json.loads(text), "assumptions": list(bundle.assumptions)}, [text]
        )
    if request.out is None or request.contract is None:
        raise Refusal(Code.ARGUMENT, "To save a bundle, give both --contract (what you know) and --out (where).")
    try:
        text_given = request.contract.read_bytes()
    except OSError:
        raise Refusal(Code.MISSING, f"{request.contract}: this file cannot be read.") from None
    saved = save_completed(bundle, completed(bundle, text_given), request.out)
    row = _model_row(saved)
    return CommandOutcome(
        {"version": 1, "path": str(request.out), "model": row, "notice": NOTICE},
        [f"{request.out}: saved {row['id']} {row['version']}, SHA-256 {row['sha256']}"],
    )


def _refuse_other_weights(bundle: Bundle) -> None:
    """Ask the torch path for the golden pairs too, where there is torch and the bundle has weights for it."""
    if bundle.contract.torch is not None and torch_available():
        # torch takes seconds to import, and only this check and a person who asks for its heatmaps need it.
        from inference.torch_path.model import load

        load(bundle)


def _torch_weights(bundle: Bundle) -> str:
    if bundle.contract.torch is None:
        return "The bundle has no weights for the torch path."
    if torch_available():
        return "The weights for the torch path answer the golden pairs like the graph."
    return f"The weights for the torch path were not tried. {torch_available().reason}"


def classify(request: ClassifyRequest) -> CommandOutcome:
    """Findings of the wanted slices, in the order of series and slice."""
    classifier = Classifier(resolve(request.model))
    found = scanned(request.paths)
    if not found.series:
        ledger = found.ledger
        return CommandOutcome(
            _classify_document(classifier, [], ledger=ledger), [], ledger.skipped, error=nothing_opened(ledger)
        )
    numbers = range(len(found.series))
    if request.series is not None:
        series_numbered(found, request.series)
        numbers = range(request.series, request.series + 1)
    if request.explain is not None:
        make_folder(request.explain)
    scored = run_job(score(classifier, [(number, found.series[number]) for number in numbers], request))
    failed = [one.failure for one in scored if one.failure is not None]
    unread = [one.failure for one in scored if one.failure is not None and one.analysis is None]
    document = _classify_document(classifier, scored, ledger=found.ledger, unread=unread)
    lines = [_result_line(one, classifier) for one in scored]
    error = Refusal(failed[0].code, failed[0].message) if len(failed) == len(scored) else None
    return CommandOutcome(document, [*lines, NOTICE], [*found.ledger.skipped, *failed], error=error)


def _classify_document(
    classifier: Classifier, scored: Sequence[ClassifiedSlice], *, ledger: Ledger, unread: Sequence[Skipped] = ()
) -> dict[str, Any]:
    return {
        "version": 1,
        "model": _model_row(classifier.bundle),
        "results": [one.row() for one in scored],
        "skipped": skipped_rows([*ledger.skipped, *unread]),
        "files": file_counts(ledger),
        "notice": NOTICE,
    }


def _model_row(bundle: Bundle) -> dict[str, Any]:
    """Which model it was; `assumptions` are the sentences of a model that came without a contract."""
    contract = bundle.contract
    return {
        "id": contract.id,
        "version": contract.version,
        "sha256": bundle.sha256,
        "assumptions": list(bundle.assumptions),
    }


def _installed_row(one: Installed) -> dict[str, Any]:
    contract = one.contract
    described = (
        {} if contract is None else contract.model_dump(mode="json", include={"name", "version", "intended_use"})
    )
    return {
        "id": one.id,
        "name": described.get("name"),
        "version": described.get("version"),
        "sha256": one.sha256,
        "path": str(one.path),
        "labels": [] if contract is None else list(contract.task.names),
        "modality": [] if contract is None else list(contract.input.modality),
        "body_part": [] if contract is None else list(contract.input.body_part),
        "intended_use": described.get("intended_use"),
        "reasons": [_fault_row(fault) for fault in one.faults],
    }


def _installed_lines(one: Installed) -> list[str]:
    if one.contract is None:
        return [f"{one.id}: cannot be used"]
    contract = one.contract
    return [f"{one.id} {contract.version}: {contract.name}", f"   {', '.join(contract.task.names)}"]


def _fault_row(fault: Fault) -> dict[str, str]:
    return {"code": fault.code.value, "where": fault.key_path, "message": fault.sentence}


def _would_be_refused(faults: list[Fault]) -> Refusal:
    count = "one reason" if len(faults) == 1 else f"{len(faults)} reasons"
    where = f"{faults[0].key_path}: " if faults[0].key_path else ""
    return Refusal(faults[0].code, f"The bundle would be refused, for {count}; the first: {where}{faults[0].sentence}")


def _result_line(one: ClassifiedSlice, classifier: Classifier) -> str:
    """A result for a person: where it is from, the decision with its scores, and what speaks against believing it."""
    where = f"series {one.series} slice {one.slice}"
    if one.analysis is None or one.analysis.finding is None:
        return f"{where}: {one.failure.message if one.failure is not None else ''}"
    finding = one.analysis.finding
    scores = ", ".join(f"{label.name} {label.probability:.3f}" for label in finding.scores)
    limits = classifier.contract.out_of_distribution
    unfamiliar = unfamiliar_sentence(
        one.analysis.out_of_distribution, cut_off=None if limits is None else limits.cut_off
    )
    against = [concern.sentence for concern in one.analysis.concerns]
    against += [] if unfamiliar is None else [f"Unlike what it was trained on: {unfamiliar}"]
    return "\n   ".join([f"{where}: {finding.decision} ({scores}). {finding.advice}", *against])
