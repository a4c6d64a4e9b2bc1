"""`about`: version, build, edition, models with their hashes, libraries with their licences."""

from dataclasses import asdict

from desktop.cli.command_request import CommandRequest
from desktop.cli.output import CommandOutcome
from desktop.startup.build_info import NOTICE, edition, list_licences, list_models, system_line


def about(_request: CommandRequest, _reading: object) -> CommandOutcome:
    """Tell what this program is and what it consists of."""
    parts, known = list_licences(), list_models()
    document = {
        "program": {**asdict(edition()), "system": system_line()},
        "models": [asdict(model) for model in known],
        "licences": [asdict(part) for part in parts],
        "notice": NOTICE,
    }
    lines = [edition().line(), system_line(), NOTICE, "", "Models"]
    lines += [f"  {model.id} {model.version}  {model.sha256}  {model.licence}" for model in known]
    lines += ["", "Parts and licences", *(f"  {part.name} {part.version}  {part.licence}" for part in parts)]
    return CommandOutcome(document, lines)
