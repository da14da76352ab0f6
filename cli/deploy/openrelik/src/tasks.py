"""The three tasks: scan images, carve a shard of one, merge shards."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shlex
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import afterimage
from celery import Task
from celery.exceptions import Ignore
from openrelik_worker_common.task_utils import create_task_result

from src import settings as forms
from src.app import QUEUE, celery
from src.inputs import Input, gathered, inputs
from src.names import safe_name
from src.outputs import Outputs
from src.settings import Settings, settings
from src.shards import DATA_TYPE, note, shards
from src.told import task_report
from src.work import AtWork, Work, write

#: Seconds until a task is looked at again that another worker is still at.
PAUSE = int(os.environ.get("AFTERIMAGE_PAUSE", "60"))

Pipe = str | Sequence[str] | None
Files = list[dict[str, Any]] | None
Config = dict[str, Any] | None


@celery.task(bind=True, name=f"{QUEUE}.tasks.scan", metadata=forms.SCAN, max_retries=None)
def scan(
    self: Task, pipe_result: Pipe = None, input_files: Files = None, output_path: str = "", workflow_id: str = "",
    task_config: Config = None,
) -> str:  # fmt: skip
    """Scan disk images: one, or a batch of several, in which parts of one image go together."""
    asked = settings(task_config)
    files = inputs(_files(pipe_result, input_files))

    def run(work: Work, going: dict[str, Any]) -> str:
        found, failed = _one(work, files[0], asked, going) if len(files) == 1 else _many(work, files, asked, going)
        return _handed_on(work, output_path, workflow_id, asked, found, failed)

    return _task(self, output_path, run)


@celery.task(bind=True, name=f"{QUEUE}.tasks.shard", metadata=forms.SHARD, max_retries=None)
def shard(
    self: Task, pipe_result: Pipe = None, input_files: Files = None, output_path: str = "", workflow_id: str = "",
    task_config: Config = None,
) -> str:  # fmt: skip
    """Carve one shard of each input file, and hand on a file for the merge."""
    asked = settings(task_config)
    if asked.shard is None:
        raise ValueError("there is no shard named; give I/N, such as 0/8")
    number, count = asked.shard
    files = inputs(_files(pipe_result, input_files))

    def run(work: Work, going: dict[str, Any]) -> str:
        outputs = Outputs(work, output_path)
        for position, file in enumerate(files):
            folder = work.path / str(position)
            folder.mkdir(exist_ok=True)
            afterimage.carve(
                file.path, folder / "ledger", shard=number, shards=count, resume=True, **_carving(asked), **going
            )
            text = note(folder, file, number, count)
            name = f"{file.name}.{number}-of-{count}.shard.json"
            outputs.put(str(position), name, DATA_TYPE, _written(text), file)
        result = create_task_result(
            output_files=outputs.files, workflow_id=workflow_id, command=f"afterimage scan --shard={number}/{count}",
            meta={"shard": number, "shards": count},
        )  # fmt: skip
        return work.finish(result, keep=True)

    return _task(self, output_path, run)


@celery.task(bind=True, name=f"{QUEUE}.tasks.merge", metadata=forms.MERGE, max_retries=None)
def merge(
    self: Task, pipe_result: Pipe = None, input_files: Files = None, output_path: str = "", workflow_id: str = "",
    task_config: Config = None,
) -> str:  # fmt: skip
    """Finish what shards carved, for each image that they are of."""
    asked = settings(task_config)
    files = _files(pipe_result, input_files)

    def run(work: Work, going: dict[str, Any]) -> str:
        images, found = shards(files), []
        for position, (source, some) in enumerate(images.items()):
            output = work.path / str(position)
            ledgers = [one.ledger for one in some]
            report = afterimage.merge(
                ledgers, source, output, resume=True, all=asked.all, **_case(some[0].source), **going
            )
            found.append((some[0].source, report))
        result = _handed_on(work, output_path, workflow_id, asked, found, [])
        if not asked.keep_shards:
            for one in (one for some in images.values() for one in some):
                shutil.rmtree(one.ledger.parent, ignore_errors=True)
        return result

    return _task(self, output_path, run)


def _task(task: Task, output_path: str, run: Callable[[Work, dict[str, Any]], str]) -> str:
    """Run what a task does in its folder, once: done twice, it goes on, waits for the other, or has its result."""
    if not output_path:
        raise ValueError("there is no output folder")
    if task.AsyncResult(task.request.id).state in {"SUCCESS", "FAILURE"}:
        # The message came once more, and nobody waits for it: what failed is tried again by another task.
        raise Ignore
    work = Work(output_path, task.request.id)
    try:
        with work.held(), _ends_with_the_worker() as cancel:
            if (done := work.result()) is not None:
                return done
            with work.attempt():
                return run(work, {"progress": _telling(task), "cancel": cancel})
    except (AtWork, afterimage.Busy) as busy:
        # Of a worker that was lost, the program may go on.
        raise task.retry(countdown=PAUSE, exc=busy) from None


def _telling(task: Task) -> afterimage.OnProgress:
    """What passes progress on to the page of the task."""

    def tell(event: afterimage.Progress) -> None:
        data: dict[str, Any] = {"event": event.event}
        if event.event == "progress":
            data |= {"scanned": event.scanned, "total": event.total, "percent": int(event.fraction * 100)}
            data |= {"seconds_left": event.seconds_left, "found": sum(event.found.values())}
        elif event.text:
            data["text"] = safe_name(event.text.replace("/", " "), "")
        task.send_event("task-progress", data=data)

    return tell


@contextlib.contextmanager
def _ends_with_the_worker() -> Iterator[threading.Event]:
    """Yield what is set when this process is asked to end, so that the program ends before it, in good order."""
    cancel = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield cancel
        return
    before = signal.signal(signal.SIGTERM, lambda *_: cancel.set())
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGTERM, before)
        if cancel.is_set():
            signal.raise_signal(signal.SIGTERM)


def _files(pipe_result: Pipe, input_files: Files) -> list[dict[str, Any]]:
    """Return what the tasks before handed on, all of them, and else what the user chose."""
    results = [pipe_result] if isinstance(pipe_result, str) else list(pipe_result or ())
    if not results:
        return list(input_files or ())
    return [file for one in results for file in json.loads(base64.b64decode(one)).get("output_files") or ()]


def _carving(asked: Settings) -> dict[str, Any]:
    return {"format": list(asked.formats), "quick": asked.quick, "read_limit": asked.read_limit}


def _case(file: Input) -> dict[str, Any]:
    """What the report says of where the image is from: its path is that of the server."""
    number = "" if file.number is None else f", file {file.number}"
    return {"notes": f"OpenRelik: {file.name}{number}"}


Found = list[tuple[Input, afterimage.Report]]


def _one(work: Work, file: Input, asked: Settings, going: dict[str, Any]) -> tuple[Found, list[str]]:
    report = afterimage.scan(
        file.path, work.path / "recovered", resume=True, all=asked.all, **_case(file), **_carving(asked), **going
    )
    return [(file, report)], []


def _many(work: Work, files: list[Input], asked: Settings, going: dict[str, Any]) -> tuple[Found, list[str]]:
    folder, output = gathered(files, work.path / "images"), work.path / "recovered"
    try:
        batch = afterimage.scan_batch(folder, output, resume=True, all=asked.all, **_carving(asked), **going)
    except afterimage.SomeFailed:
        batch = afterimage.load_batch(output)
    by_name = {file.name: file for file in files}
    found, failed = [], []
    for image in batch.images:
        name = os.path.basename(image.path)
        report = afterimage.report_of_image(batch, image)
        if report is not None:
            found.append((by_name.get(name, Input(folder / name, name, None)), report))
        if image.error is not None:
            failed.append(f"{name}: {image.error}")
    if not found:
        raise ValueError("; ".join(failed) or "there is no disk image among the input files")
    return found, failed


def _handed_on(
    work: Work, output_path: str, workflow_id: str, asked: Settings, found: Found, failed: list[str]
) -> str:  # fmt: skip
    outputs = Outputs(work, output_path)
    for file, report in found:
        outputs.report(report, file.name, file, asked)
    reports = [(file.name, report) for file, report in found]
    result = create_task_result(
        output_files=outputs.files,
        workflow_id=workflow_id,
        command="; ".join(shlex.join(report.tool.command) for _, report in found),
        meta={"photos": sum(report.summary.photos for _, report in found), "failed": failed},
        task_report=task_report(reports, failed),
    )
    return work.finish(result)


def _written(text: str) -> Callable[[Any], object]:
    return lambda path: write(path, text)
