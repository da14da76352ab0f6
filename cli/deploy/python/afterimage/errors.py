"""What goes wrong: one class for each thing that a caller may want to tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Optional


class AfterimageError(Exception):
    """Whatever goes wrong with the program or with a report."""


class ProgramNotFound(AfterimageError):
    """There is no program to run."""


class ReportError(AfterimageError):
    """A report cannot be read."""


class NewerReport(ReportError):
    """A report is of a version of the schema that this package does not know."""


class ProgramError(AfterimageError):
    """The program ended with another status than success; the text is its own line.

    `status` is its exit status, and below 0 the number of the signal that ended it. `lines` are all lines
    that say what went wrong. `folder` is the output folder that was asked for: where work was done it holds
    a report, and the same call with ``resume=True`` goes on there.
    """

    def __init__(self, lines: Sequence[str], status: int, folder: Optional[Path] = None) -> None:
        self.lines = tuple(lines)
        self.status = status
        self.folder = folder
        super().__init__("; ".join(self.lines) or f"afterimage ended with status {status}")


class Failed(ProgramError):
    """It could not start or could not finish (exit status 2)."""


class Busy(Failed):
    """Another run is at work in the output folder."""


class SomeFailed(ProgramError):
    """Some sources of several could not be scanned (exit status 3); the report has the others."""


class Interrupted(ProgramError):
    """It was stopped in good order (exit status 130), by `cancel` or by somebody else."""


class Killed(ProgramError):
    """A signal ended it; what was found until then is safe in the output folder."""
