"""The folder of a task: what it has done until now, so that it can be done again and comes to the same."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

#: Below the folder of the workflow; hidden, and no file that the server knows of.
FOLDER = ".openrelik-worker-afterimage"

#: So often a task is begun again whose worker was lost. An image that breaks workers is not tried for ever.
ATTEMPTS = int(os.environ.get("AFTERIMAGE_ATTEMPTS", "5"))

_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


class AtWork(Exception):
    """Another worker is at this task."""


class Work:
    """The folder of one task, known by the task's id, which stays the same when it is given to another worker."""

    def __init__(self, output_path: str, task_id: str) -> None:
        if not _ID.fullmatch(task_id):
            raise ValueError(f"not the id of a task: {task_id!r}")
        self.task_id = task_id
        self.path = Path(output_path, FOLDER, task_id)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold it for this process alone. Raises `AtWork`; ends with the process, however that ends."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AtWork from None
            yield

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Count attempts of which the worker was lost. Raises `RuntimeError` where there were too many."""
        path = self.path / "attempts"
        done = int(path.read_text()) if path.exists() else 0
        if done >= ATTEMPTS:
            raise RuntimeError(
                f"the workers of this task were lost {done} times; see their logs, and give them more memory or time"
            )
        write(path, str(done + 1))
        try:
            yield
        finally:
            # This one ends by itself, whatever it came to.
            write(path, str(done))

    def result(self) -> str | None:
        """Return what the task came to, where it is done."""
        path = self.path / "result"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def finish(self, result: str, *, keep: bool = False) -> str:
        """Put on record what the task came to, remove what it needs no more, and return it."""
        write(self.path / "result", result)
        for path in () if keep else list(self.path.iterdir()):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
        return result


def write(path: Path, text: str) -> None:
    """Write a file that is there as a whole or not at all."""
    begun = path.with_name(f"{path.name}.new")
    with begun.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    begun.replace(path)


def link(source: Path, path: Path) -> None:
    """Put a file in a second place, without a copy where the disk is the same; it is there as a whole or not at all."""
    begun = path.with_name(f"{path.name}.new")
    begun.unlink(missing_ok=True)
    try:
        os.link(source, begun)
    except OSError:
        shutil.copyfile(source, begun)
    begun.replace(path)
    # Where both are the same file already, nothing was replaced.
    begun.unlink(missing_ok=True)
