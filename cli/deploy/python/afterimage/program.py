"""Which program is run."""

from __future__ import annotations

import os
import shutil
from typing import Optional, Union

from afterimage.errors import ProgramNotFound

#: A path as the standard library takes it.
AnyPath = Union[str, "os.PathLike[str]"]

#: The variable that names the program.
VARIABLE = "AFTERIMAGE_PROGRAM"


def locate(program: Optional[AnyPath] = None) -> str:
    """Return the path of the program: `program`, else what ``AFTERIMAGE_PROGRAM`` names, else that on ``PATH``.

    Raises `ProgramNotFound` where there is none.
    """
    named, by = (program, "program=") if program is not None else (os.environ.get(VARIABLE), VARIABLE)
    if named:
        found = shutil.which(os.fspath(named))
        if found is None:
            raise ProgramNotFound(f"cannot run {os.fspath(named)!r}, which {by} names: there is no such program")
        return found
    found = shutil.which("afterimage")
    if found is None:
        raise ProgramNotFound(
            f"cannot find the program afterimage: name it with program= or {VARIABLE}, or put it on PATH "
            "(`cargo install --path cli` in its repository)"
        )
    return found
