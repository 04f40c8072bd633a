"""Document: one configuration file as plain values, with the line of each key."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

from flake8_ssot_engine.errors import ConfigError, ConfigProblem

Path = tuple[str | int, ...]

_LEXEME = (  # compiled where lines are looked for, of a text that is not known
    r'''"""(?:\\[\s\S]|[^\\])*?"{3,5}'''
    r"|'''[\s\S]*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|[\[\]{}=,.\n]"
    r"|[^\s\[\]{}=,.\"'#]+"
)
_AFTER_VALUE = frozenset({",", "]", "}", "\n"})
_AT_LINE = re.compile(r"\(at line (\d+)")


def read_file(path: str) -> bytes:
    """Return the bytes of a configuration file. Raises ConfigError."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise ConfigError((ConfigProblem(path, None, "", message),)) from None


def decode(path: str, data: bytes, *, message: str) -> str:
    """Decode the bytes of a configuration file. Raises ConfigError with `message`."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError((ConfigProblem(path, line, "", message),)) from None


_MOST = 16
_known: dict[str, _Toml] = {}
"""Texts that were read: to read a small one again takes milliseconds."""


class _Toml:
    """A text in TOML, with its values."""

    def __init__(self, text: str, values: dict[str, Any], lines: dict[Path, int] | None = None):
        self.values = values
        self._text = text
        self._lines = lines

    @property
    def lines(self) -> dict[Path, int]:
        """The line (from 1) of each key and table."""
        if self._lines is None:
            self._lines = _KeyLines(self._text).lines
        return self._lines

    def to_plain(self) -> list[Any]:
        """Return it without its text, as JSON has it."""
        return [self.values, [[*path, line] for path, line in (self._lines or {}).items()]]

    @classmethod
    def from_plain(cls, text: str, plain: Any) -> _Toml:
        """Return what `to_plain` was made of."""
        values, lines = plain
        return cls(text, values, {tuple(path): line for *path, line in lines} or None)


def _loads(text: str) -> _Toml:
    if text not in _known:
        read = _Toml(text, _read(text))
        if len(_known) >= _MOST:
            _known.clear()
        _known[text] = read
    return _known[text]


def _read(text: str) -> dict[str, Any]:
    """Read TOML. Imported here: a project that declares moves for Flake8 alone has none."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib  # the same code, under the name it had before Python 3.11
    return tomllib.loads(text)


def known_texts() -> dict[str, list[Any]]:
    """Return the texts that were read, with what is known of them, for JSON: none with dates."""
    return {text: toml.to_plain() for text, toml in _known.items() if _is_plain(toml.values)}


def remember_texts(texts: dict[str, Any]) -> None:
    """Take what `known_texts` has returned to the same program. Raises ValueError or TypeError."""
    _known.update({text: _Toml.from_plain(text, plain) for text, plain in texts.items()})


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return isinstance(value, str | int | float)


class Document:
    """The values of a TOML file, or of one table in it (`prefix`)."""

    def __init__(self, path: str, text: str, prefix: tuple[str, ...] = ()) -> None:
        self.path = path
        self.prefix = prefix
        try:
            self._toml = _loads(text)
        except (ValueError, RecursionError) as error:  # ValueError: an integer of 5,000 digits, too
            at = _AT_LINE.search(str(error))
            line = int(at[1]) if at else None
            raise ConfigError((ConfigProblem(path, line, "", f"not TOML: {error}"),)) from None
        values: Any = self._toml.values
        for part in prefix:
            values = values.get(part) if isinstance(values, dict) else None
        self.values: dict[str, Any] | None = values if isinstance(values, dict) else None

    def line_of(self, path: Path) -> int | None:
        """Return the line (from 1) of a key, or of the nearest table around it."""
        lines, full = self._toml.lines, (*self.prefix, *path)
        for end in range(len(full), 0, -1):
            if full[:end] in lines:
                return lines[full[:end]]
        return None

    def problem(self, path: Path, message: str) -> ConfigProblem:
        """Return a problem at a key of this file."""
        key = ""
        for part in path:
            key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else part
        return ConfigProblem(self.path, self.line_of(path), key, message)


class _KeyLines:
    """Finds the line of each table, key and array element, in a text that is known to be TOML.

    TOML readers do not tell lines. Terms are those of https://toml.io/en/v1.0.0.
    """

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._last: dict[Path, int] = {}  # the index of the last element of each array of tables
        self._tokens: list[tuple[str, int]] = []
        line = 1
        for match in re.finditer(_LEXEME, text):
            if not match[0].startswith("#"):
                self._tokens.append((match[0], line))
            line += match[0].count("\n")
        self._tokens.reverse()
        table: Path = ()
        while self._tokens:
            if self._takes("\n"):
                continue
            if self._takes("["):
                table = self._header()
            else:
                self._pair(table)

    def _takes(self, token: str) -> bool:
        if self._tokens and self._tokens[-1][0] == token:
            self._tokens.pop()
            return True
        return False

    def _note(self, path: Path) -> None:
        if self._tokens:
            self.lines.setdefault(path, self._tokens[-1][1])

    def _key(self, path: Path, *, is_header: bool = False) -> Iterator[Path]:
        """Yield the path of each part of a dotted key, with nothing taken after the last."""
        while True:
            token, line = self._tokens.pop()
            path = (*path, _unquoted(token))
            self.lines.setdefault(path, line)
            yield path
            if is_header and path in self._last:
                path = (*path, self._last[path])
            if not self._takes("."):
                return

    def _header(self) -> Path:
        is_array = self._takes("[")
        line = self._tokens[-1][1]
        *_, table = self._key((), is_header=True)
        if is_array:
            self._last[table] = self._last.get(table, -1) + 1
        if table in self._last:
            table = (*table, self._last[table])
            self.lines.setdefault(table, line)
        while self._takes("]"):
            pass
        return table

    def _pair(self, table: Path) -> None:
        *_, path = self._key(table)
        self._takes("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._takes("["):
            index = 0
            while self._tokens and not self._takes("]"):
                if not (self._takes("\n") or self._takes(",")):
                    self._note((*path, index))
                    self._value((*path, index))
                    index += 1
        elif self._takes("{"):
            while self._tokens and not self._takes("}"):
                if not (self._takes("\n") or self._takes(",")):
                    self._pair(path)
        else:
            while self._tokens and self._tokens[-1][0] not in _AFTER_VALUE:
                self._tokens.pop()


def _unquoted(token: str) -> str:
    if not token.startswith(("'", '"')):
        return token
    return str(_read(f"key = {token}")["key"])
