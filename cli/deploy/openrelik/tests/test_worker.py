"""The tasks on a real Redis with two workers, one of which is killed in the middle."""

from __future__ import annotations

import base64
import contextlib
import gc
import importlib.util
import json
import lzma
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import afterimage

with contextlib.suppress(ImportError):
    from celery import Celery, chord

HERE = Path(__file__).resolve().parents[1]
CARD = HERE.parents[2] / "testdata" / "card.img"
QUEUE = "openrelik-worker-afterimage"

#: Seconds after which a task is given to another worker, and until it is tried again where its own is still at it.
VISIBILITY = 3
PAUSE = 1

#: Seconds until something has to have happened, on a machine that has much to do.
PATIENCE = 120

#: Of a shard that takes some seconds: bytes to read in a second. It has more than two chunks, and what is found in one
#: is in the ledger when that is done.
SLOW = "200K"


def missing() -> str | None:
    """What is not there that these tests need."""
    for module in ("celery", "redis", "openrelik_worker_common"):
        if importlib.util.find_spec(module) is None:
            return f"no {module}: install what requirements.txt names"
    if shutil.which("redis-server") is None:
        return "no redis-server"
    try:
        afterimage.locate()
    except afterimage.ProgramNotFound as error:
        return str(error)
    return None


@contextlib.contextmanager
def running(command: list[str], log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process, which is killed at the end with all that it started."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=HERE, stdout=out, stderr=out, env={**os.environ, **environment}, start_new_session=True
        )
    try:
        yield process
    finally:
        kill([process.pid, *processes(process.pid)])
        process.wait()


def processes(parent: int) -> list[int]:
    """All that a process started, and what that started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = [], [parent]
    while waiting:
        more = children.get(waiting.pop(), [])
        found += more
        waiting += more
    return found


def kill(numbers: list[int]) -> None:
    for number in numbers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def until(what: str, look: Callable[[], Any]) -> Any:
    """Wait until something is there."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if seen := look():
            return seen
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE} s for {what}")


@unittest.skipIf(missing(), missing() or "")
class WorkerTest(unittest.TestCase):
    stack: contextlib.ExitStack
    folder: Path
    environment: dict[str, str]
    app: Any
    events: list[dict[str, Any]]
    #: What one scan comes to.
    one: afterimage.Report

    @classmethod
    def setUpClass(cls) -> None:
        cls.stack = contextlib.ExitStack()
        cls.addClassCleanup(cls.stack.close)
        cls.folder = Path(cls.stack.enter_context(tempfile.TemporaryDirectory(prefix="afterimage-worker-")))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        redis = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(cls.folder)]
        cls.stack.enter_context(running(redis, cls.folder / "redis.log"))
        url = f"redis://127.0.0.1:{port}/0"
        cls.environment = {
            "REDIS_URL": url,
            "AFTERIMAGE_PROGRAM": afterimage.locate(),
            "AFTERIMAGE_VISIBILITY_TIMEOUT": str(VISIBILITY),
            "AFTERIMAGE_PAUSE": str(PAUSE),
            "REMAP_SIGTERM": "SIGQUIT",
        }
        # What the server is to a worker.
        cls.app = Celery(broker=url, backend=url)
        cls.stack.callback(cls.app.close)
        # Results say goodbye to Redis, as long as it is there.
        cls.stack.callback(gc.collect)
        until("Redis", cls.is_there)
        cls.events = []
        threading.Thread(target=cls.listen, daemon=True).start()
        cls.one = afterimage.scan(CARD, cls.folder / "one")

    @classmethod
    def is_there(cls) -> bool:
        try:
            with cls.app.connection() as connection:
                connection.ensure_connection(max_retries=1, timeout=1)
        except Exception:
            return False
        return True

    @classmethod
    def listen(cls) -> None:
        with contextlib.suppress(Exception), cls.app.connection() as connection:
            cls.app.events.Receiver(connection, handlers={"*": cls.events.append}).capture(limit=None)

    def setUp(self) -> None:
        self.output = self.folder / self.id().rpartition(".")[2]
        self.output.mkdir()

    @contextlib.contextmanager
    def workers(self, *names: str) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
        """Workers, as the README starts them."""
        with contextlib.ExitStack() as stack:
            started = {}
            for name in names:
                command = [
                    sys.executable,
                    "-m",
                    "celery",
                    "--app=src.app",
                    "worker",
                    "--task-events",
                    "--concurrency=1",
                ]
                command += ["--loglevel=INFO", "-Q", QUEUE, f"--hostname={name}@%h"]
                log = self.output / f"{name}.log"
                started[name] = stack.enter_context(running(command, log, **self.environment))
            until("the workers", lambda: set(names) <= self.names())
            yield started

    def names(self) -> set[str]:
        """The workers that are there."""
        return {host.partition("@")[0] for one in self.app.control.ping(timeout=1) for host in one}

    def input(self, name: str, path: Path = CARD, number: int = 3) -> dict[str, Any]:
        """An input file, as the server hands it in."""
        there = self.output / uuid.uuid4().hex
        shutil.copy(path, there)
        return {
            "id": number, "uuid": there.name, "display_name": name, "extension": "", "data_type": "file",
            "mime_type": "application/octet-stream", "path": str(there),
        }  # fmt: skip

    def signature(self, task: str, files: list[dict[str, Any]], **config: Any) -> Any:
        """A task, as the server makes it."""
        given = {"input_files": files, "output_path": str(self.output), "workflow_id": 5, "task_config": config}
        return self.app.signature(f"{QUEUE}.tasks.{task}", kwargs=given, queue=QUEUE, task_id=uuid.uuid4().hex)

    def done(self, result: Any) -> dict[str, Any]:
        """What the server takes from the result of a task."""
        said: dict[str, Any] = json.loads(base64.b64decode(result.get(timeout=PATIENCE)))
        self.assertEqual(said["workflow_id"], 5)
        for file in said["output_files"]:
            self.assertTrue(Path(file["path"]).is_file(), file)
            self.assertEqual(Path(file["path"]).parent, self.output)
        return said

    def report(self, said: dict[str, Any]) -> afterimage.Report:
        (file,) = [file for file in said["output_files"] if file["data_type"] == "afterimage:report.json"]
        return afterimage.load_report(file["path"])

    def check_whole(self, report: afterimage.Report, one: afterimage.Report | None = None) -> None:
        """It has the files that one scan finds, none more and none twice."""
        one = one or self.one
        self.assertEqual(list(report.files), list(one.files))
        self.assertEqual(report.summary, one.summary)

    def ledger(self, shard: Any) -> Path:
        return self.output / ".openrelik-worker-afterimage" / str(shard.id) / "0" / "ledger"

    def lines(self, shard: Any) -> int:
        """So many lines its ledger has."""
        path = self.ledger(shard) / ".afterimage" / "scan.log"
        return path.read_bytes().count(b"\n") if path.exists() else 0

    def middle(self, shard: Any) -> None:
        """Wait until a shard is in the middle: something is found, and nothing is finished."""
        until("the ledger", lambda: self.lines(shard) > 4)
        self.assertFalse(shard.ready())

    def worker_of(self, shard: Any) -> str:
        """The worker that is at a task."""
        hosts = [
            event["hostname"] for event in self.events if event["type"] == "task-started" and event["uuid"] == shard.id
        ]
        return str(hosts[-1]).partition("@")[0]

    def starts(self, shard: Any) -> int:
        return sum(event["type"] == "task-started" and event["uuid"] == shard.id for event in self.events)

    def test_images_are_scanned(self) -> None:
        second = self.output / "second.img"
        second.write_bytes(CARD.read_bytes() + bytes(4096))
        broken = self.output / "broken"
        broken.write_bytes(lzma.compress(bytes(1 << 20)))
        with self.workers("a", "b"):
            self.check_registered()
            single = self.signature("scan", [self.input("../\x1b[31mcard.img")], photos="3").apply_async()
            files = [
                self.input("card.img", number=7),
                self.input("card.img", second, 8),
                self.input("x.img.xz", broken, 9),
            ]
            batch = self.signature("scan", files, photos="0", no_archive=True).apply_async()
            said = self.done(single)
            self.check_whole(self.report(said))
            self.assertEqual(said["meta"], {"photos": 15, "failed": []})
            names = [file["display_name"] for file in said["output_files"]]
            self.assertEqual(
                names[:3], [f"_[31mcard.img.{name}" for name in ("report.json", "report.html", "gallery.zip")]
            )
            self.assertEqual(len(names), 6)
            self.assertEqual({file["source_file_id"] for file in said["output_files"]}, {3})
            self.assertIn("15 photos", said["task_report"]["summary"])
            with zipfile.ZipFile(said["output_files"][2]["path"]) as archive:
                archive.extractall(self.output / "unpacked")
            found = afterimage.verify(self.output / "unpacked", source=CARD)
            self.assertTrue(found.equal, found)
            said = self.done(batch)
            names = [file["display_name"] for file in said["output_files"]]
            self.assertEqual(
                sorted(names),
                sorted(
                    f"{name}.{kind}" for name in ("card.img", "card (2).img") for kind in ("report.json", "report.html")
                ),
            )
            self.assertEqual({file["source_file_id"] for file in said["output_files"]}, {7, 8})
            self.assertEqual(said["meta"]["photos"], 30)
            self.assertIn("x.img.xz: ", said["meta"]["failed"][0])
            with self.assertRaisesRegex(Exception, "compressed with xz"):
                self.signature("scan", [self.input("x.img.xz", broken)]).apply_async().get(timeout=PATIENCE)
        progress = [event for event in self.events if event["type"] == "task-progress"]
        self.assertIn({"event": "finishing"}, [event["data"] for event in progress])
        self.assertEqual(
            {event["data"]["percent"] for event in progress if "percent" in event["data"]} - set(range(101)), set()
        )

    def check_registered(self) -> None:
        """The server finds the tasks and their forms."""
        for tasks in self.app.control.inspect().registered("metadata").values():
            found = {task.partition(" ")[0] for task in tasks}
            self.assertEqual({f"{QUEUE}.tasks.{name}" for name in ("scan", "shard", "merge")}, found)
            for task in tasks:
                self.assertIn("task_config", task)

    def test_shards_are_merged_though_a_worker_is_killed_in_the_middle(self) -> None:
        large = self.folder / "large.img"
        large.write_bytes(CARD.read_bytes() * 4)
        one = afterimage.scan(large, self.folder / "large")
        image = self.input("large.img", large)
        with self.workers("a", "b") as workers:
            header = [
                self.signature("shard", [image], shard=f"{number}/4", read_limit=SLOW if number == 1 else "")
                for number in range(4)
            ]
            merged = chord(header, self.signature("merge", [image], photos="2")).apply_async()
            shard = self.app.AsyncResult(header[1].options["task_id"])
            self.middle(shard)
            lost = workers[self.worker_of(shard)]
            # The machine is lost: the worker, its processes and the program.
            kill([lost.pid, *processes(lost.pid)])
            lines = self.lines(shard)
            time.sleep(VISIBILITY)
            # One that starts looks after what was left behind, and later each does every 100 s.
            with self.workers("c"):
                said = self.done(merged)
            self.check_whole(self.report(said), one)
            self.assertGreater(lines, 4)
            self.assertEqual(self.starts(shard), 2, "another worker went on")
        self.check_nothing_double(said, header)

    def check_nothing_double(self, said: dict[str, Any], header: list[Any]) -> None:
        """In the folder lie what tasks handed on, once, and nothing that only they need."""
        handed = [file["path"] for file in said["output_files"]]
        for one in header:
            shard = self.done(self.app.AsyncResult(one.options["task_id"]))
            handed += [file["path"] for file in shard["output_files"]]
        self.assertEqual(len(handed), len(set(handed)))
        there = {
            str(path) for path in self.output.iterdir() if path.is_file() and path.suffix in (".json", ".html", ".zip")
        }
        self.assertEqual(there, {path for path in handed if not path.lower().endswith(("jpg", "png"))})
        left = [path for path in (self.output / ".openrelik-worker-afterimage").rglob("*") if path.is_file()]
        self.assertEqual({path.name for path in left}, {"lock", "attempts", "result"})

    def test_a_task_whose_process_is_killed_goes_on_at_once(self) -> None:
        image = self.input("card.img")
        with self.workers("a") as workers:
            header = [self.signature("shard", [image], shard="0/1", read_limit=SLOW)]
            shard = header[0].apply_async()
            self.middle(shard)
            # As when memory is short: a process of the worker, and the program. The worker stays.
            kill(processes(workers["a"].pid))
            found = self.done(shard)
            merged = self.signature("merge", found["output_files"]).apply_async()
            self.check_whole(self.report(self.done(merged)))
            self.assertEqual(self.starts(shard), 2)

    def test_a_task_that_comes_twice_is_done_once(self) -> None:
        image = self.input("card.img")
        with self.workers("a", "b"):
            task = self.signature("shard", [image], shard="0/1", read_limit=SLOW)
            shard = task.apply_async()
            self.middle(shard)
            # As when it takes longer than the timeout: the same task, while its own worker is at it.
            task.apply_async()
            until("the other one", lambda: self.starts(shard) > 1)
            found = self.done(shard)
            until("quiet", self.is_quiet)
            self.assertEqual(self.done(shard), found)
            ended = [event["type"] for event in self.events if event.get("uuid") == shard.id]
            # A copy that is put off in the moment in which the first one ends comes once more, and has its result.
            self.assertIn(ended.count("task-succeeded"), (1, 2))
            self.assertGreaterEqual(ended.count("task-retried"), 1)
            self.check_merges(found["output_files"])

    def check_merges(self, files: list[dict[str, Any]]) -> None:
        """Shards are kept for another merge where that is asked for."""
        merged = self.signature("merge", files, keep_shards=True).apply_async()
        self.check_whole(self.report(self.done(merged)))
        again = self.signature("merge", files, photos="0", no_archive=True).apply_async()
        self.check_whole(self.report(self.done(again)))
        with self.assertRaisesRegex(Exception, "was removed; carve its shard again"):
            self.signature("merge", files).apply_async().get(timeout=PATIENCE)

    def is_quiet(self) -> bool:
        """Whether no worker is at a task or waits for one."""
        look = self.app.control.inspect(timeout=1)
        return not any([*(look.active() or {"": [1]}).values(), *(look.scheduled() or {"": [1]}).values()])

    def test_a_worker_that_is_stopped_hands_its_task_back(self) -> None:
        image = self.input("card.img")
        with self.workers("a") as workers:
            shard = self.signature("shard", [image], shard="0/1", read_limit=SLOW).apply_async()
            self.middle(shard)
            # As `docker stop` does, to the main process alone.
            workers["a"].terminate()
            until("its end", lambda: workers["a"].poll() is not None)
            self.assertFalse(shard.ready())
        with self.workers("b"):
            self.done(shard)
        self.assertEqual(self.starts(shard), 2)

    def test_a_task_that_is_stopped_ends_the_program(self) -> None:
        image = self.input("card.img")
        with self.workers("a") as workers:
            shard = self.signature("shard", [image], shard="0/1", read_limit=SLOW).apply_async()
            self.middle(shard)
            is_program = f"{Path(afterimage.locate()).name} scan"
            before = [number for number in processes(workers["a"].pid) if is_program in said_by(number)]
            self.assertEqual(len(before), 1)
            shard.revoke(terminate=True)
            until("its end", lambda: not Path(f"/proc/{before[0]}").exists())
            folder = self.ledger(shard)
            carved = afterimage.carve(image["path"], folder, shard=0, shards=1, resume=True)
            self.assertFalse(carved.finished)
            self.assertEqual(
                list(afterimage.merge(folder, image["path"], self.output / "merged").files), list(self.one.files)
            )


def said_by(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


if __name__ == "__main__":
    unittest.main()
