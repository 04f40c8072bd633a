"""Every key of the configuration: its kind, what it is for, and how a wrong value is told.

The loader checks against this table and `ssot schema` prints it, so that they cannot differ.
Every run reads this module, so that what a single kind of value needs is imported when one comes.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple

if TYPE_CHECKING:
    import ast

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_CODE = re.compile(r"SSO[A-Z0-9]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# `$A`, `$$A`, `$$$A` and `$$$`; their names are capitals.
_METAVARIABLE = re.compile(r"\$\$\$([A-Z_][A-Z0-9_]*)?|\$\$?([A-Z_][A-Z0-9_]*)")
_ENFORCEMENTS = ("off", "ratchet", "error")
_MOST_RETRIES = 10

Json = dict[str, Any]


class Kind(NamedTuple):
    """A kind of value: its JSON Schema, and the complaint about a value that is not of it."""

    schema: Json
    complaint: Callable[[object], str | None]


class Key(NamedTuple):
    """One key. `items` are the keys of each table, for an array of tables."""

    name: str
    kind: Kind | None
    doc: str
    is_required: bool = False
    items: tuple[Key, ...] = ()


def _string(value: object) -> str | None:
    return None if isinstance(value, str) else "must be a string"


def _line(value: object) -> str | None:
    if isinstance(value, str) and _CONTROL.search(value):
        return "must be one line, without control characters"
    return _string(value)


def _boolean(value: object) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _item(value: object) -> str | None:
    return None if isinstance(value, str) else f"`{value}` must be a string"


def _array_of(item: Callable[[object], str | None]) -> Callable[[object], str | None]:
    def complaint(value: object) -> str | None:
        if not isinstance(value, list):
            return "must be an array"
        told = {message: None for message in map(item, value) if message}
        return "; ".join(told) or None

    return complaint


def _dotted_name(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    try:
        QualifiedName.parse(value)
    except ValueError as error:
        return str(error)
    return None


def _code(value: object) -> str | None:
    if isinstance(value, str) and _CODE.fullmatch(value):
        return None
    upper = str(value).upper()
    hint = f"did you mean `{upper}`?" if _CODE.fullmatch(upper) else "codes look like `SSOT001`"
    return f"`{value}` is not a code of this product; {hint}"


def _codes_by_glob(value: object) -> str | None:
    if not isinstance(value, dict):
        return "must be a table of patterns, each with an array of codes"
    told = {message: None for message in map(_array_of(_code), value.values()) if message}
    return "; ".join(told) or None


def _date(value: object) -> str | None:
    import datetime

    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return None
    return "must be a date, written without quotes: 2026-12-31"


def _duration(value: object) -> str | None:
    if isinstance(value, str) and _DURATION.fullmatch(value):
        return None
    return f"`{value}` is not a duration, such as `90s`, `10m` or `2h`"


def seconds(duration: str) -> float:
    """Convert a duration that was found to be well-formed."""
    match = _DURATION.fullmatch(duration)
    assert match is not None
    return float(match[1]) * _SECONDS[match[2]]


def _enforcement(value: object) -> str | None:
    if value in _ENFORCEMENTS:
        return None
    import difflib

    near = difflib.get_close_matches(str(value), _ENFORCEMENTS, n=1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return f"must be off, ratchet or error{hint}"


def _validators(value: object) -> str | None:
    if not isinstance(value, list):
        return "must be an array"
    told = {message: None for message in map(_validator, value) if message}
    return "; ".join(told) or None


def _validator(value: object) -> str | None:
    if isinstance(value, str):
        return None if value.strip() else "a command must not be empty"
    if not isinstance(value, dict):
        return f'`{value}` must be a command, or a table: {{ run = "...", retries = 2 }}'
    known = {key.name: key for key in VALIDATOR}
    for name, item in value.items():
        if name not in known:
            import difflib

            near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.0)
            return f"unknown key `{name}` of a command; did you mean `{near[0]}`?"
        kind = known[name].kind
        if kind is not None and (complaint := kind.complaint(item)):
            return f"`{name}` of a command {complaint}"
    return None if str(value.get("run", "")).strip() else "a command needs `run`"


def _retries(value: object) -> str | None:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    if is_count and 0 <= value <= _MOST_RETRIES:  # type: ignore[operator]
        return None
    return f"must be a whole number from 0 to {_MOST_RETRIES}"


def _call_pattern(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    import ast

    tree = _parsed_pattern(value)
    if tree is None:
        return f"`{value}` is not an ast-grep pattern of a Python call"
    if isinstance(tree, ast.Await):
        tree = tree.value
    return None if isinstance(tree, ast.Call) else f"`{value}` is not a pattern of a call"


def _rewrite(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    return f"`{value}` is not a Python expression" if _parsed_pattern(value) is None else None


def _parsed_pattern(text: str) -> ast.expr | None:
    import ast

    # A pattern is Python but for its metavariables (https://ast-grep.github.io, "Pattern Syntax").
    python = _METAVARIABLE.sub(lambda match: f"_{match[1] or match[2] or ''}", text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(python.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


STRING = Kind({"type": "string"}, _string)
BOOLEAN = Kind({"type": "boolean"}, _boolean)
LINE = Kind({"type": "string", "pattern": r"^[^\u0000-\u001f\u007f]*$"}, _line)
STRINGS = Kind({"type": "array", "items": {"type": "string"}}, _array_of(_item))
NAME = Kind({"type": "string", "pattern": r"^[^\W\d]\w*(\.[^\W\d]\w*)*$"}, _dotted_name)
NAMES = Kind({"type": "array", "items": NAME.schema}, _array_of(_dotted_name))
CODES = Kind(
    {"type": "array", "items": {"type": "string", "pattern": "^SSO[A-Z0-9]*$"}}, _array_of(_code)
)
CODES_BY_GLOB = Kind({"type": "object", "additionalProperties": CODES.schema}, _codes_by_glob)
DATE = Kind({"type": "string", "format": "date"}, _date)
DURATION = Kind({"type": "string", "pattern": r"^\d+(\.\d+)?(ms|s|m|h)$"}, _duration)
ENFORCEMENT = Kind({"enum": list(_ENFORCEMENTS)}, _enforcement)
CALL_PATTERN = Kind({"type": "string"}, _call_pattern)
REWRITE = Kind({"type": "string"}, _rewrite)

RETRIES = Kind({"type": "integer", "minimum": 0, "maximum": _MOST_RETRIES}, _retries)

VALIDATOR = (
    Key("run", LINE, "The command, as a shell takes it.", True),
    Key("retries", RETRIES, "How often a flaky command is tried again; default: 0."),
    Key("timeout", DURATION, "How long it may take; default: that of the phase."),
)
CALL = (
    Key("pattern", CALL_PATTERN, "ast-grep pattern of the call; `$CLASS` is the callee.", True),
    Key("rewrite", REWRITE, "What to write instead; `$NEW` is the replacement.", True),
)
MOVE = (
    Key("old", NAME, "Dotted path of the symbol or module that must go.", True),
    Key("new", NAME, "Dotted path of its replacement; without it nothing is fixed."),
    Key("hint", LINE, "What to do instead, for a person."),
    Key("factory", NAME, "Method of the replacement to call; its class is then factory-only."),
    Key("factory-modules", NAMES, "Modules that may call the constructor."),
    Key("call", None, "Rewrites of calls; the first that matches wins.", items=CALL),
)
VALIDATORS = Kind(
    {
        "type": "array",
        "items": {
            "anyOf": [
                {"type": "string", "pattern": r"\S"},
                {
                    "type": "object",
                    "properties": {
                        key.name: {**key.kind.schema, "description": key.doc}
                        for key in VALIDATOR
                        if key.kind is not None
                    },
                    "additionalProperties": False,
                    "required": ["run"],
                },
            ]
        },
    },
    _validators,
)
PHASE = (
    Key("name", LINE, "How commands and reports name the phase.", True),
    Key("paths", STRINGS, "Gitignore-style patterns of the files in it.", True),
    Key("enforce", ENFORCEMENT, "How strictly its files are held."),
    Key("validate", VALIDATORS, "Commands that must pass before and after."),
    Key("timeout", DURATION, "How long each of them may take; default: 1h."),
)
MIGRATION = (
    Key("id", LINE, "Ends every message of this migration.", True),
    Key("title", STRING, "What it is about."),
    Key("reason", STRING, "Why the old names must go."),
    Key("url", STRING, "Where to read more."),
    Key("deadline", DATE, "From then on every remaining violation is an error."),
    Key("owners", STRINGS, "Patterns of the files that may still use the old names."),
    Key("bridge", STRING, "Compatibility module from which moves are read."),
    Key("move", None, "What goes where.", items=MOVE),
    Key("phase", None, "The steps, in order.", items=PHASE),
)
TOP = (
    Key("extends", STRING, "Another configuration file, whose values hold unless set here."),
    Key("preset", STRING, "Name of a built-in configuration to start from."),
    Key("source-roots", STRINGS, "Folders where absolute imports start."),
    Key("exclude", STRINGS, "Patterns of files and folders to pass over."),
    Key("text-exclude", STRINGS, "Patterns of texts that may go on to name what has moved."),
    Key("baseline", STRING, "File that holds the tolerated violations."),
    Key("select", CODES, "Codes, or beginnings of codes, to report."),
    Key("ignore", CODES, "Codes, or beginnings of codes, not to report."),
    Key("per-file-ignores", CODES_BY_GLOB, "Codes not to report in some files."),
    Key("string-calls", NAMES, "Further callables whose string argument is a dotted path."),
    Key("relative-imports", BOOLEAN, "Whether a fix keeps relative imports so; default: true."),
    Key("migration", None, "The migrations.", items=MIGRATION),
)


def json_schema() -> Json:
    """Return the JSON Schema (draft 2020-12) of the configuration."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ssot.toml",
        "description": "Configuration of flake8-ssot-engine; also [tool.ssot-engine].",
        **_object_schema(TOP),
    }


def _object_schema(keys: tuple[Key, ...]) -> Json:
    properties: Json = {}
    for key in keys:
        if key.kind is None:
            schema: Json = {"type": "array", "items": _object_schema(key.items)}
        else:
            schema = dict(key.kind.schema)
        properties[key.name] = {**schema, "description": key.doc}
    required = [key.name for key in keys if key.is_required]
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }
