"""`deidentify`: copies without identity of files, folders and archives, and the verifier's report."""

from typing import Any, cast

from desktop.cli.commands.slices import why_nothing_opened
from desktop.cli.output import KEPT, CommandOutcome, file_counts, run_job, skipped_rows
from desktop.cli.sending_options import DeidentifyRequest
from imaging.base.errors import Refusal
from imaging.export.deidentify.copies import CopyRow, DeidentifyRun
from imaging.export.deidentify.file_copy import CopyOrder
from imaging.export.deidentify.options import DeidentifyOptions
from imaging.export.deidentify.profile_table import Option
from imaging.export.deidentify.pseudonyms import Pseudonyms, load_or_make_map
from imaging.workers.pool import Reading

BURNED_IN = {
    "stated": "its file says that text is burned into the pixels",
    "letters": "marks like letters are in the pixels",
    "not looked at": "its pixels could not be looked at for burned-in text",
}


def deidentify(request: DeidentifyRequest, reading: Reading) -> CommandOutcome:
    """Write copies without identity into a folder. Raises `Refusal` if not one could be made."""
    keep = cast("frozenset[Option]", frozenset(request.keep))
    pseudonyms = Pseudonyms() if request.map is None else load_or_make_map(request.map)
    options = DeidentifyOptions(keep, tuple(request.boxes))
    run = DeidentifyRun(CopyOrder(request.out, options, pseudonyms), reading)
    is_interrupted, error = False, None
    try:
        run_job(run.run(request.paths))
    except KeyboardInterrupt:
        is_interrupted = True
    except Refusal as refusal:
        error = refusal
    result = run.result()
    if not result.copies and not is_interrupted:
        raise error or why_nothing_opened(result.ledger)
    document = {
        "out": str(request.out),
        "profile": [meaning for _, meaning in options.codes],
        "copies": [_row(copy) for copy in result.copies],
        "skipped": skipped_rows(result.ledger.skipped),
        "files": file_counts(result.ledger),
    }
    return CommandOutcome(
        document,
        _lines(request, result.copies),
        result.ledger.skipped,
        error=error,
        warnings=(*((KEPT,) if is_interrupted else ()), *_warnings(result.copies)),
        interrupted=is_interrupted,
    )


def _row(copy: CopyRow) -> dict[str, Any]:
    record = copy.record
    return {
        "path": copy.original,
        "copy": copy.path,
        "format": record.format,
        "changed": record.changed,
        "verifier": {"looked_for": record.looked_for, "not_looked_for": record.not_looked_for, "found": 0},
        "burned_in": record.burned_in or None,
        "notes": list(record.notes),
    }


def _lines(request: DeidentifyRequest, copies: tuple[CopyRow, ...]) -> list[str]:
    """Return what was written, file by file, and what the verifier did."""
    looked_for = sum(copy.record.looked_for for copy in copies)
    lines = [f"{copy.original}: {request.out / copy.path}" for copy in copies]
    return [*lines, f"{len(copies)} copies; of {looked_for} spellings of original values none is in them."]


def _warnings(copies: tuple[CopyRow, ...]) -> tuple[str, ...]:
    """Return what a person should look at before the copies go anywhere."""
    said = []
    for kind, words in BURNED_IN.items():
        found = [copy for copy in copies if copy.record.burned_in == kind]
        if found:
            more = f", and of {len(found) - 1} more copies the same" if len(found) > 1 else ""
            said.append(f"{found[0].path}: {words}{more}. Look at it; --black-out removes boxes of pixels.")
    notes = dict.fromkeys(note for copy in copies for note in copy.record.notes)
    return (*said, *notes)
