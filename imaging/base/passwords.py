"""Passwords for encrypted archives that a person gave: in memory for as long as the program runs, and nowhere else."""

_MOST = 16
_given: tuple[str, ...] = ()


def offer_password(password: str) -> None:
    """Try this one from here on, before those that were given earlier."""
    global _given  # what a person said to the whole program; it travels to the child processes with each task
    if password:
        _given = (password, *(one for one in _given if one != password))[:_MOST]


def passwords() -> tuple[str, ...]:
    """All that were given, the latest first. Never log one, show one, or put one into a message."""
    return _given


def set_passwords(given: tuple[str, ...]) -> None:
    """Know these and no others: for a child process, and for tests."""
    global _given
    _given = given


def spellings(password: str) -> tuple[bytes, ...]:
    """The bytes that a password may have been encrypted with: UTF-8, or the code page of an older archiver."""
    made = []
    for encoding in ("utf-8", "cp437", "cp1252"):
        try:
            made.append(password.encode(encoding))
        except UnicodeEncodeError:
            continue
    return tuple(dict.fromkeys(made))
