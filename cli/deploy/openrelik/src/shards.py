"""What a shard hands to the merge: a file that names the folder with its ledger.

The file is small, since each output is a row of the server's database and is hashed; the ledger stays where it was.
Of what the file says only the folder's name is used, and only where it looks like one: anybody may upload such a
file. What the ledger is of stands beside it, where nobody but a worker writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from src.inputs import Input
from src.work import FOLDER, write

#: The type of such a file.
DATA_TYPE = "afterimage:shard"

_FOLDER = re.compile(r"[0-9A-Za-z-]{1,64}/[0-9]{1,6}")

#: Of a file that is longer no more is read.
_MOST = 4096


@dataclass(frozen=True)
class Shard:
    """A shard that is carved."""

    #: The folder with its ledger.
    ledger: Path
    #: The image.
    source: Input


def note(folder: Path, source: Input, shard: int, shards: int) -> str:
    """Put on record beside a ledger what it is of; return the text of the file that leads to it."""
    of = {"path": str(source.path), "name": source.name, "number": source.number}
    write(folder / "source.json", json.dumps(of))
    named = f"{folder.parent.name}/{folder.name}"
    return json.dumps({"afterimage_shard": 1, "folder": named, "image": source.name, "shard": shard, "shards": shards})


def shards(files: Iterable[Mapping[str, Any]]) -> dict[Path, list[Shard]]:
    """Return the shards that some files lead to, by their images. Raises `ValueError` with what to do."""
    found: dict[Path, list[Shard]] = {}
    for file in files:
        if file.get("data_type") == DATA_TYPE or str(file.get("display_name")).endswith(".shard.json"):
            shard = _shard(Path(str(file["path"])))
            found.setdefault(shard.source.path, []).append(shard)
    if not found:
        raise ValueError("there is no shard among the input files; let tasks that carve shards come before the merge")
    return found


def _shard(path: Path) -> Shard:
    with path.open("rb") as file:
        text = file.read(_MOST)
    try:
        named = str(json.loads(text)["folder"])
    except (ValueError, TypeError, KeyError, RecursionError):
        named = ""
    if not _FOLDER.fullmatch(named):
        raise ValueError(f"{path.name} is not what a shard was recorded with; choose the outputs of shards")
    folder = path.parent / FOLDER / named
    try:
        of = json.loads((folder / "source.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"the ledger of {path.name} was removed; carve its shard again") from None
    return Shard(folder / "ledger", Input(Path(of["path"]), of["name"], of["number"]))
