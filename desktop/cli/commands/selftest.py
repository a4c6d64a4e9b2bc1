"""`selftest`: the shipped checks of this installation, and what it consists of."""

from dataclasses import asdict
from typing import Any

from desktop.cli.help_pages import NOTICE
from desktop.cli.output import CommandOutcome, run_job
from desktop.cli.parser import SelftestRequest
from desktop.cli.selftest_checks import Check, Decoded, checks, decoded, versions
from desktop.startup.build_info import edition, system_line
from imaging.base.errors import Code, Refusal


def selftest(request: SelftestRequest) -> CommandOutcome:
    """Every check, and the hashes of the pixels of what was named."""
    made = run_job(checks())
    pixels = [row for path in request.paths for row in decoded(path)]
    failed = [check for check in made if not check.ok]
    document: dict[str, Any] = {
        "version": 1,
        "program": {**asdict(edition()), "system": system_line()},
        "libraries": versions(),
        "checks": [asdict(check) for check in made],
        "passed": not failed,
        "pixels": [asdict(row) for row in pixels],
        "notice": NOTICE,
    }
    lines = [edition().line(), system_line(), *(f"{name} {number}" for name, number in versions().items()), ""]
    lines += [_check_line(check) for check in made]
    lines += [_pixel_line(row) for row in pixels]
    lines += ["", f"{len(made) - len(failed)} checks passed, {len(failed)} failed", NOTICE]
    error = Refusal(Code.DAMAGED, f"{len(failed)} checks failed; the first: {failed[0].says}") if failed else None
    return CommandOutcome(document, lines, error=error)


def _check_line(check: Check) -> str:
    return f"{'ok    ' if check.ok else 'FAILED'}  {check.name}: {check.says}"


def _pixel_line(row: Decoded) -> str:
    return f"{row.sha256 or row.code}  {row.path} series {row.series}"
