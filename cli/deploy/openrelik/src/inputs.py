"""Input files, under names by which an image and its parts are known."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from src.names import distinct, safe_name


@dataclass(frozen=True)
class Input:
    """A file that the server handed in."""

    path: Path
    #: What the user calls it, made harmless; of several no two are the same.
    name: str
    #: Its number on the server, which outputs name as where they come from.
    number: int | None


def inputs(files: Sequence[Mapping[str, Any]]) -> list[Input]:
    """Return the input files of a task. Raises `ValueError` where there are none."""
    if not files:
        raise ValueError("there is no input file; choose a disk image")
    names = distinct([safe_name(file.get("display_name"), "image") for file in files])
    return [Input(Path(str(file["path"])), name, file.get("id")) for file, name in zip(files, names, strict=True)]


def gathered(files: Sequence[Input], folder: Path) -> Path:
    """Return `folder` with all input files in it by their names, so that parts of one image lie side by side."""
    folder.mkdir(exist_ok=True)
    for file in files:
        path = folder / file.name
        path.unlink(missing_ok=True)
        try:
            os.link(file.path, path)
        except OSError:
            path.symlink_to(file.path)
    return folder
