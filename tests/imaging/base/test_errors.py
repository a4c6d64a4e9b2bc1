"""The refusals that the operating system's errors become."""

import errno

import pytest

from imaging.base.errors import Code, refusal_of


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOENT, Code.MISSING),
        (errno.ENOTDIR, Code.MISSING),
        (errno.ENAMETOOLONG, Code.MISSING),
        (errno.ELOOP, Code.MISSING),
        (errno.EACCES, Code.PERMISSION),
        (errno.EPERM, Code.PERMISSION),
        (errno.EIO, Code.HEADER),
    ],
)
def test_errors_of_the_operating_system(number: int, code: Code) -> None:
    refusal = refusal_of(OSError(number, "Doe^Jane"))
    assert refusal.code is code
    assert "Doe" not in str(refusal)
