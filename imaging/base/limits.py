"""How much a file may make of itself before anything is decoded, and the one way to allow more.

A few kilobytes can be packed that unpack to gigabytes, and a header can promise any size. What is declared is checked
against these before memory is asked for; what is unpacked is counted while it is.
"""

from imaging.base.errors import Code, Refusal

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

_MIB = 2**20
_allowed = UNPACKED_BYTES
_granted: dict[str, int] = {}
_seconds = SECONDS


def task_seconds() -> float:
    """How long the reading of one file or frame in a child process may take now."""
    return _seconds


def allow_seconds(seconds: float) -> None:
    """Another time limit from here on: tests of many damaged files do not wait half a minute for each that hangs."""
    global _seconds  # a setting of the whole program
    _seconds = seconds


def unpack_limit(name: str = "") -> int:
    """The most bytes that one file may unpack to now; `name` is that of its `Source`."""
    return max(_allowed, _granted.get(name, 0))


def allow_unpacking(count: int) -> None:
    """Let one file unpack to `count` bytes from here on, as a person has said (`--unpack-limit`)."""
    global _allowed  # a setting of the whole program, which travels to the child processes with each task
    _allowed = count


def grant(name: str, count: int) -> None:
    """Let the one file of that name unpack to `count` bytes, as a person has said who was asked."""
    _granted[name] = count


def allowance() -> tuple[int, tuple[tuple[str, int], ...]]:
    """What is allowed now, for all and by name, to travel to a child process."""
    return _allowed, tuple(_granted.items())


def set_allowance(allowed: tuple[int, tuple[tuple[str, int], ...]]) -> None:
    """Allow that and nothing else: for a child process, and for tests."""
    allow_unpacking(allowed[0])
    _granted.clear()
    _granted.update(allowed[1])


def unpacks_too_far(count: int) -> Refusal:
    """The refusal of what would unpack to `count` bytes at least, beyond the limit; it says how more is allowed."""
    wanted = -(-count // _MIB)
    return Refusal(
        Code.TOO_LARGE,
        f"It unpacks to {wanted} MiB, and Slicelens asks before it unpacks more than {_allowed / _MIB:.0f}. Say yes "
        f"when the window asks, or start it with --unpack-limit {wanted}.",
        unpacks_to=count,
    )


def check_frames(count: int) -> None:
    """Raise `Refusal` (TOO_LARGE) where a file declares more than `FRAMES` frames."""
    if count > FRAMES:
        raise Refusal(Code.TOO_LARGE, f"The file declares more than {FRAMES} slices.")


def nested_too_deep() -> Refusal:
    """The refusal of sequences that lie deeper within each other than `NESTING` levels."""
    return Refusal(Code.HEADER, f"Its sequences lie more than {NESTING} levels deep within each other.")


def check_unpacked(count: int, name: str) -> None:
    """Raise `Refusal` (TOO_LARGE) where `count` unpacked bytes are more than the file of that name is allowed."""
    if count > unpack_limit(name):
        raise unpacks_too_far(count)


def check_frame(count: int) -> None:
    """Raise `Refusal` (TOO_LARGE) where one decoded frame has more than `FRAME_BYTES`."""
    if count > FRAME_BYTES:
        raise Refusal(Code.TOO_LARGE)
