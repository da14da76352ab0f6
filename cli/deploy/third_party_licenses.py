#!/usr/bin/env python3
"""Print the licences of all crates that are linked into the program, each text once.

third_party_licenses.py [CARGO METADATA ARGUMENT...]    such as --filter-platform TRIPLE or --features NAME

Crates that are there for tests or at build time only are not linked and not listed. A crate without a
licence file in its package is listed with its licence's name, which has to be one whose text another crate brings along.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

PROGRAM = "afterimage"
# What a licence's text is found by, where the text is another crate's.
MARKS = {
    "MIT": "Permission is hereby granted, free of charge",
    "Apache-2.0": "Apache License",
    "BSD-2-Clause": "Redistribution and use in source and binary forms",
    "BSD-3-Clause": "Redistribution and use in source and binary forms",
    "ISC": "Permission to use, copy, modify, and",
    "Zlib": "This software is provided 'as-is'",
    "Unlicense": "This is free and unencumbered software",
    "BSL-1.0": "Boost Software License",
}
NAMES = re.compile(r"(licen[cs]e|copying|notice|unlicense)", re.IGNORECASE)


def linked(metadata):
    """The packages that the program is linked with, over normal dependencies."""
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    program = next(p for p in packages.values() if p["name"] == PROGRAM and p["source"] is None)
    waiting, seen = [program["id"]], set()
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        for dependency in nodes[here]["deps"]:
            normal = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            if normal and not is_macro(packages[dependency["pkg"]]):
                waiting.append(dependency["pkg"])
    return sorted((packages[i] for i in seen if packages[i]["source"]), key=lambda p: (p["name"], p["version"]))


def is_macro(package):
    return any("proc-macro" in target["kind"] for target in package["targets"])


def texts(package):
    """The licence files of a package."""
    folder = Path(package["manifest_path"]).parent
    files = sorted(path for path in folder.iterdir() if path.is_file() and NAMES.search(path.name))
    return [path.read_text(encoding="utf-8", errors="replace").strip() for path in files if path.suffix != ".toml"]


def main():
    command = ["cargo", "metadata", "--format-version", "1", "--locked", *sys.argv[1:]]
    metadata = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    # Texts that differ in white space only are one.
    by_text, without = {}, []
    for package in linked(metadata):
        name = f"{package['name']} {package['version']} ({package['license'] or 'see its file'})"
        found = texts(package)
        for text in found:
            by_text.setdefault(" ".join(text.split()), (text, []))[1].append(name)
        if not found:
            without.append((name, package))
    for name, package in without:
        known = [one for one in re.split(r"[ ()/]+", package["license"] or "") if one in MARKS]
        if not any(MARKS[one] in text for one in known for text in by_text):
            sys.exit(f"no text for the licence of {name}")
    print("Licences of the crates that are linked into afterimage, which is itself under MIT or Apache-2.0.")
    print("Rust's standard library, under MIT or Apache-2.0, is linked in too, and in static builds musl, under MIT.\n")
    if without:
        print("These bring no text of their own; that of their licence stands below, with others:\n")
        for name, package in without:
            print(f"  {name}, {', '.join(package['authors']) or 'its authors'}, {package['repository'] or 'crates.io'}")
        print()
    for text, names in sorted(by_text.values(), key=lambda pair: pair[1]):
        print("=" * 100)
        print("\n".join(sorted(set(names))))
        print("-" * 100)
        print(text + "\n")


if __name__ == "__main__":
    main()
