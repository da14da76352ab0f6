"""What a user can set for each task, and what it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: The most photos that become files of their own: each is a row of the server's database, and is hashed.
MOST_PHOTOS = 1000

#: What there is of it unless something else is set.
PHOTOS = 20

Field = dict[str, Any]


def _field(name: str, kind: str, label: str, description: str, *, required: bool = False) -> Field:
    return {"name": name, "label": label, "description": description, "type": kind, "required": required}


_SHARD = _field("shard", "text", "Shard", "Which range of the image: I/N, from 0/N on, such as 3/8.", required=True)
_CARVING = [
    _field("formats", "text", "Formats", "Only these, such as jpeg,heic or photo,raw,video. Empty: all."),
    _field("quick", "checkbox", "Quick", "Check the structure only and decode nothing."),
    _field("read_limit", "text", "Read limit", "Bytes to read in a second at most, such as 50M. Empty: no limit."),
]
_WRITING = [
    _field("all", "checkbox", "All photos", "Recover photos too that were not deleted."),
    _field(
        "photos",
        "text",
        "Photos as files",
        f"How many of the best photos become files of their own, 0 to {MOST_PHOTOS}. Empty: {PHOTOS}.",
    ),
    _field(
        "no_archive",
        "checkbox",
        "No archive",
        "Leave out the archive with the gallery and all that was recovered.",
    ),
]
_KEEP = _field("keep_shards", "checkbox", "Keep shards", "Keep what the shards carved, to merge it again.")

SCAN = {
    "display_name": "afterimage: recover photos",
    "description": "Finds deleted photos in disk images, raw or in containers, and says of each how much is proven. "
    "Several input files are scanned as a batch; parts of one image go together.",
    "task_config": [*_CARVING, *_WRITING],
}
SHARD = {
    "display_name": "afterimage: carve one shard",
    "description": "Finds what begins in one of N equal ranges of a disk image. A merge finishes what all N found.",
    "task_config": [_SHARD, *_CARVING],
}
MERGE = {
    "display_name": "afterimage: merge shards",
    "description": "Finishes what the shards of a disk image carved, exactly as one scan of it would have.",
    "task_config": [*_WRITING, _KEEP],
}


@dataclass(frozen=True)
class Settings:
    """What was set for a task."""

    #: Number and count, of a shard.
    shard: tuple[int, int] | None
    formats: tuple[str, ...]
    quick: bool
    read_limit: str | None
    all: bool
    photos: int
    archive: bool
    keep_shards: bool


def settings(config: Mapping[str, Any] | None) -> Settings:
    """Return what a form was filled in with. Raises `ValueError` with what to do."""
    given = config or {}
    return Settings(
        shard=_shard(_text(given, "shard")),
        formats=tuple(word for word in re.split(r"[\s,]+", _text(given, "formats")) if word),
        quick=_is_set(given, "quick"),
        read_limit=_text(given, "read_limit") or None,
        all=_is_set(given, "all"),
        photos=_photos(_text(given, "photos")),
        archive=not _is_set(given, "no_archive"),
        keep_shards=_is_set(given, "keep_shards"),
    )


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return "" if value is None else str(value).strip()


def _is_set(given: Mapping[str, Any], name: str) -> bool:
    return given.get(name) in (True, "true", "True", "on", "1", 1)


def _shard(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if found is None or int(found[1]) >= int(found[2]):
        raise ValueError(f"not a shard: {text!r}; give I/N with I from 0 to N-1, such as 0/8")
    return int(found[1]), int(found[2])


def _photos(text: str) -> int:
    if not text:
        return PHOTOS
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) > MOST_PHOTOS:
        raise ValueError(f"not a number of photos: {text!r}; give one from 0 to {MOST_PHOTOS}")
    return int(text)
