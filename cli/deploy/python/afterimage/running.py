"""Running the program: its events, its result, its end."""

from __future__ import annotations

import json
import logging
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, NoReturn, Optional, cast

from afterimage.errors import Busy, Failed, Interrupted, Killed, ProgramError, SomeFailed
from afterimage.program import AnyPath, locate
from afterimage.rows import Wrong, row

_LOG = logging.getLogger("afterimage")

#: Seconds between two looks at `cancel`.
_PAUSE = 0.1

#: So many lines of what went wrong are kept.
_MOST_LINES = 100

#: What tells how far a run is.
_HOW_FAR = (
    "scanned",
    "total",
    "bytes_per_second",
    "seconds_left",
    "found",
    "latest",
    "images",
    "images_ended",
    "images_failed",
)

#: The words of the program where another run is at work in the folder.
_BUSY = "another run is at work there"


@dataclass(frozen=True)
class Progress:
    """One event of a run, which comes about once a second.

    `event` is ``progress``, ``finishing``, ``stopping``, ``note``, ``warning``, ``failure``, and of a batch ``begun``
    and ``ended`` of each image; `afterimage help scan` tells more. An event that does not tell how far the run is (a
    note, say) has what the last one told; what none has told is as below.
    """

    #: What it is.
    event: str
    #: Of a note, a warning or a failure: what it says.
    text: str = ""
    #: Bytes that were scanned, of so many.
    scanned: int = 0
    total: int = 0
    bytes_per_second: int = 0
    seconds_left: Optional[int] = None
    #: Photos that were found until now by format, copies included.
    found: Mapping[str, int] = field(default_factory=dict, hash=False)
    #: Names of the last ones.
    latest: tuple[str, ...] = ()
    #: Of a batch: images, how many of them have ended, how many of those could not be scanned.
    images: Optional[int] = None
    images_ended: Optional[int] = None
    images_failed: Optional[int] = None
    #: What else it tells.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def fraction(self) -> float:
        """The share that is done, from 0 to 1."""
        return min(self.scanned / self.total, 1.0) if self.total > 0 else 0.0


#: Is told of each event, in the thread that made the call. What it raises ends the run in good order, and is raised.
OnProgress = Callable[[Progress], object]


@dataclass
class Ended:
    """A run that is over."""

    status: int
    #: What it printed, where that is JSON.
    result: Any
    #: What went wrong, in its own lines.
    lines: list[str]

    def fail(self, folder: Optional[AnyPath]) -> NoReturn:
        """Raise what its status means."""
        where = None if folder is None else Path(folder)
        if self.status < 0 and self.status != -signal.SIGINT:
            known = {one.value: one.name for one in signal.Signals}
            name = known.get(-self.status, f"signal {-self.status}")
            raise Killed([*self.lines, f"afterimage was ended by {name}"], self.status, where)
        # A signal that comes before the program listens for it ends it, too.
        stopped = {130: Interrupted, -signal.SIGINT: Interrupted}
        kind: type[ProgramError] = {3: SomeFailed, **stopped}.get(self.status, Failed)
        if kind is Failed and any(_BUSY in line for line in self.lines):
            kind = Busy
        lines = self.lines
        if kind is Interrupted and not lines:
            lines = ["afterimage was stopped"]
        raise kind(lines, self.status, where)


def run(
    arguments: Sequence[str],
    *,
    program: Optional[AnyPath] = None,
    progress: Optional[OnProgress] = None,
    cancel: Optional[threading.Event] = None,
    printed: Optional[list[str]] = None,
) -> Ended:
    """Run the program to its end and return what it came to, whatever that is.

    Where `cancel` is set, where Ctrl-C is pressed, and where `progress` raises, the program is asked to end, which
    leaves its folder whole, and is waited for; a second Ctrl-C ends it at once. `printed` gets what it prints.
    """
    child = _start([locate(program), *arguments])
    told = _Told(progress)
    said: queue.SimpleQueue[Optional[str]] = queue.SimpleQueue()
    lines = [] if printed is None else printed
    streams = cast("tuple[IO[str], IO[str]]", (child.stderr, child.stdout))
    threads = [_reading(streams[0], said.put), _reading(streams[1], lambda text: lines.append(text or ""))]
    try:
        is_asked = False
        while True:
            if cancel is not None and cancel.is_set() and not is_asked:
                is_asked = True
                _ask_to_end(child)
            try:
                line = said.get(timeout=_PAUSE)
            except queue.Empty:
                continue
            if line is None:
                break
            told.line(line)
        status = child.wait()
    except BaseException:
        _end(child)
        raise
    for thread in threads:
        thread.join()
    return Ended(status, _parsed("".join(lines)), list(told.failures or told.plain))


def _start(command: list[str]) -> subprocess.Popen[str]:
    # In a group of its own: Ctrl-C in the terminal is for this process, which passes it on.
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        **apart,
    )


def _reading(stream: IO[str], put: Callable[[Optional[str]], object]) -> threading.Thread:
    def read() -> None:
        with stream:
            for line in stream:
                put(line)
        put(None)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


def _ask_to_end(child: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        child.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        child.send_signal(signal.SIGINT)


def _end(child: subprocess.Popen[str]) -> None:
    """Ask the program to end and wait until it has; asked once more, it ends at once."""
    while child.poll() is None:
        _ask_to_end(child)
        try:
            child.wait()
        except KeyboardInterrupt:
            continue


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


class _Told:
    """What the program says on stderr: events, one a line, and before it has read its arguments plain lines."""

    def __init__(self, progress: Optional[OnProgress]) -> None:
        self._progress = progress
        self._last: Optional[Progress] = None
        self.failures: deque[str] = deque(maxlen=_MOST_LINES)
        #: The last lines that are no events: what a program says that breaks.
        self.plain: deque[str] = deque(maxlen=3)

    def line(self, line: str) -> None:
        event = _event(line)
        if event is not None and not line.startswith("{"):
            self.plain.append(event.text)
        if event is None:
            return
        if event.event == "failure":
            self.failures.append(event.text)
        elif event.event in ("note", "warning"):
            _LOG.log(logging.WARNING if event.event == "warning" else logging.INFO, "%s", event.text)
        if self._progress is not None:
            self._progress(self._with_last(event))

    def _with_last(self, event: Progress) -> Progress:
        """The event with how far the run is, which not all of them tell: what is shown must not go back."""
        last = self._last
        if event.event != "progress" and last is not None:
            event = replace(event, **{name: getattr(last, name) for name in _HOW_FAR if not getattr(event, name)})
        self._last = event
        return event


def _event(line: str) -> Optional[Progress]:
    said = _parsed(line)
    if isinstance(said, dict):
        try:
            return row(Progress, said)
        except Wrong:
            return None
    text = line.strip()
    if not text:
        return None
    own, of_program = "afterimage: ", text.startswith("afterimage: ")
    return Progress("failure" if of_program else "note", text[len(own) :] if of_program else text)
