"""Where the tests find what they need."""

from __future__ import annotations

import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

import afterimage

REPOSITORY = Path(__file__).resolve().parents[4]
CARD = REPOSITORY / "testdata" / "card.img"


def has_program() -> bool:
    try:
        afterimage.locate()
    except afterimage.ProgramNotFound:
        return False
    return True


class InFolder(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="afterimage-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def stand_in(self, code: str) -> Path:
        """A program that runs some lines of Python, with `out`, `err` and `event` at hand."""
        path = self.folder / "stand-in"
        head = """\
            import json, os, signal, sys, time
            def out(text): print(text, flush=True)
            def err(text): print(text, file=sys.stderr, flush=True)
            def event(name, **more): err(json.dumps({"event": name, **more}))
            """
        lines = textwrap.dedent(head) + textwrap.dedent(code)
        path.write_text(f"#!{sys.executable}\n{lines}", encoding="utf-8")
        path.chmod(0o755)
        return path
