#!/usr/bin/env python3
"""Hold a report against the files beside it and against the sources it was made from.

check_report.py DIR: the schema is named, something was found, every file that the report gives a
path lies there with the digest it says, its runs read from the source and joined are the same bytes,
and no file lies there that the report does not list.
"""
import hashlib
import json
import sys
from pathlib import Path


def replayed(file, sources):
    """The bytes that the runs of a file say."""
    for run in file["runs"]:
        if run["origin"] == "source":
            source = sources[file["source"]]
            source.seek(run["offset"])
            yield source.read(run["length"])
        else:
            yield bytes.fromhex(run["bytes"])


def faults(folder, report):
    """What is wrong, one line each."""
    if report["schema"] != "afterimage-report/1":
        yield f"schema is {report['schema']}"
    if not report["files"] or report["summary"]["files"] != len(report["files"]):
        yield f"{len(report['files'])} files, and {report['summary']['files']} in the summary"
    sources = [open(source["path"], "rb") for source in report["sources"]]
    listed = set()
    for file in report["files"]:
        if "path" not in file:
            continue
        listed.add(file["path"])
        written = (folder / file["path"]).read_bytes()
        if hashlib.sha256(written).hexdigest() != file["sha256"]:
            yield f"{file['path']} has another SHA-256"
        if b"".join(replayed(file, sources)) != written:
            yield f"{file['path']} is not what its runs say"
    for kind in ("photos", "partial", "embedded"):
        for path in (folder / kind).rglob("*"):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and name not in listed:
                yield f"{name} is not in the report"
    if not listed:
        yield "no file was written"


def main():
    folder = Path(sys.argv[1])
    report = json.loads((folder / "report.json").read_text())
    wrong = list(faults(folder, report))
    print("\n".join(wrong) or f"{len(report['files'])} files in the report, all as it says")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
