"""Dataclasses from what JSON says, with unknown fields kept and wrong ones told."""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, Union, cast

from afterimage.errors import ReportError

Made = TypeVar("Made")

#: What most rows have of fields that nobody knows.
NOTHING: Mapping[str, Any] = {}

Convert = Callable[[Any], Any]


class Wrong(ReportError):
    """A value is not what its field holds; the text says where it stands and what is wrong with it."""

    def __init__(self, what: str, place: str = "") -> None:
        self.what = what
        self.place = place
        super().__init__(f"{place.lstrip('.')} {what}" if place else what)

    def inside(self, place: str) -> Wrong:
        """Return the same, seen from a place around it."""
        return Wrong(self.what, place + self.place)


def row(kind: type[Made], value: object) -> Made:
    """Return `value`, an object of JSON, as an instance of the dataclass `kind`.

    A name that `kind` does not have goes to its field `extra`. A name ends in `_` there where it is a word of
    Python. Raises `Wrong`.
    """
    if not isinstance(value, dict):
        raise Wrong("is not an object")
    made = object.__new__(kind)
    # Past `__init__`, which a frozen dataclass makes slow; what is absent is the class's own default.
    held = made.__dict__
    plan, required, mappings = _plan(cast("Any", kind))
    extra = {}
    for name, one in value.items():
        known = plan.get(name)
        if known is None:
            extra[name] = one
            continue
        attribute, convert = known
        try:
            held[attribute] = convert(one)
        except Wrong as wrong:
            raise wrong.inside(f".{name}") from None
    for name, attribute in required:
        if attribute not in held:
            raise Wrong("is missing", f".{name}")
    for attribute in mappings:
        held.setdefault(attribute, NOTHING)
    held["extra"] = extra or NOTHING
    return made


#: The converters of fields by their names, those that have to be there, and those whose default is a mapping.
Plan = tuple[dict[str, tuple[str, Convert]], tuple[tuple[str, str], ...], tuple[str, ...]]


@functools.cache
def _plan(kind: Any) -> Plan:
    hints = typing.get_type_hints(kind)
    plan, required = {}, []
    for field in dataclasses.fields(kind):
        if field.name == "extra" or field.metadata.get("outside"):
            continue
        name = field.name.rstrip("_")
        plan[name] = (field.name, _converter(hints[field.name]))
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            required.append((name, field.name))
    made = [field.name for field in dataclasses.fields(kind) if field.default_factory is not dataclasses.MISSING]
    return plan, tuple(required), tuple(made)


def _converter(hint: Any) -> Convert:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Union:
        inner = _converter(arguments[0])
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return functools.partial(_many, _converter(arguments[0]))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return functools.partial(row, hint)
    if hint in _SCALARS:
        return _SCALARS[hint]
    # Mappings of words to numbers or to words.
    return functools.partial(_mapping, _converter(arguments[1]))


def _many(convert: Convert, value: object) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise Wrong("is not a list")
    made = []
    try:
        for one in value:
            made.append(convert(one))
    except Wrong as wrong:
        raise wrong.inside(f"[{len(made)}]") from None
    return tuple(made)


def _mapping(convert: Convert, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Wrong("is not an object")
    made = {}
    for name, one in value.items():
        try:
            made[name] = convert(one)
        except Wrong as wrong:
            raise wrong.inside(f".{name}") from None
    return made


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong("is not text")
    return value


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Wrong("is not a whole number")
    return value


def _number(value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise Wrong("is not a number")
    return float(value)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong("is neither true nor false")
    return value


def _anything(value: object) -> object:
    return value


_SCALARS: dict[Any, Convert] = {
    str: _text,
    int: _integer,
    float: _number,
    bool: _truth,
    Any: _anything,
}
