from __future__ import annotations

import dataclasses
import os
import shutil
import threading
import unittest

import afterimage
from tests.places import CARD, InFolder, has_program

#: A scan that takes some seconds, by so many bytes a second.
SLOW = CARD.stat().st_size // 6 if CARD.exists() else 0


@unittest.skipUnless(has_program(), "no program: name it with AFTERIMAGE_PROGRAM")
class CommandsTest(InFolder):
    def setUp(self) -> None:
        super().setUp()
        self.output = self.folder / "recovered"

    def scan(self) -> afterimage.Report:
        """The scan that others are held against."""
        return afterimage.scan(CARD, self.folder / "whole")

    def test_a_scan_gives_its_report(self) -> None:
        events: list[afterimage.Progress] = []
        report = afterimage.scan(CARD, self.output, progress=events.append, hash=["sha256", "md5"])
        self.assertEqual((report.summary.photos, report.ended), (15, "complete"))
        self.assertEqual(len(report.sources), 1)
        files = list(report.files)
        self.assertEqual(len(files), report.summary.files)
        written = [path for file in files if (path := afterimage.path_of(report, file))]
        self.assertEqual(len(written), 15)
        self.assertTrue(all(path.is_file() for path in written))
        self.assertTrue(all(file.md5 and file.sha256 for file in files))
        told = {event.event for event in events}
        # What is over between two looks of the program is not told.
        self.assertEqual(told | {"finishing"}, {"progress", "finishing"})
        self.assertEqual(events[-1].fraction, 1.0)
        self.assertEqual(report, afterimage.load_report(self.output))

    def test_options_reach_the_program_and_what_is_wrong_is_in_its_own_words(self) -> None:
        report = afterimage.scan(str(CARD), self.output, format="gif", dry_run=True, quick=True)
        self.assertEqual((report.options.dry_run, report.options.formats), (True, ("gif",)))
        self.assertEqual((report.options.quick, report.summary.files), (True, 0))
        with self.assertRaises(afterimage.Failed) as raised:
            afterimage.scan(CARD, self.output)
        self.assertRegex(str(raised.exception), "^cannot write to .*recovered")
        with self.assertRaisesRegex(afterimage.Failed, "colour"):
            afterimage.scan(CARD, self.folder / "other", colour="png")  # type: ignore[call-arg]
        with self.assertRaisesRegex(afterimage.Failed, "cannot open .*nothing.img"):
            afterimage.scan(self.folder / "nothing.img", self.folder / "other")
        with self.assertRaisesRegex(IsADirectoryError, "scan_batch"):
            afterimage.scan(self.folder, self.folder / "other")

    def test_nothing_found_is_a_report_like_any_other(self) -> None:
        blank = self.folder / "-blank.img"
        blank.write_bytes(bytes(1 << 20))
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        report = afterimage.scan(blank.name, self.output)
        self.assertEqual((report.summary.files, list(report.files)), (0, []))

    def test_what_is_cancelled_goes_on(self) -> None:
        cancel = threading.Event()

        def stop(event: afterimage.Progress) -> None:
            if event.scanned > 0:
                cancel.set()

        with self.assertRaises(afterimage.Interrupted) as raised:
            afterimage.scan(CARD, self.output, progress=stop, cancel=cancel, read_limit=SLOW, io="read")
        self.assertEqual(raised.exception.folder, self.output)
        self.assertEqual(afterimage.load_report(self.output).ended, "stopped")
        report = afterimage.scan(CARD, self.output, resume=True)
        self.assertEqual(report.ended, "complete")
        self.assertEqual(list(report.files), list(self.scan().files))
        self.assertEqual(afterimage.scan(CARD, self.output, resume=True).finished, report.finished)

    def test_a_run_that_is_stopped_by_an_error_of_the_caller_goes_on(self) -> None:
        with self.assertRaises(ZeroDivisionError):
            afterimage.scan(CARD, self.output, progress=lambda event: event.scanned // 0, read_limit=SLOW)
        self.assertEqual(list(afterimage.scan(CARD, self.output, resume=True).files), list(self.scan().files))

    def test_two_runs_in_one_folder_are_told_apart(self) -> None:
        def again(_: afterimage.Progress) -> None:
            afterimage.scan(CARD, self.output, resume=True)

        with self.assertRaises(afterimage.Busy):
            afterimage.scan(CARD, self.output, progress=again, read_limit=SLOW, io="read")

    def test_shards_give_what_one_scan_gives(self) -> None:
        folders = [self.folder / f"shard-{number}" for number in range(3)]
        for number, folder in enumerate(folders):
            carved = afterimage.carve(CARD, folder, shard=number, shards=3)
            self.assertEqual((carved.shard, carved.shards, carved.finished), (number, 3, False))
            self.assertIsNotNone(carved.range)
        self.assertTrue(afterimage.carve(CARD, folders[0], shard=0, shards=3, resume=True).finished)
        with self.assertRaisesRegex(afterimage.Failed, "of 3 shards, 2 is missing"):
            afterimage.merge(folders[:2], CARD, self.output)
        report = afterimage.merge(folders, CARD, self.output)
        self.assertEqual(list(report.files), list(self.scan().files))
        self.assertEqual(report.options.shards, 3)

    def test_a_batch_has_a_report_for_each_image(self) -> None:
        shelf = self.folder / "shelf"
        shelf.mkdir()
        shutil.copy(CARD, shelf / "a.img")
        batch = afterimage.scan_batch(shelf, self.output)
        self.assertEqual((batch.summary.images, batch.images[0].status), (1, "complete"))
        report = afterimage.report_of_image(batch, batch.images[0])
        assert report is not None
        self.assertEqual(list(report.files), list(self.scan().files))
        (shelf / "broken.qcow2").write_bytes(b"QFI\xfb\0\0\0\3" + bytes(504))
        with self.assertRaisesRegex(afterimage.SomeFailed, "broken.qcow2") as raised:
            afterimage.scan_batch([shelf], self.folder / "other", quick=True)
        assert raised.exception.folder is not None
        batch = afterimage.load_batch(raised.exception.folder)
        self.assertEqual([image.status for image in batch.images], ["complete", "failed"])

    def test_photos_of_a_dry_run_are_written_and_verified(self) -> None:
        afterimage.scan(CARD, self.output, dry_run=True)
        wanted = [file.id for file in afterimage.load_report(self.output).files if file.format == "tiff"]
        chosen = afterimage.recover(self.output, select=wanted, to=self.folder / "chosen")
        self.assertEqual(sum(1 for file in chosen.files if file.path), 1)
        report = afterimage.recover(self.output, source=CARD)
        written = [path for file in report.files if (path := afterimage.path_of(report, file))]
        self.assertEqual(len(written), 15)
        found = afterimage.verify(self.output, source=[CARD], log=False)
        self.assertEqual(found.replayed, report.summary.files)
        self.assertEqual((found.equal, found.files, found.differences), (True, 15, ()))
        written[0].write_bytes(b"other")
        found = afterimage.verify(self.output)
        self.assertFalse(found.equal)
        self.assertEqual([difference.kind for difference in found.differences], ["changed"])
        self.assertEqual(found.counts["changed"], 1)

    def test_copies_that_survive_are_found(self) -> None:
        report = self.scan()
        photo = next(path for file in report.files if (path := afterimage.path_of(report, file)))
        place = self.folder / "home" / ".local" / "share" / "Trash"
        for name in ("files", "info"):
            (place / name).mkdir(parents=True)
        shutil.copy(photo, place / "files" / "a.jpg")
        (place / "info" / "a.jpg.trashinfo").write_text(
            "[Trash Info]\nPath=/home/a/a.jpg\nDeletionDate=2024-05-04T10:00:00\n"
        )
        found = afterimage.find(self.folder / "home", output=self.output)
        self.assertEqual([(one.becomes, one.file.origin) for one in found.files], [("recovered", "trash")])
        self.assertEqual(found.summary.photos, 1)
        self.assertEqual(len(afterimage.load_report(self.output).files), 1)
        self.assertIsNone(afterimage.find(self.folder / "home").report)

    def test_results_are_dataclasses(self) -> None:
        found = afterimage.verify(self.scan().folder)
        self.assertEqual(dataclasses.asdict(found)["signature"]["state"], "none")
        self.assertRegex(afterimage.version(), r"^\d+\.\d+\.\d+")


if __name__ == "__main__":
    unittest.main()
