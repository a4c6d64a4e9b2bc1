"""The list of what is in a built program, as CycloneDX 1.5 JSON, for whoever watches over vulnerabilities."""

import json
import uuid
from pathlib import Path
from typing import Any

from licences import Component

_OURS = uuid.UUID("5d2b6d5e-6f0c-4d3a-9f6c-0f5a3f9a7c11")


def write_sbom(path: Path, facts: dict[str, str], components: list[Component]) -> None:
    """Write the list. The serial number follows from the facts, so that the same build gives the same file."""
    serial = uuid.uuid5(_OURS, json.dumps([facts, [(one.name, one.version) for one in components]]))
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": f"{facts['made']}T00:00:00Z",
            "component": {
                "type": "application",
                "bom-ref": "slicelens",
                "name": "slicelens",
                "version": facts["version"],
                "licenses": [{"expression": "Apache-2.0"}],
                "properties": [{"name": f"slicelens:{key}", "value": value} for key, value in facts.items()],
            },
        },
        "components": [_row(one) for one in components if one.name != "slicelens"],
        "dependencies": [
            {"ref": "slicelens", "dependsOn": sorted({_ref(one) for one in components if one.name != "slicelens"})}
        ],
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _ref(one: Component) -> str:
    return one.url or f"{one.part}/{one.name}@{one.version}"


def _row(one: Component) -> dict[str, Any]:
    kind = "machine-learning-model" if one.part == "Models" else "library"
    row: dict[str, Any] = {"type": kind, "bom-ref": _ref(one), "name": one.name}
    if one.version:
        row["version"] = one.version
    if one.url:
        row["purl"] = one.url
    return {**row, "licenses": [{"license": {"name": one.licence}}]}
