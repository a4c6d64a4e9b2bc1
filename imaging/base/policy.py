"""How files may be read: limits, memory, passwords and time, in one immutable value passed to all that reads.

A few kilobytes can be packed that unpack to gigabytes, and a header can promise any size. Declared sizes are checked
before memory is asked for; unpacked bytes are counted while they come.
"""

from dataclasses import dataclass, field, replace

from imaging.base.english import english
from imaging.base.errors import Code, Refusal

FRAME_BYTES = 2**30
"""The most bytes that one decoded frame may have."""

FRAMES = 250_000
"""The most frames, over all phases, that one file may declare."""

NESTING = 100
"""The most levels that sequences may lie within each other."""

ARCHIVE_RATIO = 10
"""How many times its own size an archive may unpack to unasked, if that is more than the limit of one file."""

STARVED = 4
"""How many times its time a child process may take on a machine that has no core for it."""

_MOST_PASSWORDS = 16
_MIB = 2**20


@dataclass(frozen=True)
class ReadingPolicy:
    """Everything that a person or the program allows to reading; to change it, pass another one from then on."""

    unpacked_bytes: int = 512 * 1024 * 1024
    """The most bytes that one file or member of an archive may unpack to unasked (`--unpack-limit`)."""
    granted: tuple[tuple[str, int], ...] = ()
    """(name of a `Source`, bytes) for files that a person allowed to unpack further."""
    memory_bytes: int | None = None
    """Bytes that the pixels of one series may take (`--memory-limit`); None is half of what is free."""
    promised_bytes: int = 0
    """Bytes that look free and are not: series that are open have still to fill them."""
    passwords: tuple[str, ...] = field(default=(), repr=False)
    """Passwords of encrypted archives, the latest first. Never log one, show one, or put one into a message."""
    seconds: float = 30.0
    """How long a child process may take without an answer or a sign of life."""

    def with_grant(self, name: str, count: int) -> "ReadingPolicy":
        """Return a policy that lets the one file of that name unpack to `count` bytes."""
        return replace(self, granted=tuple({**dict(self.granted), name: count}.items()))

    def with_password(self, password: str) -> "ReadingPolicy":
        """Return a policy that tries this password before those given earlier; the oldest of many is forgotten."""
        if not password:
            return self
        others = (one for one in self.passwords if one != password)
        return replace(self, passwords=(password, *others)[:_MOST_PASSWORDS])

    def memory_budget(self) -> int:
        """Return the bytes that the pixels of one series may take now."""
        if self.memory_bytes is not None:
            return self.memory_bytes
        return max(free_bytes() - self.promised_bytes, 0) // 2

    def unpack_limit(self, name: str) -> int:
        """Return the most bytes that one file may unpack to; `name` is that of its `Source`."""
        return max(self.unpacked_bytes, dict(self.granted).get(name, 0))

    def check_unpacked(self, count: int, name: str) -> None:
        """Raise `Refusal` (TOO_LARGE) if `count` unpacked bytes are more than the file of that name is allowed."""
        if count > self.unpack_limit(name):
            raise self.unpacks_too_far(count)

    def archive_limit(self, name: str, count: int) -> int:
        """Return the most bytes that an archive of `count` bytes may unpack to, all its members together."""
        return max(self.unpack_limit(name), ARCHIVE_RATIO * count)

    def unpacks_too_far(self, count: int) -> Refusal:
        """Return the refusal of a file that unpacks to `count` bytes at least; it says how more is allowed."""
        wanted = -(-count // _MIB)
        return Refusal(
            Code.TOO_LARGE,
            english(
                "It unpacks to {wanted} MiB, and Slicelens asks before it unpacks more than "
                "{unpacked_bytes:.0f}. Say yes when Slicelens asks, or start it with "
                "--unpack-limit {wanted}.",
                wanted=wanted,
                unpacked_bytes=self.unpacked_bytes / _MIB,
            ),
            unpacks_to=count,
        )


DEFAULT_POLICY = ReadingPolicy()
"""What is allowed where nobody said anything else."""


def check_frames(count: int) -> None:
    """Raise `Refusal` (TOO_LARGE) if a file declares more than `FRAMES` frames."""
    if count > FRAMES:
        raise Refusal(Code.TOO_LARGE, english("The file declares more than {frames} slices.", frames=FRAMES))


def check_frame(count: int) -> None:
    """Raise `Refusal` (TOO_LARGE) if one decoded frame has more than `FRAME_BYTES`."""
    if count > FRAME_BYTES:
        raise Refusal(Code.TOO_LARGE)


def nested_too_deep() -> Refusal:
    """Return the refusal of sequences that lie more than `NESTING` levels deep within each other."""
    return Refusal(
        Code.HEADER, english("Its sequences lie more than {nesting} levels deep within each other.", nesting=NESTING)
    )


def free_bytes() -> int:
    """Return the bytes of memory that the system could give without taking them from other programs."""
    from psutil import virtual_memory  # not on the way to the window

    return int(virtual_memory().available)
