"""Loads a configuration file: follows what it builds on, checks, merges and freezes it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

from flake8_ssot_engine.config.checker import check_document, check_moves
from flake8_ssot_engine.config.document import Document, Path, decode, read_file
from flake8_ssot_engine.config.ini import ini_migration
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.config.spec import seconds
from flake8_ssot_engine.errors import ConfigError, ConfigProblem
from flake8_ssot_engine.migrations import (
    CallRewrite,
    Enforcement,
    Globs,
    Migration,
    Move,
    Phase,
    Validator,
)
from flake8_ssot_engine.names import QualifiedName

FILE_NAME = "ssot.toml"
PRESETS = ("execution-engine",)
DEFAULT_PRESET = "execution-engine"
INI_FILES = ("setup.cfg", "tox.ini", ".flake8")
TABLE = ("tool", "ssot-engine")
_DEFAULT_SOURCE_ROOTS = [".", "src"]
_DEFAULT_TIMEOUT = "1h"


def load_preset(root: str, name: str = DEFAULT_PRESET) -> Settings:
    """Return a built-in configuration, as if its file lay in `root`."""
    return _freeze([(_preset_document(name), root)], root, "", [])


def load_file(path: str) -> Settings:
    """Load a configuration file with all that it builds on. Raises ConfigError."""
    path = os.path.abspath(path)
    root = os.path.dirname(path)
    if os.path.basename(path) in INI_FILES:
        return ini_settings(path)
    problems: list[ConfigProblem] = []
    return _freeze(_layers(path, (), problems), root, path, problems)


def load_text(path: str, text: str) -> Settings:
    """Load the text that the file at an absolute path is to hold. Raises ConfigError."""
    document, root = Document(path, text), os.path.dirname(path)
    return _freeze([(document, root)], root, path, check_document(document))


def ini_settings(path: str) -> Settings:
    """Load the moves of a Flake8 configuration file. Raises ConfigError."""
    root = os.path.dirname(path)
    ini = ini_migration(path)
    baseline = _absolute(root, ini.baseline) if ini.baseline else ""
    if ini.config:
        config = os.path.join(root, ini.config)
        if os.path.basename(config) in INI_FILES or not os.path.isfile(config):
            message = f"`{ini.config}` is no {FILE_NAME} or pyproject.toml"
            raise ConfigError((ConfigProblem(path, None, "ssot-config", message),))
        settings = load_file(config)
        if baseline:
            shared = root_of_baseline(root, baseline)
            settings = settings.replaced(baseline=baseline, baseline_root=shared)
        return settings.overridden(select=ini.select, ignore=ini.ignore)
    settings = settings_of_moves(ini.migration, root)
    shared = root_of_baseline(root, baseline) if baseline else root
    return settings.replaced(
        path=path,
        baseline=baseline,
        baseline_root=shared,
        text_exclude=(Globs(root, ini.text_exclude),) if ini.text_exclude else (),
    ).overridden(select=ini.select, ignore=ini.ignore)


def settings_of_moves(migration: Migration, root: str) -> Settings:
    """Return the settings of a project that declares moves and nothing else."""
    return Settings(root=root, source_roots=_default_source_roots(root), migrations=(migration,))


def _default_source_roots(root: str) -> tuple[str, ...]:
    return tuple(_absolute(root, name) for name in _DEFAULT_SOURCE_ROOTS)


def decode_toml(path: str, data: bytes) -> str:
    """Decode the bytes of a TOML file. Raises ConfigError."""
    return decode(path, data, message="not TOML: not UTF-8").removeprefix("\ufeff")


def _preset_document(name: str) -> Document:
    # As `pkgutil.get_data` does it: what importlib has for it takes longer than all the rest.
    loader: Any = __spec__.loader
    path = os.path.join(os.path.dirname(__file__), "presets", f"{name}.toml")
    return Document(f"<preset {name}>", loader.get_data(path).decode("utf-8"))


def _layers(
    path: str, seen: tuple[str, ...], problems: list[ConfigProblem]
) -> list[tuple[Document, str]]:
    """Return a file and what it builds on, itself last; add what is wrong to `problems`."""
    prefix = TABLE if os.path.basename(path) == "pyproject.toml" else ()
    document = Document(path, decode_toml(path, read_file(path)), prefix)
    if document.values is None:
        raise ConfigError((ConfigProblem(path, None, "tool.ssot-engine", "is missing"),))
    problems += check_document(document)
    root = os.path.dirname(path)
    layers: list[tuple[Document, str]] = []
    preset, extends = document.values.get("preset"), document.values.get("extends")
    if isinstance(preset, str):
        if preset in PRESETS:
            layers.append((_preset_document(preset), root))
        else:
            import difflib

            near = difflib.get_close_matches(preset, PRESETS, n=1, cutoff=0.0)
            message = f"no preset is called `{preset}`; did you mean `{near[0]}`?"
            problems.append(document.problem(("preset",), message))
    if isinstance(extends, str):
        base = os.path.abspath(os.path.join(root, extends))
        seen = (*seen, os.path.realpath(path))
        if os.path.realpath(base) in seen:
            problems.append(document.problem(("extends",), "extends itself"))
        elif os.path.basename(base) in INI_FILES or not os.path.isfile(base):
            message = f"`{extends}` is no {FILE_NAME} or pyproject.toml"
            problems.append(document.problem(("extends",), message))
        else:
            try:
                layers += _layers(base, seen, problems)
            except ConfigError as error:
                problems += error.problems
    return [*layers, (document, root)]


def _freeze(
    layers: list[tuple[Document, str]], root: str, path: str, problems: list[ConfigProblem]
) -> Settings:
    """Merge layers, the last wins, unless something is wrong with them or between them."""
    problems += _problems_between(layers)
    if problems:
        raise ConfigError(tuple(sorted(problems, key=lambda told: (told.path, told.line or 0))))
    merged: dict[str, Any] = {}
    migrations: dict[str, Migration] = {}
    for document, base in layers:
        values = document.values or {}
        for index, table in enumerate(values.get("migration", ())):
            migrations[table["id"]] = _migration(document, table, base, ("migration", index))
        if "source-roots" in values:
            merged["source_roots"] = tuple(_absolute(base, n) for n in values["source-roots"])
        if "exclude" in values:
            merged["exclude"] = (Globs(base, tuple(values["exclude"])),)
        if "text-exclude" in values:
            merged["text_exclude"] = (Globs(base, tuple(values["text-exclude"])),)
        if "baseline" in values:
            merged["baseline"] = _absolute(base, values["baseline"])
            merged["baseline_root"] = root_of_baseline(base, merged["baseline"])
        for name in ("select", "ignore"):
            if name in values:
                merged[name] = tuple(values[name])
        if "per-file-ignores" in values:
            merged["per_file_ignores"] = tuple(
                (Globs(base, (pattern,)), tuple(codes))
                for pattern, codes in values["per-file-ignores"].items()
            )
        if "relative-imports" in values:
            merged["keeps_relative_imports"] = values["relative-imports"]
        if "string-calls" in values:
            merged["string_calls"] = tuple(map(QualifiedName.parse, values["string-calls"]))
    merged.setdefault("source_roots", _default_source_roots(layers[0][1]))
    warnings: tuple[ConfigProblem, ...] = ()
    if not migrations:
        message = "declares no migration, so there is nothing to check"
        warnings = (ConfigProblem(path, None, "", message),)
    return Settings(
        root=root,
        path=path,
        migrations=tuple(migrations.values()),
        warnings=warnings,
        **merged,
    )


def _problems_between(layers: list[tuple[Document, str]]) -> list[ConfigProblem]:
    """Return what is wrong between tables, as far as these are sound by themselves."""
    problems: list[ConfigProblem] = []
    moves: dict[object, list[Move]] = {}
    for document, _ in layers:
        own: set[object] = set()
        for index, table in enumerate(_tables(document.values or {}, "migration")):
            name = table.get("id")
            if not isinstance(name, str):
                name = ("migration", document.path, index)
            elif name in own:
                message = f"two migrations are called `{name}`"
                problems.append(document.problem(("migration", index, "id"), message))
                name = (name, index)
            own.add(name)
            moves[name] = list(_sound_moves(document, table, ("migration", index)))
    return problems + check_moves(move for every in moves.values() for move in every)


def _sound_moves(document: Document, table: dict[str, Any], path: Path) -> Iterator[Move]:
    for index, item in enumerate(_tables(table, "move")):
        try:
            old = QualifiedName.parse(item["old"])
            new = QualifiedName.parse(item["new"]) if "new" in item else None
        except (KeyError, ValueError, AttributeError):  # told already
            continue
        yield Move(old, new, place=document.problem((*path, "move", index, "old"), ""))


def _tables(table: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = table.get(key)
    return value if isinstance(value, list) and all(isinstance(i, dict) for i in value) else []


def root_of_baseline(base: str, baseline: str) -> str:
    """Return the folder that the paths in a baseline are relative to.

    It holds both the baseline and `base`, where it is declared: two that share one agree.
    """
    return os.path.commonpath([base, os.path.dirname(baseline)])


def _absolute(base: str, name: str) -> str:
    return os.path.normpath(os.path.join(base, name))


def _migration(document: Document, table: dict[str, Any], base: str, path: Path) -> Migration:
    moves = []
    for index, item in enumerate(table.get("move", ())):
        moves.append(
            Move(
                old=QualifiedName.parse(item["old"]),
                new=QualifiedName.parse(item["new"]) if "new" in item else None,
                hint=item.get("hint", ""),
                factory=item.get("factory", ""),
                factory_modules=tuple(map(QualifiedName.parse, item.get("factory-modules", ()))),
                calls=tuple(
                    CallRewrite(call["pattern"], call["rewrite"]) for call in item.get("call", ())
                ),
                place=document.problem((*path, "move", index, "old"), ""),
            )
        )
    owners = table.get("owners", [])
    bridge = table.get("bridge", "")
    return Migration(
        id=table["id"],
        title=table.get("title", ""),
        reason=table.get("reason", ""),
        url=table.get("url", ""),
        deadline=table.get("deadline"),
        owners=(Globs(base, (*owners, *([as_pattern(bridge)] if bridge else []))),),
        bridge=_absolute(base, bridge) if bridge else "",
        moves=tuple(moves),
        phases=tuple(
            _phase(item, base, document.problem((*path, "phase", index), ""))
            for index, item in enumerate(table.get("phase", ()))
        ),
        place=document.problem(path, ""),
        owner_places=tuple(
            document.problem((*path, "owners", index), "") for index in range(len(owners))
        ),
    )


def as_pattern(path: str) -> str:
    """Return the pattern of one file, from the path to it."""
    return "/" + re.sub(r"([*?\[\\ ])", r"\\\1", os.path.normpath(path).replace(os.sep, "/"))


def _phase(table: dict[str, Any], base: str, place: ConfigProblem) -> Phase:
    return Phase(
        name=table["name"],
        paths=Globs(base, tuple(table["paths"])),
        place=place,
        enforce=Enforcement(table.get("enforce", "ratchet")),
        validate=tuple(
            _validator(item, table.get("timeout", _DEFAULT_TIMEOUT))
            for item in table.get("validate", ())
        ),
    )


def _validator(item: str | dict[str, Any], timeout: str) -> Validator:
    table: dict[str, Any] = {"run": item} if isinstance(item, str) else item
    limit = seconds(table.get("timeout", timeout))
    return Validator(table["run"], table.get("retries", 0), limit)
