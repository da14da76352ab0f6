"""What commands come to that write no report, or more than one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from afterimage.schema import File, Source, Summary
from afterimage.schema import Range as ByteRange


@dataclass(frozen=True)
class Carved:
    """A shard that is carved."""

    #: Its number, from 0, and how many there are.
    shard: int
    shards: int
    #: Where what it looked for begins. Nothing is told of it, nor of `candidates`, where it was carved before.
    range: Optional[ByteRange] = None
    #: How many files begin there that may be photos.
    candidates: Optional[int] = None
    #: Whether it was carved before, so that nothing was left to do.
    finished: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Difference:
    """Something that is not as the report says."""

    #: What kind of difference it is, such as ``changed``.
    kind: str
    what: str
    #: The file, below the folder.
    path: Optional[str] = None
    #: Its number in the report.
    id: Optional[int] = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Verification:
    """What `verify` found."""

    #: Whether all is as the report says.
    equal: bool
    #: Files that were hashed, and their bytes.
    files: int
    bytes: int
    differences: tuple[Difference, ...]
    #: Files whose bytes were read from their source again, and those of which they could not be.
    replayed: int = 0
    not_replayed: int = 0
    #: Files that the report does not claim to have written.
    unwritten: int = 0
    #: Sources that were hashed as a whole.
    sources: int = 0
    #: Lines of the audit log.
    audit_lines: int = 0
    #: ``state``, and as far as they are known ``fingerprint``, ``at``, ``audit_line``, ``why``.
    signature: Mapping[str, Any] = field(default_factory=dict, hash=False)
    #: How many differences there are of each kind.
    counts: Mapping[str, int] = field(default_factory=dict, hash=False)
    #: What could not be compared, and what else is to be said.
    impossible: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Survivor:
    """A file that `find` found."""

    #: What becomes of it.
    becomes: str
    file: File
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Survivors:
    """What `find` found; `extra` has prognoses, places and advice, as `afterimage find --json` prints them."""

    summary: Summary
    sources: tuple[Source, ...]
    files: tuple[Survivor, ...]
    #: The report, where an output folder was named.
    report: Optional[str] = None
    notes: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)
