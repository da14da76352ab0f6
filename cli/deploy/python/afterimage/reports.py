"""Reading reports."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Optional, TypeVar

from afterimage.errors import NewerReport, ReportError
from afterimage.json_stream import JsonStream
from afterimage.program import AnyPath
from afterimage.rows import Wrong, row
from afterimage.schema import Batch, BatchImage, File, Report

#: The file in an output folder.
REPORT = "report.json"

REPORT_SCHEMA = "afterimage-report/1"
BATCH_SCHEMA = "afterimage-batch/1"

Whole = TypeVar("Whole", Report, Batch)


class Files(Collection[File]):
    """The files of a report, read from its folder one after the other each time that they are gone through.

    So a million of them take no more memory than one; ``list(report.files)`` holds them all. Going through them
    raises `ReportError` where the report was changed since it was loaded.
    """

    def __init__(self, path: Path, count: int, state: tuple[int, ...]) -> None:
        self._path = path
        self._count = count
        self._state = state

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[File]:
        with self._path.open(encoding="utf-8", newline="") as file:
            if _state(file.fileno()) != self._state:
                raise ReportError(f"{self._path} was changed since it was loaded: load it again")
            stream = JsonStream(file)
            try:
                for name in stream.names():
                    if name == "files":
                        yield from _rows(stream)
                    else:
                        stream.value()
            except ReportError as error:
                raise ReportError(f"cannot read {self._path}: {error}") from None

    def __contains__(self, file: object) -> bool:
        return any(one == file for one in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Files) and (self._path, self._state) == (other._path, other._state)

    def __hash__(self) -> int:
        return hash((self._path, self._state))

    def __repr__(self) -> str:
        return f"<{self._count} files of {self._path}>"


def _rows(stream: JsonStream) -> Iterator[File]:
    for position, item in enumerate(stream.items()):
        try:
            yield row(File, item)
        except Wrong as wrong:
            raise wrong.inside(f"files[{position}]") from None


def load_report(folder: AnyPath) -> Report:
    """Return the report in `folder`, an output folder, or in the file that is named.

    Its files are read when they are gone through, see `Files`. Raises `ReportError` where there is none or it is
    damaged, and `NewerReport` where its schema is a later one.
    """
    return _load(Report, folder, REPORT_SCHEMA, "of many images: load it with load_batch")


def load_batch(folder: AnyPath) -> Batch:
    """Return the report of all images in `folder`, the output folder of a batch. Raises as `load_report` does."""
    return _load(Batch, folder, BATCH_SCHEMA, "of one scan: load it with load_report")


def report_of_image(batch: Batch, image: BatchImage) -> Optional[Report]:
    """Return the report of an image of a batch; nothing where it has none."""
    if image.report is None:
        return None
    return load_report(_below(batch.folder, image.report))


def path_of(report: Report, file: File) -> Optional[Path]:
    """Return where a file was written; nothing where it was not.

    Raises `ReportError` where the report, which anybody may have made, names a place outside its folder.
    """
    return None if file.path is None else _below(report.folder, file.path)


def _below(folder: Path, path: str) -> Path:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or any(part == ".." or "\\" in part or ":" in part for part in parts):
        raise ReportError(f"cannot follow {path!r}: it leads out of {folder}")
    return folder.joinpath(*parts)


def _load(kind: type[Whole], named: AnyPath, schema: str, other: str) -> Whole:
    path = Path(named)
    if path.is_dir():
        path /= REPORT
    try:
        with path.open(encoding="utf-8", newline="") as file:
            state = _state(file.fileno())
            head = _head(JsonStream(file), schema, other)
        whole = row(kind, head)
    except OSError as error:
        raise ReportError(f"cannot read {path}: {error.strerror}; name the output folder of a scan") from error
    except ReportError as error:
        newer = isinstance(error, NewerReport)
        raise (NewerReport if newer else ReportError)(f"cannot read {path}: {error}") from None
    whole.__dict__["folder"] = path.parent
    if isinstance(whole, Report):
        whole.__dict__["files"] = Files(path, whole.summary.files, state)
    return whole


#: What a report has in any case; its files come last where the program has written it.
_HEAD = {"schema", "tool", "started", "finished", "sources", "summary"}


def _head(stream: JsonStream, schema: str, other: str) -> dict[str, Any]:
    """Return all but the files, which are not looked at where nothing follows them."""
    head: dict[str, Any] = {}
    for name in stream.names():
        if name != "files" or schema != REPORT_SCHEMA:
            head[name] = stream.value()
        elif head.keys() >= _HEAD:
            break
        else:
            for _ in stream.items():
                pass
        if name == "schema":
            _check_schema(head[name], schema, other)
    if "schema" not in head:
        raise ReportError("it is no report of afterimage")
    return head


def _check_schema(found: object, schema: str, other: str) -> None:
    if found == schema:
        return
    if found in (REPORT_SCHEMA, BATCH_SCHEMA):
        raise ReportError(f"it is a report {other}")
    name, _, number = str(found).rpartition("/")
    if name in ("afterimage-report", "afterimage-batch") and number.isdecimal():
        raise NewerReport(f"its schema is {found}, and this package knows {schema}: install a newer one")
    raise ReportError("it is no report of afterimage")


def _state(file: int) -> tuple[int, ...]:
    known = os.fstat(file)
    return known.st_size, known.st_mtime_ns, known.st_ino
