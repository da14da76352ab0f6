"""What reports hold, as the JSON schema of the program describes it. Made by generate.py: change it there.

Offsets and lengths are bytes, digests lower-case hex, times RFC 3339, with no zone where the camera gave none.
What is not known is `None`. `extra` has the fields of a newer program that this package does not know.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional


@dataclass(frozen=True)
class Case:
    """The case that a report belongs to, as its examiner named it. The program checks nothing of it."""

    #: Number of the piece of evidence.
    evidence: Optional[str] = None
    #: Who examines it.
    examiner: Optional[str] = None
    #: What else is to be said.
    notes: Optional[str] = None
    #: Number or name of the case.
    number: Optional[str] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Clusters:
    """Clusters: the pieces that a file system lays files in."""

    #: Bytes of one.
    size: int
    #: The first place where one begins, from the start of the source.
    first: int
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Container:
    """An archive or a document that holds a photo."""

    #: What it is: zip (documents of word processors too), tar, pdf, gzip, or tar.gz for a tape archive in gzip.
    kind: str
    #: The name that the photo has in it, as it stands there.
    name: Optional[str] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class DiskContainer:
    """A file that holds a disk in another form than byte for byte."""

    #: What it is, such as `compressed with gzip`.
    kind: str
    #: What is wrong with it where some of the disk is missing or wrong and nobody can tell which: it ends before its
    #: end, or a checksum of all of it does not hold. What is known to be missing is listed as unreadable.
    fault: Optional[str] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Exif:
    """What the camera wrote into a file."""

    #: Height of the picture in pixels, as stored.
    height: Optional[int] = None
    #: Degrees north.
    latitude: Optional[float] = None
    #: Degrees east.
    longitude: Optional[float] = None
    #: Maker of the camera.
    make: Optional[str] = None
    #: Model of the camera.
    model: Optional[str] = None
    #: How to turn the picture, 1 to 8 as in Exif.
    orientation: Optional[int] = None
    #: When the picture was taken, by the camera's clock, RFC 3339 without a zone.
    taken: Optional[str] = None
    #: The zone of that clock, where the camera gave one.
    utc_offset: Optional[str] = None
    #: Width of the picture in pixels, as stored.
    width: Optional[int] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Issue:
    """Something that is to be said about a file."""

    #: Where it shows, from the start of the file.
    offset: int
    #: What it is.
    what: str
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Known:
    """Where a file with the same bytes is known from."""

    #: The folder, the list or the report, as it was named.
    by: str
    #: Which digest is the same (blake3, sha256, sha1, md5, dropbox).
    algorithm: str
    #: Of a list its line, and of a report the number of the file.
    entry: Optional[int] = None
    #: Of a folder, the path below it, with `/` between its parts.
    path: Optional[str] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Listed:
    """What a list of digests says of a file that is on it."""

    #: The list.
    list: str
    #: The number of the photo in it, from 1; of a text, that of its line.
    entry: int
    #: The kind of digest that is the same (blake3, sha256, sha1, md5, dropbox).
    algorithm: str
    #: Its lower-case hex digits.
    digest: str
    #: The albums that the list gives.
    albums: tuple[str, ...] = ()
    #: The date that the list gives, RFC 3339.
    date: Optional[str] = None
    #: Whether the list is of what a former scan carved: it gives the name, and proves nothing.
    former: bool = False
    #: The name that the list gives.
    name: Optional[str] = None
    #: The path that the list gives.
    path: Optional[str] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Place:
    """What a place says of a file that survives there."""

    #: How near the file is to the photo as the camera wrote it (thumbnail, preview, reencoded, edited, original).
    fidelity: str
    #: Albums that it is in.
    albums: tuple[str, ...] = ()
    #: When the place removes it for good, RFC 3339.
    expires_at: Optional[str] = None
    #: What else the place says of it: `favourite`, `hidden`, `screenshot` and others.
    marks: tuple[str, ...] = ()
    #: What a user calls it: "Windows Recycle Bin"; absent for a folder like any other.
    name: Optional[str] = None
    #: Of an edited copy, a preview or a thumbnail: the original path of the photo that it shows.
    shows: Optional[str] = None
    #: When it was taken, where the place knows, RFC 3339.
    taken: Optional[str] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Inflated:
    """How the bytes of a run come out of packed ones."""

    #: How they are packed: `deflate`, RFC 1951.
    method: str
    #: Bytes that the member of the archive takes in the source, from the `offset` of the run on.
    packed: int
    #: Bytes of it before the packed data.
    skip: int
    #: First byte of the run in what comes out of the packed data.
    start: int
    #: Whether all that comes out has the checksum that the archive gives of it.
    checked: bool
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Run:
    """A run of a file."""

    #: Length in bytes, of what it gives the file.
    length: int
    #: Where the bytes come from (source, fill, borrowed, inflated).
    origin: str
    #: The bytes in hex, where they are not from the source.
    bytes: Optional[str] = None
    #: How the bytes come out of the source, where they are packed there.
    inflated: Optional[Inflated] = None
    #: First byte, from the start of the source, where the bytes are from there.
    offset: Optional[int] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Range:
    """A range of bytes."""

    #: First byte.
    offset: int
    #: Length in bytes.
    length: int
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class File:
    """A file that was found."""

    #: Number in this report, from 1, in order of source, offset and format.
    id: int
    #: Position of its source in `sources`, from 0.
    source: int
    #: The first means that proved its bytes (carved, undeleted, reassembled, embedded, trash, backup, library, export,
    #: cache).
    origin: str
    #: What the file system says of it (deleted, live, unknown).
    status: str
    #: Short name of the format; `unknown` where none recognises a file that is there and has a photo's name.
    format: str
    #: Media type.
    mime: str
    #: Length in bytes, of what is written.
    size: int
    #: How its end is known (exact, minimum, estimated).
    end: str
    #: How much was proven (partial, damaged, repaired, structural, verified).
    grade: str
    #: What was tested.
    proof: str
    #: BLAKE3 of the file, lower-case hex.
    blake3: str
    #: The archive or document that it was found in, where the bytes before it tell.
    container: Optional[Container] = None
    #: Identifier that the picture and the video of a Live Photo share.
    content_identifier: Optional[str] = None
    #: When it was deleted, RFC 3339.
    deleted_at: Optional[str] = None
    #: What becomes of it: whether it is recovered, or why not (recovered, unwritten, copy, live, unseen, surpassed,
    #: known).
    disposition: str = "recovered"
    #: The file in this report that has the same bytes and stands for all of them.
    duplicate_of: Optional[int] = None
    #: What the camera wrote into it.
    exif: Optional[Exif] = None
    #: Of a file that lies in no device or image that was read: its path in its source.
    from_: Optional[str] = None
    #: Height of the picture in pixels, as stored.
    height: Optional[int] = None
    #: What else is to be said.
    issues: tuple[Issue, ...] = ()
    #: Of a partial file: how many of its own bytes are true.
    kept: Optional[int] = None
    #: What it is to its parent: thumbnail, preview, secondary, gainmap, motion or inner.
    kinship: Optional[str] = None
    #: Where a file with the same bytes is known from, where that was asked for.
    known: Optional[Known] = None
    #: What a list of digests says of it, where it is on one. Unless that is of a former scan, all of its bytes are
    #: proven by it.
    listed: Optional[Listed] = None
    #: MD5 of the file, lower-case hex.
    md5: Optional[str] = None
    #: When it was last modified, by the file system, RFC 3339.
    modified: Optional[str] = None
    #: Name that a file system knew; where none did, that of a list of digests.
    name: Optional[str] = None
    #: Path that may have been its: of the file that a file system says lies or lay here, when that is another one, or
    #: when its size does not fit; of a file that lies packed in an archive, its name there.
    name_hint: Optional[str] = None
    #: Whether part of the name is inferred: the first letter of a deleted file on FAT, for example.
    name_inferred: bool = False
    #: Path that a file system knew; where none did, that of a list of digests.
    original_path: Optional[str] = None
    #: The other half of the Live Photo in this report: the video of a picture, the picture of a video. Of several
    #: copies, the one that is no duplicate and the nearest by `id`.
    pair: Optional[int] = None
    #: The file in this report that this picture lies in.
    parent: Optional[int] = None
    #: Where it was written, below the output folder; absent when it was not.
    path: Optional[str] = None
    #: What the place says that it survives in.
    place: Optional[Place] = None
    #: Where its bytes lie: read in order and joined, they are the file. Absent where it has `from`.
    runs: tuple[Run, ...] = ()
    #: SHA-1 of the file, lower-case hex.
    sha1: Optional[str] = None
    #: SHA-256 of the file, lower-case hex.
    sha256: Optional[str] = None
    #: Of a partial file: which part of the picture it shows, from 0 to 1.
    share: Optional[float] = None
    #: A small picture of it for views of the report, below the output folder; absent where there is none.
    thumb: Optional[str] = None
    #: Ranges that no check covers, from the start of the file.
    unchecked: tuple[Range, ...] = ()
    #: Width of the picture in pixels, as stored.
    width: Optional[int] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Gone:
    """A photo of which the name is left alone."""

    #: Where it was.
    path: str
    #: Its length in bytes.
    size: int
    #: When it was last modified, in RFC 3339.
    modified: Optional[str] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Kinds:
    """A number of photos and of videos."""

    #: Pictures that stand still.
    photos: int
    #: Pictures that move.
    videos: int
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class LeftOut:
    """Files of their own that would be recovered but for an option, without copies; each is counted for the first of
    these that it fails. They are not in `files`.
    """

    #: By path, date or camera.
    by_choice: Kinds = Kinds(photos=0, videos=0)
    #: Of formats that were not asked for.
    by_format: Kinds = Kinds(photos=0, videos=0)
    #: By size or pixels.
    by_size: Kinds = Kinds(photos=0, videos=0)
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Lost:
    """A photo that is known to have existed: somebody says so, a directory entry, a database, a list of digests."""

    #: Who says so; several, where more than one does.
    by: str
    #: What is left of it (name-only, cloud-only, preview-only, partial, whole).
    state: str
    #: Albums that it was in.
    albums: tuple[str, ...] = ()
    #: When it was deleted, RFC 3339.
    deleted_at: Optional[str] = None
    #: The file in `files` that is what is left of it.
    file: Optional[int] = None
    #: By what that file is known to be of it: its digest, its path and size, or its name and date (digest, path, date).
    matched: Optional[str] = None
    #: Its name.
    name: Optional[str] = None
    #: What else is to be said.
    note: Optional[str] = None
    #: Where it was, as its user knew it.
    path: Optional[str] = None
    #: Its length in bytes.
    size: Optional[int] = None
    #: When it was taken, RFC 3339.
    taken: Optional[str] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Options:
    """What was asked for, as far as the numbers have to be read by it. What was not asked for is absent."""

    #: Files that are still there were to be written too.
    all: bool = False
    #: Deflated members of archives and documents were looked into.
    archives: bool = False
    #: What the name of the camera had to hold, in lower case.
    camera: Optional[str] = None
    #: Only the report was to be written.
    dry_run: bool = False
    #: Pictures inside others were to be written too.
    embedded: bool = False
    #: Short names of the formats that were looked for, where not all were.
    formats: tuple[str, ...] = ()
    #: The image that was made of the source in the same reading.
    image: Optional[str] = None
    #: Where files are known from that were not to be written again, as it was named.
    known: tuple[str, ...] = ()
    #: Lists of digests of photos that were lost were given.
    lists: bool = False
    #: The map by which ranges of the source count as unreadable.
    map: Optional[str] = None
    #: The fewest pixels that were asked for.
    min_pixels: int = 0
    #: The smallest size that was asked for, in bytes.
    min_size: int = 0
    #: Patterns of which a path had to match one.
    paths: tuple[str, ...] = ()
    #: Nothing was decoded and no checksum computed.
    quick: bool = False
    #: The part of each source that was looked at, where not all was.
    range: Optional[Range] = None
    #: The number of equal ranges of the source that were scanned each for itself, where they were merged.
    shards: Optional[int] = None
    #: The first moment that was asked for, without a zone.
    since: Optional[str] = None
    #: The first moment after that which was not asked for any more.
    until: Optional[str] = None
    #: The number of the only partition that was looked at.
    volume: Optional[int] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Recovered:
    """Files of one format and one grade that are recovered."""

    #: Short name of the format.
    format: str
    #: How much of them was proven (partial, damaged, repaired, structural, verified).
    grade: str
    #: How many they are.
    files: int
    #: Their bytes.
    bytes: int
    #: Whether they are videos; all else are photos.
    video: bool = False
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Unlocked:
    """An encrypted volume that was read through a key, of which nothing is told."""

    #: `luks1`, `luks2` or `bitlocker`.
    type: str
    #: First byte of the volume, from the start of the source.
    offset: int
    #: Its length in bytes.
    length: int
    #: First byte of what is decrypted in it, from the start of the source.
    payload_offset: int
    #: How many bytes those are.
    payload_length: int
    #: How they are encrypted, such as `aes-xts-plain64`.
    cipher: str
    #: What of the volume the key fits, such as `key slot 0` or `recovery key`.
    opened_by: str
    #: Number of its partition, where a table names it.
    partition: Optional[int] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Volume:
    """A file system on a source."""

    #: Name of the file system, such as `fat32`.
    type: str
    #: First byte, from the start of the source.
    offset: int
    #: Length in bytes.
    length: int
    #: Bytes a cluster.
    cluster_size: int
    #: Whether the file system agrees with itself.
    consistent: bool
    #: Files that it lists as deleted, of all kinds.
    deleted: int = 0
    #: In what it does not.
    faults: tuple[str, ...] = ()
    #: Bytes in clusters that are free, where it says which are.
    free: Optional[int] = None
    #: Of samples from them, the share that holds one value, from 0 to 1: erased or never written.
    free_blank: Optional[float] = None
    #: Photos that it lists as deleted and of which nothing was found, by their names.
    gone: int = 0
    #: The first of them, by their paths.
    gone_files: tuple[Gone, ...] = ()
    #: Volume label, where it has one.
    label: Optional[str] = None
    #: Files that it lists as there, of all kinds.
    live: int = 0
    #: Why its files cannot be read, such as an encryption.
    locked: Optional[str] = None
    #: Whether it is no longer: another volume lies there now, or only records are left of it.
    lost: bool = False
    #: Number of its partition, where a table names it.
    partition: Optional[int] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Source:
    """A device or an image that was scanned, or the files of a folder, a backup or an archive."""

    #: Path as it was given.
    path: str
    #: `image`, `device`, or `folder` for files.
    kind: str
    #: Length in bytes.
    size: int
    #: Logical sector size in bytes.
    sector_size: int
    #: Ranges that could not be read; their bytes count as zeros.
    unreadable: tuple[Range, ...]
    #: Bytes in blocks of one value: erased, zeroed or never written.
    erased_bytes: int
    #: File systems found on it.
    volumes: tuple[Volume, ...]
    #: The same from the root, where it was given from the folder that the command ran in.
    absolute_path: Optional[str] = None
    #: The clusters that its photos begin in, as far as enough of them agree; also where no file system is left.
    clusters: Optional[Clusters] = None
    #: Of an image that holds the disk in another form, what it is.
    container: Optional[DiskContainer] = None
    #: Of those, the ones that belong to files that were found, as padding and white pages do; an estimate by samples
    #: where the files are large. Asked for where much of the source is of one value.
    erased_in_files: int = 0
    #: Why the source was not scanned to its end, where that is so.
    error: Optional[str] = None
    #: Digests of the whole source by name of the algorithm, where they were asked for.
    hashes: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: Places that look like the beginning of a file and were not followed to its end, since too many near them led
    #: nowhere: text full of magic words, or a source made to keep programs busy.
    left_out: int = 0
    #: Model of the drive, where it is known.
    model: Optional[str] = None
    #: Of samples from all over it, the share that looks like noise, from 0 to 1: encrypted or wiped.
    noise: Optional[float] = None
    #: Serial number of the drive, where it is known.
    serial: Optional[str] = None
    #: In what its partition table is damaged or contradicts itself.
    table_faults: tuple[str, ...] = ()
    #: Encrypted volumes of it that were read through their keys. Files in them are found at the same offsets by whoever
    #: opens these volumes again; the rest of the source is as it is stored.
    unlocked: tuple[Unlocked, ...] = ()
    #: Files of their own that lie in such ranges: photos with zeros in place of what could not be read.
    unreadable_files: int = 0
    #: Ranges that were to be scanned and were not, where the scan was cut short.
    unscanned: tuple[Range, ...] = ()
    #: Of an image on a server, which version of it was read, as the server tells it.
    version: Optional[str] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Summary:
    """Totals."""

    #: Files in the report.
    files: int
    #: Their bytes.
    bytes: int
    #: Files by format.
    by_format: Mapping[str, int]
    #: Files by grade.
    by_grade: Mapping[str, int]
    #: Files by origin.
    by_origin: Mapping[str, int]
    #: Files that are copies of another file in the report, pictures inside others included.
    duplicates: int
    #: Photos and videos of their own that are copies of another.
    copies: int = 0
    #: Of those inside others, the ones that are written where embedded pictures are asked for.
    embedded: int = 0
    #: Pictures that lie inside others. With `photos`, `videos`, `live`, `copies`, `unseen`, `surpassed`, `known` and
    #: `unwritten` they are all `files`.
    inside: int = 0
    #: Photos and videos of their own that somebody has already, as `known` of each says; they are only listed.
    known: int = 0
    #: Of those, the videos.
    known_videos: int = 0
    #: What options left out of the report that would be recovered without them.
    left_out: LeftOut = LeftOut()
    #: Photos and videos of their own that are still there and only listed.
    live: int = 0
    #: Of those, the videos.
    live_videos: int = 0
    #: The same by what is left of them.
    lost_by_state: Mapping[str, int] = field(default_factory=dict, hash=False)
    #: Photos that are known to have existed, as `lost` lists them.
    lost_known: int = 0
    #: Photos of their own that are recovered, or would be without a dry run: not copies, not those that are still there
    #: and were not asked for, not those of which nothing can be seen.
    photos: int = 0
    #: The photos and videos of their own that are recovered, or would be without a dry run, in rows: one for each
    #: format and grade.
    recovered: tuple[Recovered, ...] = ()
    #: Previews and thumbnails of photos of which a better copy was found; they are only listed.
    surpassed: int = 0
    #: Photos and videos of their own of which not one row can be seen, and which are not written.
    unseen: int = 0
    #: Photos and videos of their own that were to be recovered and are not written: the output took no more, or the run
    #: was stopped.
    unwritten: int = 0
    #: Videos of their own, likewise.
    videos: int = 0
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Tool:
    """The program."""

    #: `afterimage`.
    name: str
    #: Its version.
    version: str
    #: The command line as it was given.
    command: tuple[str, ...]
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class BatchCopy:
    """A file of an image of a batch."""

    #: Position of the image in `images`, from 0.
    image: int
    #: Number of the file in the report of that image.
    id: int
    #: Its name, where it is known.
    name: Optional[str] = None
    #: Where it was written, below the folder of that image.
    path: Optional[str] = None
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class BatchCopies:
    """A photo or a video that more than one image of a batch has, by its bytes."""

    #: BLAKE3 of its bytes, lower-case hex.
    blake3: str
    #: Its bytes.
    size: int
    #: Where it was found: in each image, the file that stands for its bytes there.
    files: tuple[BatchCopy, ...]
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class BatchImage:
    """An image of a batch."""

    #: Path as it was given, or as it was found in a folder that was given.
    path: str
    #: How its scan ended (waiting, complete, stopped, failed).
    status: str
    #: Bytes in it; 0 where it could not be opened.
    size: int
    #: The same from the root, where it is another.
    absolute_path: Optional[str] = None
    #: Of an image that holds the disk in another form, what it is.
    container: Optional[DiskContainer] = None
    #: Encrypted volumes in it that were not unlocked: what lies in them was not found.
    encrypted: tuple[Volume, ...] = ()
    #: Why it was not scanned, or not to its end.
    error: Optional[str] = None
    #: When its report was written, RFC 3339.
    finished: Optional[str] = None
    #: Its folder, below the folder of this report.
    folder: Optional[str] = None
    #: Where no file system was found in it: of samples from all over it, the share that looks like noise, from 0 to 1:
    #: encrypted or wiped.
    noise: Optional[float] = None
    #: What its report says beside that, a sentence each.
    notes: tuple[str, ...] = ()
    #: Its report, below the folder of this report, with `/` between the parts.
    report: Optional[str] = None
    #: When its scan began, RFC 3339.
    started: Optional[str] = None
    #: Totals over its files, as its report has them.
    summary: Optional[Summary] = None
    #: Bytes of it that could not be read.
    unreadable_bytes: int = 0
    #: Files of its own that lie in such ranges.
    unreadable_files: int = 0
    #: Ranges of it that these lie in.
    unreadable_ranges: int = 0
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class BatchSkipped:
    """Files and folders that are no images."""

    #: Archives of files, such as zip and tar, which were not looked into.
    archives: int = 0
    #: Folders that were not looked into: folders below were not asked for, or lie too deep.
    folders: int = 0
    #: Files and folders whose names begin with a dot.
    hidden: int = 0
    #: Links to folders, which are not followed.
    links: int = 0
    #: Other files.
    others: int = 0
    #: Photos and videos, which are still there.
    photos: int = 0
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class BatchSummary:
    """Totals over the images of a batch."""

    #: Images that were to be scanned.
    images: int
    #: Of these, those that were scanned to their end.
    complete: int
    #: Those whose scan was stopped.
    stopped: int
    #: Those that could not be scanned, or not to their end.
    failed: int
    #: Those whose scan was not begun.
    waiting: int
    #: Files in the reports of all images.
    files: int
    #: Photos of their own that are recovered, or would be without a dry run, over all images.
    photos: int
    #: Videos of their own, likewise.
    videos: int
    #: Photos and videos of their own that are still there and only listed.
    live: int
    #: Photos and videos of their own that another image of the batch has too: one of each is not counted.
    copies_across: int
    #: Images with encrypted volumes that were not unlocked.
    encrypted: int = 0
    #: Photos and videos of their own that somebody has already.
    known: int = 0
    #: Images of which parts could not be read.
    unreadable: int = 0
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Report:
    """A report. Written in order, never held in memory as a whole."""

    #: Always `afterimage-report/1`.
    schema: str
    #: The program that wrote it.
    tool: Tool
    #: When the run began, RFC 3339.
    started: str
    #: When the report was written, RFC 3339.
    finished: str
    #: What was scanned, in the order of the command line.
    sources: tuple[Source, ...]
    #: Totals over `files`.
    summary: Summary
    #: What was found, in order of source, offset and format.
    files: Collection[File] = field(metadata={"outside": True}, default=())
    #: Whether what was done to its folder was put on record in an `audit.log` beside it.
    audit_log: bool = False
    #: The case that it belongs to, as its examiner named it.
    case: Optional[Case] = None
    #: How the run ended (complete, stopped, failed).
    ended: str = "complete"
    #: Why the report does not cover all that was asked for, where that is so.
    incomplete: Optional[str] = None
    #: Photos that are known to have existed, one row each, and what is left of them: those that lists of digests name,
    #: those of which a directory entry alone is left, and those that may be missing in the numbering of a camera.
    lost: tuple[Lost, ...] = ()
    #: What is to be known of the disk that was written to, and of what else came up, a sentence each.
    notes: tuple[str, ...] = ()
    #: What was asked for, as far as the numbers have to be read by it.
    options: Options = Options()
    #: Of a copy for sharing: the words for what was left out of it.
    redacted: tuple[str, ...] = ()
    #: The folder that it was loaded from; what is written lies below it.
    folder: Path = field(metadata={"outside": True}, default=Path())
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Batch:
    """The report of a batch: many images, each scanned into a folder and with a report of its own."""

    #: Always `afterimage-batch/1`.
    schema: str
    #: The program that wrote it.
    tool: Tool
    #: When the run began that wrote it, RFC 3339.
    started: str
    #: When it was written, RFC 3339.
    finished: str
    #: Totals over `images`.
    summary: BatchSummary
    #: What lies in the folders that were named and is no image.
    skipped: BatchSkipped
    #: What was to be scanned, in the order of the command line, the images of a folder by their paths.
    images: tuple[BatchImage, ...]
    #: Photos and videos of their own that more than one image has.
    copies: tuple[BatchCopies, ...]
    #: The case that it belongs to, as its examiner named it.
    case: Optional[Case] = None
    #: How the run ended: complete also where some images could not be scanned (complete, stopped, failed).
    ended: str = "complete"
    #: Why images are left that were not begun or not finished, where that is so.
    incomplete: Optional[str] = None
    #: What the run that wrote this asked for. An image that an earlier run finished was scanned with the options that
    #: its own report tells.
    options: Options = Options()
    #: The folder that it was loaded from; those of the images lie below it.
    folder: Path = field(metadata={"outside": True}, default=Path())
    #: What this package does not know.
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)
