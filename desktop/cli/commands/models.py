"""`models`, `model check`, `model save`: which models there are, why one is refused, a bare ONNX made a bundle."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop.cli.command_request import CommandRequest
from desktop.cli.output import CommandOutcome, model_row
from desktop.cli.parser import ModelCheckRequest, ModelSaveRequest
from desktop.jobs.explain import NOT_ALLOWED
from imaging.base.errors import Code, Refusal, Skipped, error_line
from imaging.base.policy import ReadingPolicy
from imaging.base.regular_file import read_regular
from imaging.workers.pool import Reading
from inference.bundle.bundle import check_bundle, load_bundle
from inference.bundle.catalog import CatalogModel, list_installed
from inference.bundle.model_questions import answer_questions
from inference.bundle.provisional import complete_contract, open_onnx, provisional_text, save_completed_bundle
from inference.classify.allowed_models import is_allowed
from inference.contract.codes import Fault
from inference.contract.contract import NOTICE
from inference.contract.label_names import read_label_names
from inference.contract.model_answers import ModelAnswers
from inference.contract.storage import Bundle
from inference.contract.wording import describe_unknown
from inference.torch_availability import torch_available

_CONTRACT_LIMIT = 64 * 2**20


def models(_request: CommandRequest, _reading: object) -> CommandOutcome:
    """List the installed bundles, the broken ones with their reasons."""
    found = list_installed()
    broken = [Skipped(str(one.path), one.faults[0].code, one.faults[0].sentence) for one in found if one.faults]
    lines = [line for one in found for line in _installed_lines(one)] or ["No model is installed."]
    document = {"models": [_installed_row(one) for one in found], "notice": NOTICE}
    return CommandOutcome(document, [*lines, NOTICE], broken)


def model_check(request: ModelCheckRequest, reading: Reading) -> CommandOutcome:
    """Check one bundle; list every reason it would be refused for."""
    path = request.bundle
    if not path.exists():
        path = next((one.path for one in list_installed() if one.id == str(path)), path)
    try:
        bundle, faults = _open_checked(path, reading.policy)
    except Refusal as refusal:
        bundle, faults = None, [Fault(refusal.code, "", refusal.message)]
    unknown = None if bundle is None else describe_unknown(bundle.contract)
    document = {
        "path": str(path),
        "accepted": not faults,
        "model": None if bundle is None else model_row(bundle),
        "torch_weights": None if bundle is None else _torch_weights_line(bundle),
        "unknown": unknown,
        "reasons": [_fault_row(fault) for fault in faults],
        "notice": NOTICE,
    }
    if bundle is not None:
        assumed = (one.sentence for one in bundle.assumed)
        lines = [f"{path}: accepted", _torch_weights_line(bundle), *bundle.assumptions, *assumed]
        return CommandOutcome(document, [*lines, *filter(None, (unknown,))])
    reasons = [error_line(f"{fault.key_path or path}: {fault.sentence}", fault.code) for fault in faults]
    return CommandOutcome(document, reasons, error=_refusal_of(faults))


def _open_checked(path: Path, policy: ReadingPolicy) -> tuple[Bundle | None, list[Fault]]:
    """Return a bundle, or every reason why it is refused. Raises `Refusal`."""
    if path.suffix.lower() == ".onnx":
        return open_onnx(path, policy), []
    faults = check_bundle(path, policy)
    if faults:
        return None, faults
    bundle = load_bundle(path, policy)
    _check_torch_weights(bundle)
    return bundle, []


def model_save(request: ModelSaveRequest, reading: Reading) -> CommandOutcome:
    """Write a bare model as a bundle, or print the assumptions about it. Raises `Refusal`."""
    answers: ModelAnswers = request
    if request.labels_file is not None:
        if request.labels is not None:
            raise Refusal(Code.ARGUMENT, "Give the names of the classes once: by --labels or by --labels-file.")
        answers = replace(request, labels=read_label_names(request.labels_file))
    if (request.window is None) if request.range == "window" else (request.range and request.window):
        raise Refusal(Code.ARGUMENT, "The range `window` and --window C,W belong together.")
    bundle = open_onnx(request.model, reading.policy)
    contract = bundle.contract
    if request.contract is not None:
        contract = complete_contract(bundle, _read_completion(request.contract))
    contract = answer_questions(contract, answers)
    if request.out is not None and contract == bundle.contract:
        raise Refusal(Code.ARGUMENT, "Nothing was answered: give --labels, other answers, or --contract with --out.")
    if request.out is None:
        if request.contract is not None:
            raise Refusal(Code.ARGUMENT, "To save a bundle, say where: --out and a folder, or a file ending in .slb.")
        text = provisional_text(replace(bundle, contract=contract))
        return CommandOutcome({"contract": json.loads(text), **_assumption_rows(bundle)}, [text])
    saved = save_completed_bundle(bundle, contract, request.out, reading.policy)
    row = model_row(saved)
    return CommandOutcome(
        {"path": str(request.out), "model": row, "notice": NOTICE},
        [f"{request.out}: saved {row['id']} {row['version']}, SHA-256 {row['sha256']}"],
    )


def _read_completion(path: Path) -> bytes:
    try:
        return read_regular(path, _CONTRACT_LIMIT)
    except Refusal as refusal:
        raise Refusal(refusal.code, f"{path}: this file cannot be read. {refusal.message}") from None


def _assumption_rows(bundle: Bundle) -> dict[str, Any]:
    row = model_row(bundle)
    return {"assumptions": row["assumptions"], "assumed": row["assumed"]}


def _check_torch_weights(bundle: Bundle) -> None:
    """Ask the torch path for the golden pairs too, if there is torch, and the bundle has weights and is allowed to."""
    if bundle.contract.torch is not None and torch_available() and is_allowed(bundle.sha256):
        # torch takes seconds to import, and only this check and a person who asks for its heatmaps need it.
        from inference.torch_path.proof import load_bundle_network

        load_bundle_network(bundle)


def _torch_weights_line(bundle: Bundle) -> str:
    if bundle.contract.torch is None:
        return "The bundle has no weights for the torch path."
    if not is_allowed(bundle.sha256):
        return f"The weights for the torch path were not tried. {NOT_ALLOWED}"
    if torch_available():
        return "The weights for the torch path answer the golden pairs like the graph."
    return f"The weights for the torch path were not tried. {torch_available().reason}"


def _installed_row(one: CatalogModel) -> dict[str, Any]:
    contract = one.contract
    keys = {"name", "version", "intended_use"}
    described = {} if contract is None else contract.model_dump(mode="json", include=keys)
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


def _installed_lines(one: CatalogModel) -> list[str]:
    if one.contract is None:
        return [f"{one.id}: cannot be used"]
    contract = one.contract
    return [f"{one.id} {contract.version}: {contract.name}", f"   {', '.join(contract.task.names)}"]


def _fault_row(fault: Fault) -> dict[str, str]:
    return {"code": fault.code.value, "where": fault.key_path, "message": fault.sentence}


def _refusal_of(faults: list[Fault]) -> Refusal:
    count = "one reason" if len(faults) == 1 else f"{len(faults)} reasons"
    where = f"{faults[0].key_path}: " if faults[0].key_path else ""
    return Refusal(faults[0].code, f"The bundle would be refused, for {count}; the first: {where}{faults[0].sentence}")
