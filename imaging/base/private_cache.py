"""The user's own cache for what libraries keep: left to themselves, some use a folder that everybody can foresee."""

import os


def keep_cache_private(variable: str, name: str) -> None:
    """Let a library that is not imported yet keep what it makes in the user's cache, under `name` there.

    `variable` is that of the environment by which it is told; what a person has set stays.
    """
    from platformdirs import user_cache_path  # not on the way to the window

    os.environ.setdefault(variable, str(user_cache_path("slicelens", appauthor=False) / name))
