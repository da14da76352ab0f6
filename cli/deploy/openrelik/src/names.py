"""Names that somebody else chose, made harmless."""

from __future__ import annotations

import os
import unicodedata

#: Bytes of a name, below the limit of file systems, with room for what is put behind it.
_MOST = 180


def safe_name(name: object, otherwise: str) -> str:
    """Return a name as one part of a path and one line of text, with its extension; `otherwise` where nothing is left.

    No separators, no control characters, nothing that turns the direction of text, no dot in front, which hides files.
    """
    text = str(name) if isinstance(name, str) else ""
    text = text.replace("\\", "/").rpartition("/")[2]
    kept = "".join("_" if unicodedata.category(mark)[0] == "C" else mark for mark in text)
    kept = kept.strip().lstrip(".").replace("`", "'").replace("|", "_")
    stem, extension = os.path.splitext(kept)
    extension = extension if len(extension.encode()) <= 16 else ""
    stem = _cut(stem if extension else kept, _MOST - len(extension.encode()))
    return f"{stem}{extension}" if stem else otherwise


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore").rstrip()


def distinct(names: list[str]) -> list[str]:
    """Return the same names, with a number in those that stand there twice."""
    seen: set[str] = set()
    made = []
    for name in names:
        stem, extension = os.path.splitext(name)
        one, number = name, 2
        while one.casefold() in seen:
            one, number = f"{stem} ({number}){extension}", number + 1
        seen.add(one.casefold())
        made.append(one)
    return made
