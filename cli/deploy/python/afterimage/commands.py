"""The commands of the program as functions.

All of them find the program as `afterimage.locate` does, tell `progress` of what happens, end in good order when
`cancel` is set or Ctrl-C is pressed, and raise a `ProgramError` with the program's own line where it ended without
success. That nothing was found is success: the report says so.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Optional, Union

from afterimage.arguments import flag, options, paths
from afterimage.program import AnyPath
from afterimage.reports import load_batch, load_report
from afterimage.results import Carved, Survivors, Verification
from afterimage.rows import row
from afterimage.running import Ended, OnProgress, run
from afterimage.schema import Batch, Report

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from afterimage.options import FindOptions, MergeOptions, RecoverOptions, ScanOptions

_EVENTS = ["--json", "--progress=json"]

#: Something was found, or nothing was, as the result says.
_DONE = (0, 1)


def scan(
    source: Union[AnyPath, Iterable[AnyPath]],
    output: AnyPath,
    *,
    resume: bool = False,
    progress: Optional[OnProgress] = None,
    cancel: Optional[threading.Event] = None,
    program: Optional[AnyPath] = None,
    **more: Unpack[ScanOptions],
) -> Report:
    """Scan an image or a device, or several into one report, write what is found below `output`, return the report.

    With `resume` it goes on where an interrupted run into `output` stopped; a run that is finished is not done again.
    Other options are those of `afterimage scan`: ``format=["jpeg", "raw"]``, ``min_size="20K"``, ``quick=True``. A
    folder of images is for `scan_batch`.
    """
    sources = paths(source)
    for path in sources:
        if os.path.isdir(path) and not path.rstrip("/").endswith((".sparsebundle", ".backupbundle")):
            raise IsADirectoryError(f"{path} is a folder: scan_batch scans the images in it")
    arguments = ["scan", *_EVENTS, f"--output={os.fspath(output)}", *flag("resume", resume), *options(more)]
    _done(run([*arguments, "--", *sources], program=program, progress=progress, cancel=cancel), output)
    return load_report(output)


def scan_batch(
    source: Union[AnyPath, Iterable[AnyPath]],
    output: AnyPath,
    *,
    recursive: bool = False,
    resume: bool = False,
    progress: Optional[OnProgress] = None,
    cancel: Optional[threading.Event] = None,
    program: Optional[AnyPath] = None,
    **more: Unpack[ScanOptions],
) -> Batch:
    """Scan many images, and the images in folders, each into a folder and with a report of its own below `output`.

    Raises `SomeFailed` where some could not be scanned: ``load_batch(output)`` says which and has the others.
    """
    arguments = ["scan", "--batch", *_EVENTS, f"--output={os.fspath(output)}"]
    arguments += [*flag("recursive", recursive), *flag("resume", resume), *options(more)]
    _done(run([*arguments, "--", *paths(source)], program=program, progress=progress, cancel=cancel), output)
    return load_batch(output)


def carve(
    source: AnyPath,
    output: AnyPath,
    *,
    shard: int,
    shards: int,
    resume: bool = False,
    progress: Optional[OnProgress] = None,
    cancel: Optional[threading.Event] = None,
    program: Optional[AnyPath] = None,
    **more: Unpack[ScanOptions],
) -> Carved:
    """Find what begins in one of `shards` equal ranges of a source, the first of which is 0; `merge` finishes it.

    `output` gets a ledger then, and neither photos nor a report.
    """
    arguments = ["scan", *_EVENTS, f"--output={os.fspath(output)}", f"--shard={shard}/{shards}"]
    arguments += [*flag("resume", resume), *options(more)]
    ended = run([*arguments, "--", os.fspath(source)], program=program, progress=progress, cancel=cancel)
    _done(ended, output)
    return row(Carved, ended.result)


def merge(
    shards: Union[AnyPath, Iterable[AnyPath]],
    source: AnyPath,
    output: AnyPath,
    *,
    resume: bool = False,
    progress: Optional[OnProgress] = None,
    cancel: Optional[threading.Event] = None,
    program: Optional[AnyPath] = None,
    **more: Unpack[MergeOptions],
) -> Report:
    """Finish what shards carved, given their folders or a folder of such folders, as one scan would have."""
    arguments = ["merge", *_EVENTS, f"--source={os.fspath(source)}", f"--output={os.fspath(output)}"]
    arguments += [*flag("resume", resume), *options(more)]
    _done(run([*arguments, "--", *paths(shards)], program=program, progress=progress, cancel=cancel), output)
    return load_report(output)


def recover(
    folder: AnyPath,
    *,
    select: Union[AnyPath, Iterable[int], None] = None,
    to: Optional[AnyPath] = None,
    source: Union[AnyPath, Iterable[AnyPath]] = (),
    progress: Optional[OnProgress] = None,
    cancel: Optional[threading.Event] = None,
    program: Optional[AnyPath] = None,
    **more: Unpack[RecoverOptions],
) -> Report:
    """Write photos of a report that is there, or finish a scan that was interrupted, and return the report then.

    `select` is a file as `afterimage recover --select` takes it, or the ids of files. `to` is another folder to write
    to, with a report of its own. `source` says where the sources are now.
    """
    arguments = ["recover", *_EVENTS, *(f"--source={path}" for path in paths(source)), *options(more)]
    if to is not None:
        arguments.append(f"--to={os.fspath(to)}")
    with _selected(select) as selected:
        arguments += [*selected, "--", os.fspath(folder)]
        _done(run(arguments, program=program, progress=progress, cancel=cancel), folder)
    return load_report(folder if to is None else to)


@contextlib.contextmanager
def _selected(select: Union[AnyPath, Iterable[int], None]) -> Iterator[Sequence[str]]:
    if select is None:
        yield []
    elif isinstance(select, (str, os.PathLike)):
        yield [f"--select={os.fspath(select)}"]
    else:
        with tempfile.TemporaryDirectory(prefix="afterimage-") as folder:
            path = Path(folder, "selected.txt")
            path.write_text("".join(f"{number}\n" for number in select), encoding="utf-8")
            yield [f"--select={path}"]


def find(
    *places: AnyPath,
    output: Optional[AnyPath] = None,
    progress: Optional[OnProgress] = None,
    cancel: Optional[threading.Event] = None,
    program: Optional[AnyPath] = None,
    **more: Unpack[FindOptions],
) -> Survivors:
    """Look for copies that survive in trash folders, phone backups, libraries and exports, and copy them to `output`.

    Without `places` it looks at the homes of this machine and the drives that are mounted; without `output`, copies are
    only listed.
    """
    arguments = ["find", *_EVENTS, *options(more)]
    if output is not None:
        arguments.append(f"--output={os.fspath(output)}")
    ended = run([*arguments, "--", *paths(places)], program=program, progress=progress, cancel=cancel)
    _done(ended, output)
    return row(Survivors, ended.result)


def verify(
    folder: AnyPath,
    *,
    source: Union[AnyPath, Iterable[AnyPath]] = (),
    replay: bool = False,
    key: Optional[AnyPath] = None,
    log: bool = True,
    cancel: Optional[threading.Event] = None,
    program: Optional[AnyPath] = None,
) -> Verification:
    """Compare what lies in an output folder with its report, and with `replay` or `source` with its sources too.

    `key` is the public key of who signed it; without `log`, nothing is written to `folder`. What differs is no failure:
    `Verification.equal` tells.
    """
    arguments = ["verify", "--json", "--quiet", *(f"--source={path}" for path in paths(source))]
    arguments += [*flag("replay", replay), *flag("no-log", not log)]
    if key is not None:
        arguments.append(f"--key={os.fspath(key)}")
    ended = run([*arguments, "--", os.fspath(folder)], program=program, cancel=cancel)
    _done(ended, folder)
    return row(Verification, ended.result)


def version(program: Optional[AnyPath] = None) -> str:
    """Return the version of the program, such as ``0.1.0``."""
    said: list[str] = []
    ended = run(["--version"], program=program, printed=said)
    _done(ended, None)
    return "".join(said).strip().rpartition(" ")[2]


def _done(ended: Ended, folder: Optional[AnyPath]) -> None:
    if ended.status not in _DONE:
        ended.fail(folder)
