from __future__ import annotations

import importlib.metadata
import re
import sys
import unittest
from pathlib import Path

import afterimage
from tests.places import REPOSITORY, has_program

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

import generate  # noqa: E402

HOW = "python3 cli/deploy/python/generate.py PROGRAM"


@unittest.skipUnless((REPOSITORY / "engine").is_dir(), "not in the repository of the program")
class GeneratedTest(unittest.TestCase):
    maxDiff = 2000

    def test_dataclasses_are_those_of_the_schema(self) -> None:
        there = (HERE / "afterimage" / "schema.py").read_text(encoding="utf-8")
        self.assertEqual(there, generate.schema_text(), HOW)

    @unittest.skipUnless(has_program(), "no program: name it with AFTERIMAGE_PROGRAM")
    def test_options_are_those_of_the_program(self) -> None:
        there = (HERE / "afterimage" / "options.py").read_text(encoding="utf-8")
        self.assertEqual(there, generate.options_text(afterimage.locate()), HOW)

    def test_the_version_is_that_of_the_program(self) -> None:
        manifest = (REPOSITORY / "Cargo.toml").read_text(encoding="utf-8")
        version = re.search(r'^version = "(.+)"$', manifest, re.MULTILINE)
        project = re.search(r'^version = "(.+)"$', (HERE / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
        assert version is not None
        assert project is not None
        self.assertEqual(project[1], version[1])
        try:
            self.assertEqual(importlib.metadata.version("afterimage"), version[1])
        except importlib.metadata.PackageNotFoundError:
            self.skipTest("the package is not installed")


if __name__ == "__main__":
    unittest.main()
