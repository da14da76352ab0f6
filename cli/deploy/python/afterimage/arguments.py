"""Command lines from what a call was given."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Union

from afterimage.program import AnyPath

#: Options that would change what a function returns, or that it has another parameter for.
_NOT_HERE = {
    "batch", "guide", "help", "json", "list", "live", "output", "partial", "progress", "quiet", "recursive", "select",
    "shard", "source", "stats", "to", "verbose", "version",
}  # fmt: skip


def paths(given: Union[AnyPath, Iterable[AnyPath]]) -> list[str]:
    """Return one path or several as texts."""
    if isinstance(given, (str, os.PathLike)):
        return [os.fspath(given)]
    return [os.fspath(path) for path in given]


def options(given: Mapping[str, object]) -> list[str]:
    """Return options as arguments: ``min_size="20K"`` is ``--min-size=20K``, and what is `False` or `None` is left out.

    A name that the program does not know is refused by the program itself, which says what may have been meant.
    Raises `TypeError` for one that means something else here.
    """
    arguments = []
    for name, value in given.items():
        if name in _NOT_HERE:
            raise TypeError(f"{name} is no option here")
        option = f"--{name.replace('_', '-')}"
        if value is True:
            arguments.append(option)
        elif value is not None and value is not False:
            # With `=`, so that a value that begins with a dash is one.
            arguments += [f"{option}={_text(one)}" for one in _several(value)]
    return arguments


def _several(value: object) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else [value]


def _text(value: object) -> str:
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)


def flag(name: str, is_set: bool) -> list[str]:
    """Return an option that is there or not."""
    return [f"--{name}"] if is_set else []
