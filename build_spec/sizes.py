"""How large each part of a built program is, beside what it was when `sizes.json` was last written."""

import json
import platform
from collections import Counter
from pathlib import Path

from contents import Contents
from tree import files_in

KEPT = Path(__file__).with_name("sizes.json")
_FREE_SHARE, _FREE_BYTES = 1.05, 1_000_000
"""Growth by less than both is a new version of a library, not a part swept in."""


def weigh(
    contents: Contents, internal: Path, program: Path, modules: dict[str, int]
) -> tuple[dict[str, int], list[str]]:
    """(bytes of each part, what no part claims). Modules share the executable's bytes by the size of their source."""
    weights: Counter[str] = Counter()
    unclaimed = []
    for path, name in files_in(internal):
        part = contents.part_of_file(name)
        if part is None:
            unclaimed.append(name)
        else:
            weights[part.name] += path.stat().st_size
    packed, whole = program.stat().st_size, max(1, sum(modules.values()))
    for name, size in modules.items():
        part = contents.part_of_module(name)
        if part is None:
            unclaimed.append(f"module {name.split('.')[0]}")
        else:
            weights[part.name] += round(packed * size / whole)
    return dict(weights), sorted(set(unclaimed))


def key_of(edition: str) -> str:
    """Sizes are kept by system, processor and edition."""
    return f"{platform.system().lower()}-{platform.machine().lower()}-{edition}"


def compared(edition: str, weights: dict[str, int]) -> tuple[list[str], list[str]]:
    """(the table's lines, the names of the parts that have grown). On a system without kept sizes none has, and the
    last line says so."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")).get(key_of(edition), {}) if KEPT.is_file() else {}
    lines, grown = [f"{'part':<52}{'MB':>9}{'before':>9}"], []
    for name in sorted({*weights, *kept}, key=lambda one: -weights.get(one, 0)):
        now, before = weights.get(name, 0), kept.get(name)
        mark = ""
        if kept and (before is None or (now > before * _FREE_SHARE and now > before + _FREE_BYTES)):
            grown.append(name)
            mark = "  NEW" if before is None else "  GROWN"
        lines.append(f"{name:<52}{now / 1e6:9.1f}{'' if before is None else f'{before / 1e6:9.1f}'}{mark}")
    total, before = sum(weights.values()), sum(kept.values())
    lines.append(f"{'all':<52}{total / 1e6:9.1f}{f'{before / 1e6:9.1f}' if kept else ''}")
    if not kept:
        lines.append(
            f"{KEPT.name} has no sizes of {key_of(edition)} to compare with, so a growth is not seen. To keep these: "
            f"python dev.py build {'--lite ' if edition == 'lite' else ''}--finish-only --keep-sizes"
        )
    return lines, grown


def keep(edition: str, weights: dict[str, int]) -> None:
    """Make these the sizes that later builds are compared with."""
    table = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.is_file() else {}
    table[key_of(edition)] = dict(sorted(weights.items()))
    KEPT.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", encoding="utf-8")
