"""The request that every command of the command line has in common."""

from dataclasses import dataclass

from desktop.state.launch_request import ReadingLimits


@dataclass(frozen=True, kw_only=True)
class CommandRequest(ReadingLimits):
    """Options that every command has."""

    json: bool
    """Whether the answer is one JSON document instead of lines for a person."""
    password_stdin: bool = False
    """Whether the password of encrypted archives is the first line of standard input."""
