"""A bare ONNX model made into a bundle: a person says in JSON what the graph does not, and it is saved."""

import json
from pathlib import Path
from typing import Any

from imaging.base.errors import Code, Refusal
from inference.bundle.bundle import save_bundle
from inference.contract.contract import Contract
from inference.contract.contract_check import MAX_CONTRACT_BYTES, read_contract
from inference.contract.model_codes import ModelCode
from inference.contract.storage import Bundle
from inference.graph.walk import MODEL_FILE

# Parts of which one of several kinds is chosen: half of one kind and half of another would be neither.
_CHOICES = frozenset({"decision", "intensity"})


def provisional_text(bundle: Bundle) -> str:
    """What is known and assumed of a bare model, as JSON to be corrected; without what is computed in any case."""
    content = bundle.contract.model_dump(mode="json", exclude={"files", "schema_version"})
    return json.dumps(content, indent=2, ensure_ascii=False)


def completed(bundle: Bundle, text: bytes) -> Contract:
    """The provisional contract with the keys of a JSON object put in their places.

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
    contract, faults = read_contract(json.dumps(_merged(known, given)).encode())
    if contract is None or faults:
        raise Refusal(ModelCode.SCHEMA, "\n".join(f"{fault.key_path}: {fault.sentence}" for fault in faults))
    return contract


def save_completed(bundle: Bundle, contract: Contract, folder: Path) -> Bundle:
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


def _merged(known: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    whole = dict(known)
    for key, value in given.items():
        there = known.get(key)
        is_merged = isinstance(there, dict) and isinstance(value, dict) and key not in _CHOICES
        whole[key] = _merged(there, value) if is_merged else value  # type: ignore[arg-type]
    return whole
