"""JSON that is larger than memory: an object whose one long list is read item by item."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TextIO

from afterimage.errors import ReportError

#: Characters that are read at a time.
CHUNK = 1 << 20

_DECODER = json.JSONDecoder()
_SPACE = " \t\n\r"


class JsonStream:
    """An open file with an object of JSON in it, of which no more is held than is looked at."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._buffer = ""
        self._at = 0
        self._ended = False

    def names(self) -> Iterator[str]:
        """Yield the names in the object; whoever takes one reads its value before the next, or skips it."""
        self._expect("{")
        if self._next() == "}":
            self._at += 1
            return
        while True:
            name = self.value()
            if not isinstance(name, str):
                raise ReportError("a name in it is not text")
            self._expect(":")
            yield name
            if self._either(",}") == "}":
                return

    def value(self) -> Any:
        """Return the value that follows."""
        self._next()
        wanted = CHUNK
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                if self._ended:
                    raise ReportError(f"it is cut off or damaged: {error.msg}") from None
            except RecursionError:
                raise ReportError("it is nested too deeply") from None
            else:
                # A number may go on behind what was read, as with `e+5`.
                is_number = isinstance(value, (int, float))
                if not is_number or end + 3 <= len(self._buffer) or self._ended:
                    self._at = end
                    return value
            self._read(wanted)
            # Twice as much each time, so that a long value is not tried too often.
            wanted *= 2

    def items(self) -> Iterator[Any]:
        """Yield the items of the list that follows."""
        self._expect("[")
        if self._next() == "]":
            self._at += 1
            return
        while True:
            yield self.value()
            if self._either(",]") == "]":
                return

    def _either(self, marks: str) -> str:
        mark = self._next()
        if mark not in marks:
            raise ReportError(f"it is damaged: {mark!r} stands where one of {marks!r} should")
        self._at += 1
        return mark

    def _expect(self, mark: str) -> None:
        self._either(mark)

    def _next(self) -> str:
        """Return the next character that is no space, and stay before it."""
        while True:
            while self._at < len(self._buffer):
                mark = self._buffer[self._at]
                if mark not in _SPACE:
                    return mark
                self._at += 1
            if self._ended:
                raise ReportError("it is cut off")
            self._read(CHUNK)

    def _read(self, wanted: int) -> None:
        try:
            more = self._file.read(wanted)
        except UnicodeDecodeError:
            raise ReportError("it is not UTF-8") from None
        self._ended = not more
        self._buffer = self._buffer[self._at :] + more
        self._at = 0
