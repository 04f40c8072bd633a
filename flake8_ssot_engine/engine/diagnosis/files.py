"""The files of other tools, read for what they say to them; a bad one is a remark."""

from __future__ import annotations

import configparser
import json
import os
import re
from typing import Any

from flake8_ssot_engine.config.document import Document, decode, read_file
from flake8_ssot_engine.config.loader import decode_toml
from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark
from flake8_ssot_engine.errors import ConfigError

Table = dict[str, Any]

# A string first, so that what looks like a comment in it is none.
_JSON_EXTRA = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*[\s\S]*?\*/')
_JSON_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])')


class UnreadableError(Exception):
    """A file that cannot be read or makes no sense to its own tool; `remark` tells of it."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark.message)
        self.remark = remark


def _unreadable(area: str, root: str, path: str, message: str) -> UnreadableError:
    why = "what it says to its tool cannot be checked, and the tool may well pass over it"
    place = os.path.relpath(path, root)
    remark = Remark(Level.ERROR, area, message, place, why, "mend the file, then ask again")
    return UnreadableError(remark)


def read_toml(area: str, root: str, path: str) -> Document:
    """Read a TOML file; its `values` are None where it is no table. Raises UnreadableError."""
    try:
        return Document(path, decode_toml(path, read_file(path)))
    except ConfigError as error:
        problem = error.problems[0]
        place = path if problem.line is None else f"{path}:{problem.line}"
        raise _unreadable(area, root, place, problem.message) from None


def read_ini(area: str, root: str, path: str) -> configparser.RawConfigParser:
    """Read an INI file as Flake8 does. Raises UnreadableError."""
    parser = configparser.RawConfigParser()
    try:
        text = decode(path, read_file(path), message="is not UTF-8")
        parser.read_string(text, source=path)
    except ConfigError as error:
        raise _unreadable(area, root, path, error.problems[0].message) from None
    except configparser.Error as error:
        message = f"is not an INI file: {error.message.splitlines()[0]}"
        raise _unreadable(area, root, path, message) from None
    return parser


def read_commented_json(area: str, root: str, path: str) -> Table:
    """Read JSON as editors do, with comments and trailing commas. Raises UnreadableError."""
    try:
        text = decode(path, read_file(path), message="is not UTF-8").removeprefix("\ufeff")
        plain = _JSON_EXTRA.sub(lambda match: match[1] or " ", text)
        values = json.loads(_JSON_COMMA.sub(lambda match: match[1] or " ", plain))
    except ConfigError as error:
        raise _unreadable(area, root, path, error.problems[0].message) from None
    except (ValueError, RecursionError) as error:
        raise _unreadable(area, root, path, f"is not JSON: {error}") from None
    return values if isinstance(values, dict) else {}


def read_yaml(area: str, root: str, path: str) -> Table:
    """Read a YAML file. Raises UnreadableError."""
    import yaml

    try:
        values = yaml.safe_load(decode(path, read_file(path), message="is not UTF-8"))
    except ConfigError as error:
        raise _unreadable(area, root, path, error.problems[0].message) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = path if mark is None else f"{path}:{mark.line + 1}"
        problem = getattr(error, "problem", None) or error
        raise _unreadable(area, root, place, f"is not YAML: {problem}") from None
    return values if isinstance(values, dict) else {}


def table_at(values: object, *path: str) -> Table:
    """Return the table at some keys; an empty one where there is none."""
    for part in path:
        values = values.get(part) if isinstance(values, dict) else None
    return values if isinstance(values, dict) else {}


def tables_at(values: object, name: str) -> list[Table]:
    """Return the tables in the list at a key; whatever else is in it is left out."""
    found = values.get(name) if isinstance(values, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def texts_at(values: Table, name: str) -> list[str]:
    """Return the strings in the list at a key."""
    found = values.get(name)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def line_of(path: str, word: str) -> str:
    """Return a path with the line on which a word first stands, where that can be found."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, 1):
                if word in line:
                    return f"{path}:{number}"
    except OSError:
        pass
    return path
