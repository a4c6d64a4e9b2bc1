"""`models`, `model check`, `model save`: which models there are, why one is refused, a bare ONNX made a bundle."""

import json
from typing import Any

from desktop.cli.output import CommandOutcome, model_row
from desktop.cli.parser import CommandRequest, ModelCheckRequest, ModelSaveRequest
from imaging.base.errors import Code, Refusal, Skipped, error_line
from inference.bundle.bundle import check_bundle, load_bundle
from inference.bundle.catalog import CatalogModel, list_installed
from inference.bundle.provisional import complete_contract, open_onnx, provisional_text, save_completed_bundle
from inference.contract.codes import Fault
from inference.contract.contract import NOTICE
from inference.contract.storage import Bundle
from inference.contract.wording import describe_unknown
from inference.torch_availability import torch_available


def models(_request: CommandRequest, _reading: object) -> CommandOutcome:
    """List the installed bundles, the broken ones with their reasons."""
    found = list_installed()
    broken = [Skipped(str(one.path), one.faults[0].code, one.faults[0].sentence) for one in found if one.faults]
    lines = [line for one in found for line in _installed_lines(one)] or ["No model is installed."]
    document = {"models": [_installed_row(one) for one in found], "notice": NOTICE}
    return CommandOutcome(document, [*lines, NOTICE], broken)


def model_check(request: ModelCheckRequest, _reading: object) -> CommandOutcome:
    """Check one bundle; list every reason it would be refused for."""
    path = request.bundle
    bundle: Bundle | None = None
    faults: list[Fault] = []
    if not path.exists():
        path = next((one.path for one in list_installed() if one.id == str(path)), path)
    try:
        faults = [] if path.suffix.lower() == ".onnx" else check_bundle(path)
        if not faults:
            bundle = open_onnx(path) if path.suffix.lower() == ".onnx" else load_bundle(path)
            _check_torch_weights(bundle)
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
        lines = [f"{path}: accepted", _torch_weights_line(bundle), *bundle.assumptions]
        return CommandOutcome(document, [*lines, *filter(None, (unknown,))])
    reasons = [error_line(f"{fault.key_path or path}: {fault.sentence}", fault.code) for fault in faults]
    return CommandOutcome(document, reasons, error=_refusal_of(faults))


def model_save(request: ModelSaveRequest, _reading: object) -> CommandOutcome:
    """Write a bare model as a bundle, or print the assumptions about it. Raises `Refusal`."""
    bundle = open_onnx(request.model)
    if request.out is None and request.contract is None:
        text = provisional_text(bundle)
        return CommandOutcome({"contract": json.loads(text), "assumptions": list(bundle.assumptions)}, [text])
    if request.out is None or request.contract is None:
        raise Refusal(Code.ARGUMENT, "To save a bundle, give both --contract (what you know) and --out (where).")
    try:
        text_given = request.contract.read_bytes()
    except OSError:
        raise Refusal(Code.MISSING, f"{request.contract}: this file cannot be read.") from None
    saved = save_completed_bundle(bundle, complete_contract(bundle, text_given), request.out)
    row = model_row(saved)
    return CommandOutcome(
        {"path": str(request.out), "model": row, "notice": NOTICE},
        [f"{request.out}: saved {row['id']} {row['version']}, SHA-256 {row['sha256']}"],
    )


def _check_torch_weights(bundle: Bundle) -> None:
    """Ask the torch path for the golden pairs too, if there is torch and the bundle has weights for it."""
    if bundle.contract.torch is not None and torch_available():
        # torch takes seconds to import, and only this check and a person who asks for its heatmaps need it.
        from inference.torch_path.proof import load_bundle_network

        load_bundle_network(bundle)


def _torch_weights_line(bundle: Bundle) -> str:
    if bundle.contract.torch is None:
        return "The bundle has no weights for the torch path."
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
