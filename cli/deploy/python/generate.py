#!/usr/bin/env python3
"""Makes what the package repeats of the program: afterimage/schema.py and afterimage/options.py.

    python3 generate.py PROGRAM

PROGRAM is the program of this repository. The dataclasses are those of the JSON schemas in
engine/src/output/report, the options those of the program's help. The tests fail where they are not up to date.
"""

from __future__ import annotations

import json
import keyword
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SCHEMAS = HERE.parents[2] / "engine" / "src" / "output" / "report"
WIDTH = 120

#: What the functions of the package have parameters of their own for, or have no use for.
NOT_OPTIONS = {
    "output",
    "source",
    "to",
    "select",
    "resume",
    "shard",
    "partial",
    "json",
    "progress",
    "quiet",
    "help",
    "verbose",
    "list",
    "live",
    "stats",
    "batch",
    "recursive",
    "guide",
    "replay",
    "key",
    "no-log",
    "version",
}

SCHEMA_HEADER = '''\
"""What reports hold, as the JSON schema of the program describes it. Made by generate.py: change it there.

Offsets and lengths are bytes, digests lower-case hex, times RFC 3339, with no zone where the camera gave none.
What is not known is `None`. `extra` has the fields of a newer program that this package does not know.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional


'''

OPTIONS_HEADER = '''\
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
'''


def wrapped(text: str, indent: str, mark: str) -> str:
    """Text in lines that fit, each with a mark before it."""
    lines = textwrap.wrap(" ".join(text.split()), WIDTH - len(indent) - len(mark))
    return "\n".join(f"{indent}{mark}{line}" for line in lines)


class Schema:
    """One JSON schema, and what becomes of its types."""

    def __init__(self, path: Path) -> None:
        self.whole = json.loads(path.read_text(encoding="utf-8"))
        self.types = self.whole["$defs"]

    def words(self, name: str) -> list[str]:
        """The words of a type that is a choice of them."""
        return [one["const"] for one in self.types[name].get("oneOf", [])]

    def hint(self, of: dict[str, Any]) -> tuple[str, str, list[str]]:
        """The type of a property, what stands for it where it is absent, and the words that it may be."""
        if "$ref" in of:
            name = of["$ref"].rsplit("/", 1)[1]
            if words := self.words(name):
                default = json.dumps(of.get("default", USUAL.get(name)))
                default = "None" if default == "null" else default
                return ("Optional[str]" if default == "None" else "str"), default, words
            return self.reference(name, of)
        if "anyOf" in of:
            inner, _, words = self.hint(of["anyOf"][0])
            return f"Optional[{strip(inner)}]", "None", words
        kind = of["type"]
        if isinstance(kind, list):
            return f"Optional[{SCALARS[kind[0]][0]}]", "None", []
        if kind == "array":
            inner, _, words = self.hint(of["items"])
            return f"tuple[{strip(inner)}, ...]", "()", words
        if kind == "object":
            inner, _, _ = self.hint(of["additionalProperties"])
            return f"Mapping[str, {strip(inner)}]", "field(default_factory=dict, hash=False)", []
        hint, default = SCALARS[kind]
        return hint, default, []

    def reference(self, name: str, of: dict[str, Any]) -> tuple[str, str, list[str]]:
        """The same of a type with fields: absent, it is one in which nothing is said, where there can be such a one."""
        if of.get("default"):
            return name, f"{name}({', '.join(f'{key}={value!r}' for key, value in of['default'].items())})", []
        if self.types[name].get("required"):
            return f"Optional[{name}]", "None", []
        return name, f"{name}()", []


#: What is left out where it is as in most reports.
USUAL = {"Ending": "complete"}

SCALARS = {"string": ("str", '""'), "integer": ("int", "0"), "number": ("float", "0.0"), "boolean": ("bool", "False")}


def strip(hint: str) -> str:
    """The type that is optional."""
    return hint[len("Optional[") : -1] if hint.startswith("Optional[") else hint


def dataclass_of(schema: Schema, name: str, of: dict[str, Any], files: bool) -> str:
    """The text of one class; that of the report has its files apart."""
    required = of.get("required", [])
    properties = of["properties"]
    rows = []
    for key in [*required, *sorted(set(properties) - set(required))]:
        hint, default, words = schema.hint(properties[key])
        said = properties[key].get("description", "")
        if words:
            said = f"{said.rstrip('.')} ({', '.join(words)})."
        attribute = f"{key}_" if keyword.iskeyword(key) else key
        if files and key == "files":
            attribute, hint = "files", "Collection[File]"
        if key in required:
            line = f"    {attribute}: {strip(hint) if not is_nullable(properties[key]) else hint}"
        else:
            line = f"    {attribute}: {hint} = {default}"
        if files and key == "files":
            line += ' = field(metadata={"outside": True}, default=())'
        rows.append((line, said))
    # Without a default come first.
    rows.sort(key=lambda row: " = " in row[0])
    text = f"@dataclass(frozen=True)\nclass {name}:\n{wrapped_doc(of.get('description', name))}\n\n"
    for line, said in rows:
        text += f"{wrapped(said, '    ', '#: ')}\n{line}\n" if said else f"{line}\n"
    if files:
        text += (
            "    #: The folder that it was loaded from; what is written lies below it.\n"
            '    folder: Path = field(metadata={"outside": True}, default=Path())\n'
        )
    text += "    #: What this package does not know.\n"
    return text + "    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)\n"


def is_nullable(of: dict[str, Any]) -> bool:
    """Whether a property may be null."""
    return "anyOf" in of or isinstance(of.get("type"), list)


def wrapped_doc(text: str) -> str:
    """A docstring, with its first sentence in a line of its own where it is long."""
    lines = textwrap.wrap('"""' + " ".join(text.split()), WIDTH - 4)
    if len(lines) == 1:
        return f'    {lines[0]}"""'
    first, _, rest = " ".join(text.split()).partition(". ")
    if rest and len(first) < WIDTH - 8:
        more = textwrap.fill(rest, WIDTH - 4, initial_indent="    ", subsequent_indent="    ")
        return f'    """{first}.\n\n{more}\n    """'
    return "\n".join(f"    {line}" for line in lines) + '\n    """'


def schema_text() -> str:
    """The text of afterimage/schema.py."""
    report, batch = Schema(SCHEMAS / "schema.json"), Schema(SCHEMAS / "batch.json")
    parts: dict[str, str] = {}

    def put(schema: Schema, name: str) -> None:
        of = schema.types[name]
        if name in parts or "properties" not in of:
            return
        # What it is made of stands before it.
        for inner in re.findall(r'"#/\$defs/(\w+)"', json.dumps(of)):
            put(schema, inner)
        parts[name] = dataclass_of(schema, name, of, files=False)

    for schema in (report, batch):
        for name in sorted(schema.types):
            put(schema, name)
    parts["Report"] = dataclass_of(report, "Report", report.whole, files=True)
    parts["Batch"] = dataclass_of(batch, "Batch", batch.whole, files=False)
    parts["Batch"] = parts["Batch"].replace(
        "    #: What this package does not know.\n",
        "    #: The folder that it was loaded from; those of the images lie below it.\n"
        '    folder: Path = field(metadata={"outside": True}, default=Path())\n'
        "    #: What this package does not know.\n",
    )
    return SCHEMA_HEADER + "\n\n".join(parts.values())


OPTION = re.compile(r"^ {2,6}(?:-\w, )?--([a-z0-9-]+)(?: (\S+))?$")


def options_of(program: str, verb: str) -> dict[str, str]:
    """The options of a command and their types."""
    done = subprocess.run([program, verb, "--help"], check=True, capture_output=True, text=True)
    found: dict[str, tuple[str, str]] = {}
    last = ""
    for line in done.stdout.splitlines():
        if matched := OPTION.match(line):
            last = matched[1]
            found[last] = (matched[2] or "", "")
        elif last:
            found[last] = (found[last][0], f"{found[last][1]} {line.strip()}")
    return {name: type_of(*said) for name, said in found.items() if name not in NOT_OPTIONS}


def type_of(value: str, said: str) -> str:
    """The type of an option, by what stands for its value in the help and by what is said of it."""
    value = value.strip("[]<>")
    if not value:
        return "bool"
    if re.fullmatch(r"[a-z0-9]+(\|[a-z0-9]+)+", value):
        return f"Literal[{', '.join(repr(word) for word in value.split('|'))}]".replace("'", '"')
    one = {"N": "Size" if "MP" in said else "int", "SIZE": "Size"}.get(value)
    if one is None:
        one = "AnyPath" if re.search(r"FILE|DIR|SOURCE|PATH", value) else "Text"
    several = value in ("LIST", "DIR|FILE") or "several times" in said
    return f"Union[{one}, Sequence[{one}]]" if several else one


def options_text(program: str) -> str:
    """The text of afterimage/options.py."""
    text = OPTIONS_HEADER
    for verb in ("scan", "merge", "recover", "find"):
        name = f"{verb.capitalize()}Options"
        text += f'\n\nclass {name}(TypedDict, total=False):\n    """Options of `afterimage {verb}`."""\n\n'
        for option, hint in sorted(options_of(program, verb).items()):
            text += f"    {option.replace('-', '_')}: {hint}\n"
    return text


def main() -> None:
    """Write both files."""
    if len(sys.argv) != 2:
        sys.exit(str(__doc__))
    (HERE / "afterimage" / "schema.py").write_text(schema_text(), encoding="utf-8")
    (HERE / "afterimage" / "options.py").write_text(options_text(sys.argv[1]), encoding="utf-8")


if __name__ == "__main__":
    main()
