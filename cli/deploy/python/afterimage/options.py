"""The options of the program that may be given by name. Made by generate.py: change it there.

They are those of its command line, `min_size` for `--min-size`. What may be given several times is a sequence.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal, TypedDict, Union

Text = str
AnyPath = Union[str, "os.PathLike[str]"]
Size = Union[int, str]


class ScanOptions(TypedDict, total=False):
    """Options of `afterimage scan`."""

    all: bool
    archives: bool
    camera: Text
    case: Text
    chunk_size: Size
    dry_run: bool
    embedded: bool
    evidence: Text
    examiner: Text
    format: Union[Text, Sequence[Text]]
    hash: Union[Text, Sequence[Text]]
    hash_source: bool
    image: AnyPath
    io: Literal["auto", "mmap", "read", "direct"]
    known: Union[AnyPath, Sequence[AnyPath]]
    log: AnyPath
    lost_hashes: Union[AnyPath, Sequence[AnyPath]]
    map: AnyPath
    min_pixels: Size
    min_size: Size
    no_filesystem: bool
    no_gallery: bool
    notes: Text
    password_file: AnyPath
    path: Union[Text, Sequence[Text]]
    photos_first: bool
    quick: bool
    range: Text
    read_limit: Size
    signatures: AnyPath
    since: Text
    threads: int
    timezone: Text
    unlock: bool
    unlock_key_file: Union[AnyPath, Sequence[AnyPath]]
    until: Text
    volume: int


class MergeOptions(TypedDict, total=False):
    """Options of `afterimage merge`."""

    all: bool
    camera: Text
    case: Text
    dry_run: bool
    embedded: bool
    evidence: Text
    examiner: Text
    io: Literal["auto", "mmap", "read", "direct"]
    known: Union[AnyPath, Sequence[AnyPath]]
    log: AnyPath
    map: AnyPath
    min_pixels: Size
    min_size: Size
    no_gallery: bool
    notes: Text
    password_file: AnyPath
    path: Union[Text, Sequence[Text]]
    signatures: AnyPath
    since: Text
    threads: int
    timezone: Text
    unlock: bool
    unlock_key_file: Union[AnyPath, Sequence[AnyPath]]
    until: Text


class RecoverOptions(TypedDict, total=False):
    """Options of `afterimage recover`."""

    log: AnyPath
    password_file: AnyPath
    timezone: Text
    unlock: bool
    unlock_key_file: Union[AnyPath, Sequence[AnyPath]]


class FindOptions(TypedDict, total=False):
    """Options of `afterimage find`."""

    all: bool
    camera: Text
    case: Text
    evidence: Text
    examiner: Text
    format: Union[Text, Sequence[Text]]
    log: AnyPath
    notes: Text
    password_file: AnyPath
    path: Union[Text, Sequence[Text]]
    since: Text
    until: Text
