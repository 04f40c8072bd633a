"""The declaration of moves in a Flake8 configuration file, for projects that want no other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from flake8_ssot_engine.config.checker import check_moves
from flake8_ssot_engine.config.document import decode, read_file
from flake8_ssot_engine.errors import ConfigError, ConfigProblem
from flake8_ssot_engine.migrations import Migration, Move
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple

if TYPE_CHECKING:
    import configparser

_SECTION = "flake8"
_OPTION = re.compile(r"([^=:]+)[=:](.*)")
INI_MIGRATION_ID = "ssot-moves"


class IniDeclaration(NamedTuple):
    """What the `ssot-…` options of one Flake8 configuration file say."""

    migration: Migration
    config: str
    baseline: str
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    text_exclude: tuple[str, ...] = ()


def has_moves(path: str) -> bool:
    """Whether an INI file declares moves, or names a configuration file."""
    return has_moves_in(path, read_file(path))


def has_moves_in(path: str, data: bytes) -> bool:
    """Whether an INI file of this content declares moves, or names a configuration file."""
    if b"ssot" not in data.lower():
        return False
    section = _section(path, _text(path, data))
    return _get(section, "ssot-moves") != "" or _get(section, "ssot-config") != ""


def ini_migration(path: str) -> IniDeclaration:
    """Read the options of an INI file. Raises ConfigError with all that is wrong."""
    from flake8_ssot_engine.config.spec import CODES

    text = _text(path, read_file(path))
    section = _section(path, text)
    problems: list[ConfigProblem] = []
    migration = Migration(id=INI_MIGRATION_ID)
    lines = _lines_of_values(text)
    try:
        migration = parse_moves(_get(section, "ssot-moves").splitlines(), path, lines=lines)
    except ConfigError as error:
        problems += error.problems
    codes = {}
    for name in ("ssot-select", "ssot-ignore"):
        codes[name] = split_codes(_get(section, name))
        if complaint := CODES.complaint(list(codes[name])):
            problems.append(ConfigProblem(path, lines.get(name), name, complaint))
    if problems:
        raise ConfigError(tuple(problems))
    return IniDeclaration(
        migration=migration,
        config=_get(section, "ssot-config"),
        baseline=_get(section, "ssot-baseline"),
        select=codes["ssot-select"],
        ignore=codes["ssot-ignore"],
        text_exclude=tuple(_get(section, "ssot-text-exclude").split()),
    )


def split_codes(text: str) -> tuple[str, ...]:
    """Split a list of codes as Flake8 does: at commas and white space."""
    return tuple(part for part in re.split(r"[,\s]+", text) if part)


def parse_moves(
    lines_of_option: list[str], path: str, *, lines: Mapping[str, int] = MappingProxyType({})
) -> Migration:
    """Read moves, one `old -> new` a line (or `old` alone). Raises ConfigError.

    `lines` tells the line (from 1) in the file of each line of the option.
    """
    moves: list[Move] = []
    problems: list[ConfigProblem] = []
    for written in map(str.strip, lines_of_option):
        line = written.partition("#")[0].strip()
        if not line:
            continue
        place = ConfigProblem(path, lines.get(written), "ssot-moves", "")
        old, arrow, new = (part.strip() for part in line.partition("->"))
        try:
            if arrow and not new:
                raise ValueError("nothing stands after `->`")
            target = QualifiedName.parse(new) if new else None
            moves.append(Move(QualifiedName.parse(old), target, place=place))
        except ValueError as error:
            message = f"`{line}`: {error}; write `old.module.Name -> new.module.Name`"
            problems.append(place.told(message))
    problems += check_moves(moves)
    if problems:
        raise ConfigError(tuple(problems))
    return Migration(id=INI_MIGRATION_ID, moves=tuple(moves))


def _text(path: str, data: bytes) -> str:
    text = decode(path, data, message="not UTF-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _section(path: str, text: str) -> configparser.SectionProxy | None:
    import configparser  # only where a file speaks of us

    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text, source=path)
    except configparser.Error as error:
        message = error.message.partition("\n")[0]
        lines = [line for line, _ in getattr(error, "errors", ())]
        raise ConfigError(
            tuple(
                ConfigProblem(path, line, "", f"not an INI file: {message}")
                for line in lines or [getattr(error, "lineno", None)]
            )
        ) from None
    return parser[_SECTION] if parser.has_section(_SECTION) else None


def _lines_of_values(text: str) -> dict[str, int]:
    """Map each option of ours, and each line of its value, to its line; INI readers do not tell."""
    lines: dict[str, int] = {}
    is_ours = False
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1].strip():
            option = _OPTION.match(line)
            name = option[1].strip().lower().replace("_", "-") if option else ""
            line = option[2] if option else line
            is_ours = name.startswith("ssot-")
            if is_ours:
                lines.setdefault(name, number)
        if is_ours:
            lines.setdefault(line.strip(), number)
    return lines


def _get(section: configparser.SectionProxy | None, name: str) -> str:
    if section is None:
        return ""
    value = section.get(name) or section.get(name.replace("-", "_")) or ""
    return value.strip()
