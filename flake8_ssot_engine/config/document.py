"""Document: one configuration file as plain values, with the line of each key."""

from __future__ import annotations

import re
import sys
from typing import Any

from flake8_ssot_engine.errors import ConfigError, ConfigProblem

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # the same code, under the name it had before Python 3.11

Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*\[(\[)?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*([A-Za-z0-9_-]+|"[^"]*"|'[^']*')\s*=""")
_AT_LINE = re.compile(r"\(at line (\d+)")


class Document:
    """The values of a TOML file, or of one table in it (`prefix`)."""

    def __init__(self, path: str, text: str, prefix: tuple[str, ...] = ()) -> None:
        self.path = path
        self.prefix = prefix
        self._text = text
        self._lines: dict[Path, int] | None = None
        try:
            values: Any = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            at = _AT_LINE.search(str(error))
            line = int(at[1]) if at else None
            raise ConfigError((ConfigProblem(path, line, "", f"not TOML: {error}"),)) from None
        for part in prefix:
            values = values.get(part) if isinstance(values, dict) else None
        self.values: dict[str, Any] | None = values if isinstance(values, dict) else None

    def line_of(self, path: Path) -> int | None:
        """Return the line (from 1) of a key, or of the nearest table around it."""
        if self._lines is None:
            self._lines = _key_lines(self._text)
        full: Path = (*self.prefix, *path)
        for end in range(len(full), 0, -1):
            if full[:end] in self._lines:
                return self._lines[full[:end]]
        return None

    def problem(self, path: Path, message: str) -> ConfigProblem:
        """Return a problem at a key of this file."""
        key = ""
        for part in path:
            key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else part
        return ConfigProblem(self.path, self.line_of(path), key, message)


def _key_lines(text: str) -> dict[Path, int]:
    """Find the line of each header and key; TOML readers do not tell it.

    A line inside a multi-line string that looks like a key may add a key that is never asked for.
    """
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = ()
            names = [part.strip().strip("\"'") for part in header[2].split(".")]
            for index, name in enumerate(names):
                table = (*table, name)
                if header[1] and index == len(names) - 1:
                    counts[table] = counts.get(table, -1) + 1
                    lines.setdefault(table, number)
                if table in counts:
                    table = (*table, counts[table])
            for inner in [path for path in counts if len(path) > len(table)]:
                if header[1] and inner[: len(table)] == table:
                    del counts[inner]
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, key[1].strip("\"'")), number)
    return lines
