from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

import afterimage
from afterimage.arguments import options, paths
from afterimage.running import run
from tests.places import InFolder

#: What a program does that ends in good order when it is asked to.
ENDS = """\
    def end(*_):
        event("stopping")
        event("failure", text="it was stopped")
        sys.exit(130)
    signal.signal(signal.SIGINT, end)
    event("progress", scanned=1, total=4)
    time.sleep(30)
    """


@unittest.skipIf(sys.platform == "win32", "the programs are scripts")
class LocateTest(InFolder):
    def test_what_is_named_comes_before_the_variable_and_that_before_the_path(self) -> None:
        places = {}
        for name in ("named", "variable", "path"):
            (self.folder / name).mkdir()
            places[name] = self.folder / name / "afterimage"
            places[name].write_text("#!/bin/sh\n")
            places[name].chmod(0o755)
        environment = {"PATH": str(self.folder / "path"), "AFTERIMAGE_PROGRAM": str(places["variable"])}
        with mock.patch.dict(os.environ, environment):
            self.assertEqual(afterimage.locate(places["named"]), str(places["named"]))
            self.assertEqual(afterimage.locate(), str(places["variable"]))
            del os.environ["AFTERIMAGE_PROGRAM"]
            self.assertEqual(afterimage.locate(), str(places["path"]))

    def test_where_there_is_none_one_line_says_what_to_do(self) -> None:
        with mock.patch.dict(os.environ, {"PATH": str(self.folder), "AFTERIMAGE_PROGRAM": ""}):
            with self.assertRaisesRegex(afterimage.ProgramNotFound, "name it with program= or AFTERIMAGE_PROGRAM"):
                afterimage.scan("card.img", self.folder)
            with self.assertRaisesRegex(afterimage.ProgramNotFound, "which program= names"):
                afterimage.locate(self.folder / "nothing")
            os.environ["AFTERIMAGE_PROGRAM"] = "nothing"
            with self.assertRaisesRegex(afterimage.ProgramNotFound, "'nothing', which AFTERIMAGE_PROGRAM names"):
                afterimage.locate()


class ArgumentsTest(unittest.TestCase):
    def test_options_are_typed_as_people_type_them(self) -> None:
        given = {"min_size": 20, "quick": True, "all": False, "map": None, "format": ["jpeg", "raw"]}
        self.assertEqual(options(given), ["--min-size=20", "--quick", "--format=jpeg", "--format=raw"])
        self.assertEqual(options({"map": Path("-a"), "notes": "-b"}), ["--map=-a", "--notes=-b"])
        self.assertEqual(options({"volume": 1, "min_pixels": 0}), ["--volume=1", "--min-pixels=0"])
        for name in ("list", "json", "shard", "output"):
            with self.assertRaises(TypeError):
                options({name: True})

    def test_one_path_or_several(self) -> None:
        self.assertEqual(paths("a"), ["a"])
        self.assertEqual(paths(Path("a")), ["a"])
        self.assertEqual(paths(iter([Path("a"), Path("b")])), ["a", "b"])


@unittest.skipIf(sys.platform == "win32", "the stand-in is a script")
class RunTest(InFolder):
    def test_events_and_the_result_are_passed_on(self) -> None:
        program = self.stand_in("""\
            event("progress", scanned=1, total=4, found={"jpeg": 2}, latest=["a.jpg"], colour="red")
            event("note", text="by the way")
            err('{"event": "progress", "scanned": "many"}')
            err('{"event": ')
            err('[1]')
            out(json.dumps({"arguments": sys.argv[1:]}))
            """)
        events: list[afterimage.Progress] = []
        with self.assertLogs("afterimage", logging.INFO) as logged:
            ended = run(["scan", "a b"], program=program, progress=events.append)
        self.assertEqual((ended.status, ended.result), (0, {"arguments": ["scan", "a b"]}))
        self.assertEqual(logged.output[0], "INFO:afterimage:by the way")
        self.assertEqual([event.event for event in events], ["progress", "note", "note", "note"])
        self.assertEqual((events[0].fraction, events[0].found, events[0].latest), (0.25, {"jpeg": 2}, ("a.jpg",)))
        self.assertEqual(events[0].extra, {"colour": "red"})
        self.assertEqual(events[3].fraction, 0.25, "what does not tell how far it is has what the last one told")

    def test_progress_does_not_go_back(self) -> None:
        program = self.stand_in("""\
            event("note", text="before")
            event("progress", scanned=98, total=100, found={"jpeg": 21}, latest=["a.jpg"])
            event("finishing")
            event("warning", text="by the way")
            event("finishing", scanned=99, total=100)
            event("progress", scanned=100, total=100, found={"jpeg": 22})
            """)
        events: list[afterimage.Progress] = []
        with self.assertLogs("afterimage", logging.INFO):
            run([], program=program, progress=events.append)
        self.assertEqual([event.fraction for event in events], [0.0, 0.98, 0.98, 0.98, 0.99, 1.0])
        self.assertEqual([event.found.get("jpeg", 0) for event in events], [0, 21, 21, 21, 21, 22])

    def test_each_status_is_an_error_with_the_line_of_the_program(self) -> None:
        for status, kind in [
            (2, afterimage.Failed),
            (3, afterimage.SomeFailed),
            (101, afterimage.Failed),
            (130, afterimage.Interrupted),
        ]:
            program = self.stand_in(f'event("failure", text="cannot open a; check it")\nsys.exit({status})')
            with self.assertRaises(kind) as raised:
                run([], program=program).fail(self.folder)
            self.assertIs(type(raised.exception), kind)
            self.assertEqual(str(raised.exception), "cannot open a; check it")
            self.assertEqual((raised.exception.status, raised.exception.folder), (status, self.folder))

    def test_lines_before_the_arguments_are_read_are_lines_of_the_program(self) -> None:
        program = self.stand_in('err("afterimage: there is no option --colour; did you mean --color?")\nsys.exit(2)')
        with self.assertRaisesRegex(afterimage.Failed, "^there is no option --colour; did you mean --color[?]$"):
            run([], program=program).fail(None)

    def test_what_a_program_says_that_breaks_is_told(self) -> None:
        program = self.stand_in('err("thread main panicked")\nsys.exit(101)')
        with self.assertRaisesRegex(afterimage.Failed, "thread main panicked"):
            run([], program=program).fail(None)
        with self.assertRaisesRegex(afterimage.Failed, "ended with status 4"):
            run([], program=self.stand_in("sys.exit(4)")).fail(None)

    def test_a_signal_is_an_error(self) -> None:
        program = self.stand_in("os.kill(os.getpid(), signal.SIGKILL)")
        with self.assertRaisesRegex(afterimage.Killed, "ended by SIGKILL"):
            run([], program=program).fail(None)
        early = self.stand_in("signal.signal(signal.SIGINT, signal.SIG_DFL)\nos.kill(os.getpid(), signal.SIGINT)")
        with self.assertRaises(afterimage.Interrupted):
            run([], program=early).fail(None)

    def test_cancel_ends_it_in_good_order(self) -> None:
        cancel, events = threading.Event(), list[afterimage.Progress]()

        def progress(event: afterimage.Progress) -> None:
            events.append(event)
            cancel.set()

        ended = run([], program=self.stand_in(ENDS), progress=progress, cancel=cancel)
        self.assertEqual((ended.status, ended.lines), (130, ["it was stopped"]))
        self.assertEqual([event.event for event in events], ["progress", "stopping", "failure"])

    def test_what_progress_raises_ends_it_in_good_order_and_is_raised(self) -> None:
        done = self.folder / "done"
        program = self.stand_in(ENDS.replace("sys.exit(130)", f"open({str(done)!r}, 'w'); sys.exit(130)"))
        with self.assertRaises(ZeroDivisionError):
            run([], program=program, progress=lambda event: event.scanned // 0)
        self.assertTrue(done.exists(), "it was waited for")

    def test_ctrl_c_reaches_it_once_and_is_raised(self) -> None:
        seen = self.folder / "seen"
        program = self.stand_in(f"""\
            def end(*_):
                open({str(seen)!r}, "a").write("x")
                time.sleep(0.5)
                sys.exit(130)
            signal.signal(signal.SIGINT, end)
            event("progress")
            time.sleep(30)
            """)
        code = (
            "import signal, sys\n"
            "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
            "from afterimage.running import run\n"
            f"run([], program={str(program)!r}, progress=lambda event: print(flush=True))\n"
        )
        environment = {**os.environ, "PYTHONPATH": str(Path(afterimage.__file__).parents[1])}
        with subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment, start_new_session=True,
        ) as child:  # fmt: skip
            assert child.stdout is not None
            child.stdout.readline()
            # As a terminal does: to all of the group.
            os.killpg(child.pid, signal.SIGINT)
            _, said = child.communicate(timeout=20)
        self.assertEqual(said.strip().splitlines()[-1], "KeyboardInterrupt")
        self.assertEqual(seen.read_text(), "x")

    def test_much_that_is_printed_stops_nobody(self) -> None:
        program = self.stand_in("""\
            for _ in range(20000): event("note", text="x" * 50)
            out(json.dumps(["y" * 100] * 20000))
            """)
        started = time.monotonic()
        ended = run([], program=program)
        self.assertEqual(len(ended.result), 20000)
        self.assertLess(time.monotonic() - started, 20)


if __name__ == "__main__":
    unittest.main()
