from __future__ import annotations

import copy
import dataclasses
import json
import os
import pickle
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import afterimage
from afterimage.rows import row
from afterimage.schema import File, Options
from tests.places import REPOSITORY, InFolder

EXPECTED = REPOSITORY / "testdata" / "expected"


def report(**more: Any) -> dict[str, Any]:
    """The least that a report says."""
    tool = {"name": "afterimage", "version": "0.1.0", "command": []}
    summary: dict[str, Any] = {
        "files": 0,
        "bytes": 0,
        "by_format": {},
        "by_grade": {},
        "by_origin": {},
        "duplicates": 0,
    }
    head = {"schema": "afterimage-report/1", "tool": tool, "started": "", "finished": "", "sources": [], "files": []}
    return {**head, "summary": summary, **more}


def file(number: int, **more: Any) -> dict[str, Any]:
    """The least that a report says of a file."""
    words = dict.fromkeys(("origin", "status", "format", "mime", "end", "grade", "proof", "blake3"), "x")
    return {"id": number, "source": 0, "size": 1, **words, **more}


class ReportsTest(InFolder):
    def write(self, said: object) -> Path:
        path = self.folder / "report.json"
        path.write_text(said if isinstance(said, str) else json.dumps(said, indent=2), encoding="utf-8")
        return path

    def refused(self, said: object) -> str:
        self.write(said)
        with self.assertRaises(afterimage.ReportError) as raised:
            loaded = afterimage.load_report(self.folder)
            list(loaded.files)
        return str(raised.exception)

    def test_every_report_that_the_program_is_tested_with_is_read_to_the_last_field(self) -> None:
        paths = sorted(EXPECTED.glob("*.json"))
        self.assertGreater(len(paths), 50)
        for path in paths:
            for name, said in json.loads(path.read_text(encoding="utf-8")).items():
                with self.subTest(path=path.name, run=name):
                    self.check_whole(said)

    def check_whole(self, said: dict[str, Any]) -> None:
        # What is as in another run is told by a digest there, and what was printed is no part of the report.
        parts = {"sources": list, "summary": dict, "files": list}
        said = {name: said[name] for name, kind in parts.items() if isinstance(said[name], kind)}
        whole = report(**said)
        said = {name: whole[name] for name in parts}
        self.write(whole)
        loaded = afterimage.load_report(self.folder)
        files = list(loaded.files)
        self.assertEqual(len(files), len(said["files"]))
        read: dict[str, Any] = {"files": [dataclasses.asdict(one) for one in files]}
        read["sources"] = [dataclasses.asdict(one) for one in loaded.sources]
        read["summary"] = dataclasses.asdict(loaded.summary)
        self.assertEqual(as_said(read, said), said)
        self.assertEqual(set(extras(read)), set())

    def test_unknown_fields_are_kept(self) -> None:
        self.write(report(later={"a": 1}, files=[file(1, colour="red", exif={"lens": "50 mm"})]))
        loaded = afterimage.load_report(self.folder)
        self.assertEqual(loaded.extra, {"later": {"a": 1}})
        (one,) = loaded.files
        self.assertEqual(one.extra, {"colour": "red"})
        assert one.exif is not None
        self.assertEqual(one.exif.extra, {"lens": "50 mm"})

    def test_another_schema_says_so(self) -> None:
        self.write(report(schema="afterimage-report/2"))
        with self.assertRaisesRegex(afterimage.NewerReport, "afterimage-report/2.*knows afterimage-report/1"):
            afterimage.load_report(self.folder)
        self.assertIn("load it with load_batch", self.refused(report(schema="afterimage-batch/1")))
        for other in ({}, {"schema": "sarif/2"}, {"schema": None}, {"schema": ["afterimage-report/1"]}):
            self.assertIn("no report of afterimage", self.refused(other))

    def test_what_is_wrong_is_told_with_its_place(self) -> None:
        size = self.refused(report(files=[file(1), file(2, size="3")]))
        self.assertIn("files[1].size is not a whole number", size)
        exif = self.refused(report(files=[file(1, exif={"width": 1.5})]))
        self.assertIn("files[0].exif.width is not a whole number", exif)
        self.assertIn("tool.version is missing", self.refused(report(tool={"name": "afterimage"})))
        lost = self.refused(report(lost=[{"by": "a", "state": "partial", "albums": ["b", 3]}]))
        self.assertIn("lost[0].albums[1] is not text", lost)
        counts = {**report()["summary"], "by_format": {"jpeg": True}}
        self.assertIn("summary.by_format.jpeg is not a whole number", self.refused(report(summary=counts)))
        self.assertIn("is not an object", self.refused(report(files=[3])))
        self.assertIn("cut off", self.refused(json.dumps(report(files=[file(1)]))[:-4]))
        self.assertIn("it is damaged", self.refused("[]"))
        with self.assertRaisesRegex(afterimage.ReportError, "name the output folder of a scan"):
            afterimage.load_report(self.folder / "nowhere")
        (self.folder / "report.json").write_bytes(b'{"schema": "\xff"}')
        with self.assertRaisesRegex(afterimage.ReportError, "not UTF-8"):
            afterimage.load_report(self.folder)

    def test_hostile_reports_are_errors_and_nothing_else(self) -> None:
        random_ = random.Random(3)
        demo = json.loads((EXPECTED / "demo.json").read_text(encoding="utf-8"))["all"]
        whole = {**report(), **demo, "files": demo["files"][:6]}
        values: list[Any] = [None, True, -1, 1e300, "", "../..", [], {}, [[]], {"a": 1}, 2**70]
        for _ in range(400):
            said = copy.deepcopy(whole)
            at: Any = said
            while True:
                keys = list(at) if isinstance(at, dict) else list(range(len(at)))
                if not keys:
                    break
                key = random_.choice(keys)
                if not isinstance(at[key], (dict, list)) or random_.random() < 0.2:
                    at[key] = random_.choice(values)
                    break
                at = at[key]
            self.write(said)
            try:
                loaded = afterimage.load_report(self.folder)
                for one in loaded.files:
                    afterimage.path_of(loaded, one)
            except afterimage.ReportError:
                pass

    def test_files_may_stand_anywhere(self) -> None:
        said = report(files=[file(1)])
        said["summary"]["files"] = 1
        for order in (sorted(said), sorted(said, reverse=True)):
            self.write({name: said[name] for name in order})
            loaded = afterimage.load_report(self.folder)
            self.assertEqual([one.id for one in loaded.files], [1])
            self.assertEqual(len(loaded.files), 1)

    def test_files_are_not_held(self) -> None:
        count = 20_000
        rows = (
            json.dumps(file(number, runs=[{"offset": 0, "length": 1, "origin": "source"}])) for number in range(count)
        )
        head = json.dumps(report())
        self.write(head.replace('"files": []', '"files": [' + ",\n".join(rows) + "]"))
        tracemalloc.start()
        loaded = afterimage.load_report(self.folder)
        for _ in range(2):
            self.assertEqual(sum(1 for _ in loaded.files), count)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        # The text has 5 MB, and as dictionaries it would be many times that.
        self.assertLess(peak, 12 << 20)

    def test_a_report_that_changes_is_not_gone_on_with(self) -> None:
        path = self.write(report(files=[file(1)]))
        loaded = afterimage.load_report(path)
        self.assertEqual(len(list(loaded.files)), 1)
        self.write(report(files=[file(1), file(2)]))
        with self.assertRaisesRegex(afterimage.ReportError, "was changed since it was loaded"):
            list(loaded.files)

    def test_a_path_stays_below_the_folder(self) -> None:
        self.write(report())
        loaded = afterimage.load_report(self.folder)
        self.assertIsNone(afterimage.path_of(loaded, row(File, file(1))))
        written = afterimage.path_of(loaded, row(File, file(1, path="photos/a/b.jpg")))
        self.assertEqual(written, self.folder / "photos" / "a" / "b.jpg")
        for path in ("/etc/passwd", "../a", "photos/../../a", "", "a\\..\\b", "C:a"):
            with self.assertRaises(afterimage.ReportError, msg=path):
                afterimage.path_of(loaded, row(File, file(1, path=path)))

    def test_rows_can_be_compared_copied_and_sent_to_other_processes(self) -> None:
        one, other = (row(File, file(1, from_="a", exif={"make": "Canon"})) for _ in range(2))
        self.assertEqual(one, other)
        self.assertEqual(one, pickle.loads(pickle.dumps(other)))  # noqa: S301
        self.assertEqual(len({one, other}), 1)
        self.assertEqual(row(File, {**file(1), "from": "dir/a"}).from_, "dir/a")
        self.assertEqual(afterimage.Report.options, Options())

    def test_a_batch_leads_to_its_reports(self) -> None:
        summary = dict.fromkeys(
            [
                "images",
                "complete",
                "stopped",
                "failed",
                "waiting",
                "files",
                "photos",
                "videos",
                "live",
                "copies_across",
            ],
            0,
        )
        images = [
            {"path": "a.img", "status": "complete", "size": 1, "report": "a.img/report.json"},
            {"path": "b.img", "status": "failed", "size": 0, "error": "it is broken"},
            {"path": "c.img", "status": "complete", "size": 1, "report": "../report.json"},
        ]
        batch = {
            **report(schema="afterimage-batch/1"),
            "summary": summary,
            "skipped": {},
            "images": images,
            "copies": [],
        }
        for name in ("sources", "files"):
            batch.pop(name)
        self.write(batch)
        os.mkdir(self.folder / "a.img")
        (self.folder / "a.img" / "report.json").write_text(json.dumps(report()), encoding="utf-8")
        loaded = afterimage.load_batch(self.folder)
        first = afterimage.report_of_image(loaded, loaded.images[0])
        assert first is not None
        self.assertEqual(first.folder, self.folder / "a.img")
        self.assertIsNone(afterimage.report_of_image(loaded, loaded.images[1]))
        with self.assertRaises(afterimage.ReportError):
            afterimage.report_of_image(loaded, loaded.images[2])
        with self.assertRaisesRegex(afterimage.ReportError, "load it with load_report"):
            self.write(report())
            afterimage.load_batch(self.folder)


def as_said(value: Any, said: Any) -> Any:
    """What was read, with only those fields that were said."""
    if isinstance(said, dict):
        return {name: as_said(value.get(f"{name}_", value.get(name)), one) for name, one in said.items()}
    if isinstance(said, list):
        return [as_said(one, other) for one, other in zip(value, said)]
    return value


def extras(value: Any) -> Iterator[str]:
    """The fields that were not known."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from one if name == "extra" else extras(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from extras(one)
