"""How much a file may make of itself before anything is decoded, and the one way to allow more.

A few kilobytes can be packed that unpack to gigabytes, and a header can promise any size. What is declared is checked
against these before memory is asked for; what is unpacked is counted while it is.
"""

from imaging.refusal import Code, Refusal

UNPACKED_BYTES = 512 * 1024 * 1024
"""The most bytes that a packed file or a member of an archive may unpack to, unless a person allows more."""

FRAME_BYTES = 2**30
"""The most bytes that one decoded frame may have."""

FRAMES = 250_000
"""The most frames, over all phases, that one file may declare."""

NESTING = 100
"""The most levels that sequences may lie within each other."""

SECONDS = 30.0
"""How long the reading of one file or frame in a child process may take."""

_allowed = UNPACKED_BYTES
_seconds = SECONDS


def task_seconds() -> float:
    """How long the reading of one file or frame in a child process may take now."""
    return _seconds


def allow_seconds(seconds: float) -> None:
    """Another time limit from here on: tests of many damaged files do not wait half a minute for each that hangs."""
    global _seconds  # a setting of the whole program
    _seconds = seconds


def unpack_limit() -> int:
    """The most bytes that one file may unpack to now."""
    return _allowed


def allow_unpacking(count: int) -> None:
    """Let one file unpack to `count` bytes from here on, as a person has said (`--unpack-limit`)."""
    global _allowed  # a setting of the whole program, which travels to the child processes with each task
    _allowed = count


def unpacks_too_far() -> Refusal:
    """The refusal of what would unpack to more than the limit; it says how more is allowed."""
    return Refusal(
        Code.TOO_LARGE,
        f"It unpacks to more than {_allowed / 2**20:.0f} MiB. Start Slicelens with --unpack-limit and a larger number "
        "to open it.",
    )


def check_frames(count: int) -> None:
    """Raise `Refusal` (TOO_LARGE) where a file declares more than `FRAMES` frames."""
    if count > FRAMES:
        raise Refusal(Code.TOO_LARGE, f"The file declares more than {FRAMES} slices.")


def nested_too_deep() -> Refusal:
    """The refusal of sequences that lie deeper within each other than `NESTING` levels."""
    return Refusal(Code.HEADER, f"Its sequences lie more than {NESTING} levels deep within each other.")


def check_unpacked(count: int) -> None:
    """Raise `Refusal` (TOO_LARGE) where `count` unpacked bytes are more than is allowed."""
    if count > _allowed:
        raise unpacks_too_far()


def check_frame(count: int) -> None:
    """Raise `Refusal` (TOO_LARGE) where one decoded frame has more than `FRAME_BYTES`."""
    if count > FRAME_BYTES:
        raise Refusal(Code.TOO_LARGE)
