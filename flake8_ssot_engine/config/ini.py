"""The declaration of moves in a Flake8 configuration file, for projects that want no other."""

from __future__ import annotations

import configparser
import re
from typing import NamedTuple

from flake8_ssot_engine.config.checker import check_moves
from flake8_ssot_engine.errors import ConfigError, ConfigProblem
from flake8_ssot_engine.migrations import Migration, Move
from flake8_ssot_engine.names import QualifiedName

_SECTION = "flake8"
INI_MIGRATION_ID = "ssot-moves"


class IniDeclaration(NamedTuple):
    """What the `ssot-…` options of one Flake8 configuration file say."""

    migration: Migration
    config: str
    baseline: str
    select: tuple[str, ...]
    ignore: tuple[str, ...]


def has_moves(path: str) -> bool:
    """Whether an INI file declares moves, or names a configuration file."""
    with open(path, "rb") as file:
        data = file.read()
    if b"ssot" not in data:
        return False
    section = _section(path)
    return _get(section, "ssot-moves") != "" or _get(section, "ssot-config") != ""


def ini_migration(path: str) -> IniDeclaration:
    """Read the options of an INI file. Raises ConfigError."""
    section = _section(path)
    return IniDeclaration(
        migration=parse_moves(_get(section, "ssot-moves").splitlines(), path),
        config=_get(section, "ssot-config"),
        baseline=_get(section, "ssot-baseline"),
        select=split_codes(_get(section, "ssot-select")),
        ignore=split_codes(_get(section, "ssot-ignore")),
    )


def split_codes(text: str) -> tuple[str, ...]:
    """Split a list of codes as Flake8 does: at commas and white space."""
    return tuple(part for part in re.split(r"[,\s]+", text) if part)


def parse_moves(lines: list[str], path: str) -> Migration:
    """Read moves, one `old -> new` a line (or `old` alone). Raises ConfigError."""
    place = ConfigProblem(path, None, "ssot-moves", "")
    moves: list[Move] = []
    problems: list[ConfigProblem] = []
    for line in filter(None, (line.partition("#")[0].strip() for line in lines)):
        old, arrow, new = (part.strip() for part in line.partition("->"))
        try:
            if arrow and not new:
                raise ValueError("nothing stands after `->`")
            moves.append(Move(QualifiedName.parse(old), QualifiedName.parse(new) if new else None))
        except ValueError as error:
            message = f"`{line}`: {error}; write `old.module.Name -> new.module.Name`"
            problems.append(place.told(message))
    migration = Migration(id=INI_MIGRATION_ID, moves=tuple(moves))
    problems += check_moves((migration,))
    if problems:
        raise ConfigError(tuple(problems))
    return migration


def _section(path: str) -> configparser.SectionProxy | None:
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        raise ConfigError((ConfigProblem(path, None, "", str(error)),)) from None
    return parser[_SECTION] if parser.has_section(_SECTION) else None


def _get(section: configparser.SectionProxy | None, name: str) -> str:
    if section is None:
        return ""
    value = section.get(name) or section.get(name.replace("-", "_")) or ""
    return value.strip()
