from __future__ import annotations

import contextlib
import io
import json
import random
import unittest
from typing import Any, Union
from unittest import mock

from afterimage import json_stream
from afterimage.errors import ReportError
from afterimage.json_stream import JsonStream


def made(random_: random.Random, depth: int) -> Any:
    """A value of any kind."""
    kinds = 8 if depth else 6
    kind = random_.randrange(kinds)
    if kind == 6:
        return [made(random_, depth - 1) for _ in range(random_.randrange(4))]
    if kind == 7:
        return {str(key): made(random_, depth - 1) for key in range(random_.randrange(4))}
    scalars: list[Union[bool, int, float, str, None]] = [
        None,
        random_.random() < 0.5,
        random_.randrange(-(10**20), 10**20),
        random_.uniform(-1e9, 1e9),
        'a "word" \\ of \u00e4 \U0001f4f7 [{,:}] ' * random_.randrange(3),
        "",
    ]
    return scalars[kind]


def read(text: str, chunk: int) -> dict[str, Any]:
    """All of it, with the items of `files` taken one by one."""
    with mock.patch.object(json_stream, "CHUNK", chunk):
        stream = JsonStream(io.StringIO(text))
        return {name: list(stream.items()) if name == "files" else stream.value() for name in stream.names()}


class JsonStreamTest(unittest.TestCase):
    def test_any_object_is_read_as_a_whole_however_it_is_cut(self) -> None:
        random_ = random.Random(1)
        for _ in range(300):
            whole = {f"name-{number}": made(random_, 3) for number in range(random_.randrange(4))}
            whole["files"] = [made(random_, 2) for _ in range(random_.randrange(5))]
            indent = random_.choice([None, 2])
            for chunk in (1, 2, 7, 64, 1 << 20):
                self.assertEqual(read(json.dumps(whole, indent=indent), chunk), whole)

    def test_what_is_cut_off_is_an_error_at_every_character(self) -> None:
        text = json.dumps({"a": [1, {"b": "c"}], "files": [{"id": 12}, {"id": 345}], "z": 1.5})
        for length in range(len(text)):
            with self.assertRaises(ReportError, msg=text[:length]):
                read(text[:length], 3)

    def test_damage_is_an_error_and_nothing_else(self) -> None:
        random_ = random.Random(2)
        text = json.dumps({"a": [1, {"b": "c"}], "files": [{"id": 12}, {"id": 345}]})
        for _ in range(3000):
            at = random_.randrange(len(text))
            damaged = text[:at] + random_.choice('{}[]",:0x \\\0') + text[at + 1 :]
            with contextlib.suppress(ReportError):
                read(damaged, random_.choice([1, 5, 1 << 20]))

    def test_depth_is_bounded(self) -> None:
        for text in ('{"a": ' + "[" * 200_000, '{"files": [' + '{"a": ' * 200_000):
            with self.assertRaises(ReportError):
                read(text, 1 << 20)


if __name__ == "__main__":
    unittest.main()
