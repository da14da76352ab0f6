from __future__ import annotations

import json
import random
import tempfile
import unittest
import uuid
from pathlib import Path
from typing import Any
from unittest import mock

import afterimage
from afterimage.rows import row
from afterimage.schema import File

from src import settings as forms
from src import work as works
from src.inputs import Input, gathered, inputs
from src.names import distinct, safe_name
from src.outputs import Outputs, best, safe_path
from src.settings import settings
from src.shards import DATA_TYPE, note, shards
from src.told import task_report
from src.work import AtWork, Work


class InFolder(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="afterimage-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class NamesTest(unittest.TestCase):
    def test_names_are_one_part_of_a_path_and_one_line(self) -> None:
        for name, expected in {
            "card.img": "card.img",
            "../../etc/passwd": "passwd",
            "C:\\Users\\a\\card.E01": "card.E01",
            "..": "image",
            "": "image",
            ".hidden.img": "hidden.img",
            "a\nb\x1b[2J\u202egpj.img": "a_b_[2J_gpj.img",
            "a|`b`": "a_'b'",
            "\ud800.img": "_.img",
            "写真.dd": "写真.dd",
        }.items():
            self.assertEqual(safe_name(name, "image"), expected)
        self.assertEqual(safe_name(None, "image"), "image")

    def test_any_name_can_be_made(self) -> None:
        random_ = random.Random(1)
        for _ in range(2000):
            length = random_.choice([1, 5, 400])
            name = "".join(
                chr(random_.choice([random_.randrange(0x80), random_.randrange(0x11000)])) for _ in range(length)
            )
            made = safe_name(name, "image")
            self.assertNotIn("/", made)
            self.assertNotIn(made, ("", ".", ".."))
            self.assertFalse(made.startswith("."))
            self.assertLessEqual(len(made.encode()), 255)
            self.assertTrue(made.isprintable() or " " in made or "\u3000" in made or made.strip(), repr(made))
            self.assertEqual(safe_name(made, "image"), made)

    def test_no_two_are_the_same(self) -> None:
        self.assertEqual(distinct(["a.dd", "A.dd", "a.dd", "b"]), ["a.dd", "A (2).dd", "a (3).dd", "b"])

    def test_paths_lead_nowhere_else(self) -> None:
        self.assertEqual(safe_path("/DCIM/../\x1b/a.jpg"), "DCIM/_/a.jpg")
        self.assertIsNone(safe_path(None))


class SettingsTest(unittest.TestCase):
    def test_an_empty_form_is_what_most_want(self) -> None:
        for config in (None, {}, {"photos": "", "formats": None, "quick": False, "shard": " "}):
            found = settings(config)
            self.assertEqual((found.photos, found.formats, found.archive, found.shard), (forms.PHOTOS, (), True, None))

    def test_what_is_filled_in_is_meant(self) -> None:
        given = {"photos": "7", "formats": "jpeg, raw", "quick": True, "shard": "3/8", "no_archive": "true"}
        found = settings(given)
        self.assertEqual((found.photos, found.formats, found.quick), (7, ("jpeg", "raw"), True))
        self.assertEqual((found.shard, found.archive), ((3, 8), False))
        self.assertEqual(settings({"photos": str(forms.MOST_PHOTOS)}).photos, forms.MOST_PHOTOS)

    def test_what_is_wrong_is_told(self) -> None:
        for name, value in [
            ("shard", "8/8"),
            ("shard", "-1/3"),
            ("shard", "3"),
            ("photos", "-1"),
            ("photos", "1001"),
            ("photos", "many"),
        ]:
            with self.assertRaisesRegex(ValueError, "not a .*; give "):
                settings({name: value})

    def test_forms_are_as_the_server_reads_them(self) -> None:
        for form in (forms.SCAN, forms.SHARD, forms.MERGE):
            self.assertTrue(form["display_name"] and form["description"])
            for field in form["task_config"]:
                assert isinstance(field, dict)
                self.assertEqual(set(field), {"name", "label", "description", "type", "required"})
                self.assertIn(field["type"], ("text", "textarea", "checkbox"))
                settings({field["name"]: None})


class InputsTest(InFolder):
    def test_parts_of_an_image_lie_side_by_side(self) -> None:
        files = []
        for number, name in enumerate(["card.E01", "card.E02", "../card.E01"]):
            path = self.folder / uuid.uuid4().hex
            path.write_text(name)
            files.append({"id": number, "display_name": name, "path": str(path)})
        for _ in range(2):
            folder = gathered(inputs(files), self.folder / "images")
            names = sorted(path.name for path in folder.iterdir())
            self.assertEqual(names, ["card (2).E01", "card.E01", "card.E02"])
            self.assertEqual((folder / "card.E02").read_text(), "card.E02")
        with self.assertRaisesRegex(ValueError, "no input file"):
            inputs([])


class WorkTest(InFolder):
    def test_one_holds_it_at_a_time(self) -> None:
        work = Work(str(self.folder), "ab-1")
        with work.held():
            with self.assertRaises(AtWork), Work(str(self.folder), "ab-1").held():
                pass
            with Work(str(self.folder), "ab-2").held():
                pass
        with work.held():
            pass
        for name in ("", "..", "a/b", "a" * 65):
            with self.assertRaises(ValueError):
                Work(str(self.folder), name)

    def test_it_is_not_begun_for_ever(self) -> None:
        work = Work(str(self.folder), "1")
        with work.held(), mock.patch.object(works, "ATTEMPTS", 2):
            for _ in range(5):
                with self.assertRaises(ZeroDivisionError), work.attempt():
                    raise ZeroDivisionError
            # As where the process ends in the middle.
            lost = [work.attempt(), work.attempt()]
            for one in lost:
                one.__enter__()
            with self.assertRaisesRegex(RuntimeError, "were lost 2 times"), work.attempt():
                pass

    def test_its_result_stays_and_the_rest_goes(self) -> None:
        work = Work(str(self.folder), "1")
        with work.held():
            (work.path / "recovered" / "photos").mkdir(parents=True)
            self.assertIsNone(work.result())
            work.finish("done")
            self.assertEqual(work.result(), "done")
            self.assertFalse((work.path / "recovered").exists())


class ShardsTest(InFolder):
    def made(self, name: str, text: str) -> dict[str, Any]:
        path = self.folder / name
        path.write_text(text)
        return {"path": str(path), "display_name": f"{name}.shard.json", "data_type": DATA_TYPE}

    def test_what_a_shard_hands_on_leads_to_its_ledger(self) -> None:
        source = Input(Path("/data/a.img"), "card.img", 3)
        files = []
        for number in range(2):
            folder = self.folder / works.FOLDER / f"task-{number}" / "0"
            folder.mkdir(parents=True)
            files.append(self.made(f"note-{number}", note(folder, source, number, 2)))
        found = shards([*files, {"path": "/data/other", "display_name": "other", "data_type": None}])
        (some,) = found.values()
        self.assertEqual([one.ledger.parent.parent.name for one in some], ["task-0", "task-1"])
        self.assertEqual({one.source for one in some}, {source})

    def test_hostile_files_lead_nowhere(self) -> None:
        for text in (
            "", "[]", "{}", "3", "[" * 100_000, "\0", '{"folder": 3}', '{"folder": "/etc/passwd"}',
            '{"folder": "../../0"}', '{"folder": "a/0/.."}', '{"folder": "a/0\\n"}', '{"folder": "' + "a" * 5000,
        ):  # fmt: skip
            with self.assertRaisesRegex(ValueError, "is not what a shard was recorded with"):
                shards([self.made("note", text)])
        with self.assertRaisesRegex(ValueError, "was removed; carve its shard again"):
            shards([self.made("note", json.dumps({"folder": "a/0"}))])
        with self.assertRaisesRegex(ValueError, "no shard among the input files"):
            shards([{"path": "a", "display_name": "a.img"}])


def file(number: int, **more: Any) -> dict[str, Any]:
    words = dict.fromkeys(("origin", "status", "format", "mime", "end", "grade", "proof", "blake3"), "x")
    return {"id": number, "source": 0, "size": 1, **words, "mime": "image/jpeg", "path": f"photos/{number}.jpg", **more}


class OutputsTest(InFolder):
    def report(self, files: list[dict[str, Any]]) -> afterimage.Report:
        head = {
            "schema": "afterimage-report/1", "started": "", "finished": "", "sources": [], "files": files,
            "tool": {"name": "afterimage", "version": "0", "command": ["afterimage", "scan"]}, "notes": ["*a* <b>"],
            "summary": {
                "files": len(files), "bytes": 0, "by_format": {}, "by_grade": {}, "by_origin": {}, "duplicates": 0,
                "photos": 2, "recovered": [{"format": "jpeg", "grade": "verified", "files": 2, "bytes": 7}],
            },
        }  # fmt: skip
        folder = self.folder / works.FOLDER / "task" / "recovered"
        (folder / "photos").mkdir(parents=True, exist_ok=True)
        (folder / ".afterimage").mkdir(exist_ok=True)
        (folder / ".afterimage" / "scan.log").write_text("ledger")
        (folder / "report.json").write_text(json.dumps(head))
        (folder / "report.html").write_text("<html>")
        for one in files:
            (folder / "photos" / f"{one['id']}.jpg").write_text(str(one["id"]))
        return afterimage.load_report(folder)

    def test_the_best_photos_come_first(self) -> None:
        files = [
            file(1, grade="partial", width=9000, height=9000),
            file(2, grade="structural", width=5000, height=5000),
            file(3, grade="verified", width=10, height=10),
            file(4, grade="verified", width=20, height=10),
            file(5, grade="verified", width=900, height=900, parent=4),
            file(6, grade="verified", mime="video/mp4"),
            file(7, grade="verified", path=None),
            file(8, grade="repaired", width=8000, height=8000),
            file(9, grade="brand new"),
        ]
        report = self.report(files)
        self.assertEqual([one.id for one in best(report, 10)], [4, 3, 2, 8])
        self.assertEqual([one.id for one in best(report, 2)], [4, 3])
        self.assertEqual(best(report, 0), [])

    def test_made_again_they_are_the_same_files(self) -> None:
        report = self.report(
            [file(1, grade="verified", original_path="../DCIM/\x1b[2J.jpg"), file(2, grade="verified")]
        )
        made = []
        for _ in range(2):
            outputs = Outputs(Work(str(self.folder), "task"), str(self.folder))
            outputs.report(report, "card.img", Input(Path("a"), "card.img", 3), settings({"photos": "1"}))
            made.append(outputs.files)
        self.assertEqual(made[0], made[1])
        there = {path.name for path in self.folder.iterdir() if path.is_file()}
        self.assertEqual(there, {Path(one["path"]).name for one in made[0]})
        names = [one["display_name"] for one in made[0]]
        self.assertEqual(names, ["card.img.report.json", "card.img.report.html", "card.img.gallery.zip", "1.jpg"])
        self.assertEqual(made[0][3]["original_path"], "DCIM/_[2J.jpg")
        self.assertEqual({one["source_file_id"] for one in made[0]}, {3})
        for one in made[0]:
            self.assertEqual(Path(one["path"]).name, uuid.UUID(one["uuid"]).hex + one["extension"])

    def test_a_report_cannot_hand_on_other_files(self) -> None:
        report = self.report([file(1, grade="verified", path="../../../../etc/passwd")])
        outputs = Outputs(Work(str(self.folder), "task"), str(self.folder))
        with self.assertRaises(afterimage.ReportError):
            outputs.report(report, "card.img", None, settings(None))

    def test_the_page_of_a_task_holds_no_markup_of_others(self) -> None:
        told = task_report([("a*b*<script>|", self.report([]))], ["c/[d](e)\n# f: it is broken"])
        self.assertEqual(told["summary"], "2 photos and 0 videos recovered from 1 image; 1 could not be scanned")
        self.assertIn("|jpeg|verified|2|7|", told["content"])
        for wrong in ("<script>", "\n# f", "[d](e)", "*a*"):
            self.assertNotIn(wrong, told["content"].replace("\\", "\\ "))

    def test_rows_of_the_package_are_what_the_tests_make(self) -> None:
        self.assertEqual(row(File, file(1)).extra, {})


if __name__ == "__main__":
    unittest.main()
