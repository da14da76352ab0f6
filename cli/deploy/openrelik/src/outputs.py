"""Output files: the report, the gallery, the best photos."""

from __future__ import annotations

import heapq
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import afterimage
from openrelik_worker_common.file_utils import OutputFile

from src.inputs import Input
from src.names import safe_name
from src.settings import Settings
from src.work import Work, link

#: What proves a photo, the most first; others are not handed on as files.
_GRADES = ("verified", "structural", "repaired")

#: Of this type are the files that hold photos.
PHOTO = "afterimage:photo"


class Outputs:
    """The files that a task hands on. Made again, they have the same names and replace each other."""

    def __init__(self, work: Work, output_path: str) -> None:
        self._work = work
        self._folder = Path(output_path)
        self.files: list[dict[str, Any]] = []

    def put(
        self, key: str, name: str, data_type: str, make: Callable[[Path], object], source: Input | None = None,
        original: str | None = None,
    ) -> None:  # fmt: skip
        """Hand on a file that `make` writes; `key` tells it from the others of this task."""
        extension = Path(name).suffix
        # Not at random, so that a task that is done twice leaves no file twice.
        number = uuid.uuid5(uuid.NAMESPACE_OID, f"{self._work.task_id}/{key}").hex
        path = self._folder / f"{number}{extension}"
        make(path)
        file = OutputFile(
            uuid=number, output_path=str(path), display_name=name, extension=extension, data_type=data_type,
            original_path=original, source_file_id=None if source is None else source.number,
        )  # fmt: skip
        self.files.append(file.to_dict())

    def report(self, report: afterimage.Report, image: str, source: Input | None, settings: Settings) -> None:
        """Hand on what a scan came to: its report, its gallery, its best photos."""
        key = str(report.folder.relative_to(self._work.path))
        for name in ("report.json", "report.html"):
            if (report.folder / name).exists():
                self.put(
                    f"{key}/{name}", f"{image}.{name}", f"afterimage:{name}", _linked(report.folder / name), source
                )
        if settings.archive:
            make = _archived(report.folder)
            self.put(f"{key}/gallery.zip", f"{image}.gallery.zip", "afterimage:gallery.zip", make, source)
        for file in best(report, settings.photos):
            written = afterimage.path_of(report, file)
            if written is not None and written.is_file() and not written.is_symlink():
                name = safe_name(written.name, f"{file.id}.{file.format}")
                original = safe_path(file.original_path or file.path)
                self.put(f"{key}/{file.id}", name, PHOTO, _linked(written), source, original)


def best(report: afterimage.Report, most: int) -> list[afterimage.File]:
    """Return the best photos of those that were written: the best proven, of these the largest; no videos."""

    def rank(file: afterimage.File) -> tuple[int, int, int, int]:
        pixels = (file.width or 0) * (file.height or 0)
        return -_GRADES.index(file.grade), pixels, file.size, -file.id

    def is_one(file: afterimage.File) -> bool:
        is_photo = file.mime.startswith("image/") and file.parent is None
        return is_photo and file.path is not None and file.grade in _GRADES

    return heapq.nlargest(most, filter(is_one, report.files), key=rank)


def safe_path(path: str | None) -> str | None:
    """Return a path as one line of text, with what would lead elsewhere left out."""
    if path is None:
        return None
    parts = [safe_name(part, "_") for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts)


def _linked(source: Path) -> Callable[[Path], object]:
    return lambda path: link(source, path)


def _archived(folder: Path) -> Callable[[Path], object]:
    """What makes an archive of an output folder, without what `--resume` needs."""

    def make(path: Path) -> None:
        begun = path.with_name(f"{path.name}.new")
        # Photos do not get smaller.
        with zipfile.ZipFile(begun, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:
            for one in sorted(folder.rglob("*")):
                inside = one.relative_to(folder)
                if inside.parts[0] != ".afterimage" and one.is_file() and not one.is_symlink():
                    archive.write(one, inside.as_posix())
        begun.replace(path)

    return make
