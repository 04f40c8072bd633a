"""Loads configuration: finds the file for a folder, follows what it builds on, checks, freezes."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from importlib import resources
from typing import Any

from flake8_ssot_engine.config.checker import check_document, check_moves
from flake8_ssot_engine.config.document import Document, Path
from flake8_ssot_engine.config.ini import has_moves, ini_migration
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
)
from flake8_ssot_engine.names import QualifiedName

FILE_NAME = "ssot.toml"
PRESETS = ("execution-engine",)
DEFAULT_PRESET = "execution-engine"
INI_FILES = ("setup.cfg", "tox.ini", ".flake8")
_TABLE = ("tool", "ssot-engine")
_ROOT_MARKERS = (".git", ".hg", "pyproject.toml", "setup.cfg", "setup.py", "tox.ini")
_DEFAULT_SOURCE_ROOTS = [".", "src"]


class ConfigFinder:
    """Gives the Settings that hold for a folder: those of the nearest file above it.

    Each folder and each file is looked at once in the life of a finder.
    """

    def __init__(
        self,
        *,
        fixed: Settings | None = None,
        complete: Callable[[Settings], Settings] = lambda settings: settings,
    ) -> None:
        """Take `fixed` for every folder, if given; `complete` adds what the project's files say."""
        self._fixed = None if fixed is None else complete(fixed)
        self._complete = complete
        self._by_folder: dict[str, Settings | None] = {}
        self._presets: dict[str, Settings] = {}

    def settings_for(self, folder: str) -> Settings:
        """Return the settings for the files of an absolute `folder`. Raises ConfigError."""
        if self._fixed is not None:
            return self._fixed
        found = self._nearest(folder)
        if found is not None:
            return found
        root = project_root(folder)
        if root not in self._presets:
            self._presets[root] = self._complete(load_preset(root))
        return self._presets[root]

    def _nearest(self, folder: str) -> Settings | None:
        if folder in self._by_folder:
            return self._by_folder[folder]
        path = config_file_in(folder)
        if path is not None:
            found: Settings | None = self._complete(load_file(path))
        else:
            parent = os.path.dirname(folder)
            found = None if parent == folder else self._nearest(parent)
        self._by_folder[folder] = found
        return found


def config_file_in(folder: str) -> str | None:
    """Return the configuration file of one folder, if it has one. Raises ConfigError for two."""
    toml, pyproject = os.path.join(folder, FILE_NAME), os.path.join(folder, "pyproject.toml")
    in_pyproject = os.path.isfile(pyproject) and _declares(pyproject)
    if os.path.isfile(toml):
        if in_pyproject:
            message = f"configures the same project as [tool.ssot-engine] in {pyproject}; keep one"
            raise ConfigError((ConfigProblem(toml, None, "", message),))
        return toml
    if in_pyproject:
        return pyproject
    for name in INI_FILES:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and has_moves(path):
            return path
    return None


def project_root(folder: str) -> str:
    """Return where a project without configuration starts.

    The nearest folder under version control; else the outermost one above that holds a
    file that projects have at their root; else `folder` itself.
    """
    outermost = folder
    current = folder
    while True:
        if any(os.path.exists(os.path.join(current, name)) for name in _ROOT_MARKERS[:2]):
            return current
        if any(os.path.exists(os.path.join(current, name)) for name in _ROOT_MARKERS[2:]):
            outermost = current
        parent = os.path.dirname(current)
        if parent == current:
            return outermost
        current = parent


def load_preset(root: str, name: str = DEFAULT_PRESET) -> Settings:
    """Return a built-in configuration, as if its file lay in `root`."""
    return _freeze([(_preset_document(name), root)], root, "")


def load_file(path: str) -> Settings:
    """Load a configuration file with all that it builds on. Raises ConfigError."""
    path = os.path.abspath(path)
    root = os.path.dirname(path)
    if os.path.basename(path) in INI_FILES:
        return ini_settings(path)
    return _freeze(_layers(path, []), root, path)


def ini_settings(path: str) -> Settings:
    """Load the moves of a Flake8 configuration file. Raises ConfigError."""
    root = os.path.dirname(path)
    ini = ini_migration(path)
    if ini.config:
        return load_file(os.path.join(root, ini.config)).overridden(
            select=ini.select, ignore=ini.ignore
        )
    return Settings(
        root=root,
        path=path,
        source_roots=tuple(_absolute(root, name) for name in _DEFAULT_SOURCE_ROOTS),
        baseline=ini.baseline,
        select=ini.select or ("SSOT",),
        ignore=ini.ignore,
        migrations=(ini.migration,),
    )


def _declares(pyproject: str) -> bool:
    with open(pyproject, "rb") as file:
        data = file.read()
    return b"ssot-engine" in data and Document(pyproject, _text(data), _TABLE).values is not None


def _text(data: bytes) -> str:
    return data.decode("utf-8-sig", "replace")


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return _text(file.read())
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"cannot be read: {reason}; `ssot init` writes a new one"
        raise ConfigError((ConfigProblem(path, None, "", message),)) from None


def _preset_document(name: str) -> Document:
    file = resources.files("flake8_ssot_engine.config").joinpath("presets", f"{name}.toml")
    return Document(f"<preset {name}>", file.read_text("utf-8"))


def _layers(path: str, seen: list[str]) -> list[tuple[Document, str]]:
    """Return a file and what it builds on, the file itself last."""
    prefix = _TABLE if os.path.basename(path) == "pyproject.toml" else ()
    document = Document(path, _read(path), prefix)
    if document.values is None:
        raise ConfigError((ConfigProblem(path, None, "tool.ssot-engine", "is missing"),))
    problems = check_document(document)
    if problems:
        raise ConfigError(tuple(problems))
    root = os.path.dirname(path)
    layers: list[tuple[Document, str]] = []
    preset, extends = document.values.get("preset"), document.values.get("extends")
    if preset is not None:
        if preset not in PRESETS:
            near = difflib.get_close_matches(preset, PRESETS, n=1, cutoff=0.0)
            message = f"no preset is called `{preset}`; did you mean `{near[0]}`?"
            raise ConfigError((document.problem(("preset",), message),))
        layers.append((_preset_document(preset), root))
    if extends is not None:
        base = os.path.abspath(os.path.join(root, extends))
        if base in (*seen, path):
            raise ConfigError((document.problem(("extends",), "extends itself"),))
        layers += _layers(base, [*seen, path])
    return [*layers, (document, root)]


def _freeze(layers: list[tuple[Document, str]], root: str, path: str) -> Settings:
    merged: dict[str, Any] = {}
    migrations: dict[str, Migration] = {}
    problems: list[ConfigProblem] = []
    for document, base in layers:
        values = document.values or {}
        own: set[str] = set()
        for index, table in enumerate(values.get("migration", ())):
            migration = _migration(document, table, base, ("migration", index))
            if migration.id in own:
                message = f"two migrations are called `{migration.id}`"
                problems.append(document.problem(("migration", index, "id"), message))
            own.add(migration.id)
            migrations[migration.id] = migration
        if "source-roots" in values:
            merged["source_roots"] = tuple(_absolute(base, n) for n in values["source-roots"])
        if "exclude" in values:
            merged["exclude"] = (Globs(base, tuple(values["exclude"])),)
        if "baseline" in values:
            merged["baseline"] = _absolute(base, values["baseline"])
        for name in ("select", "ignore"):
            if name in values:
                merged[name] = tuple(values[name])
        if "per-file-ignores" in values:
            merged["per_file_ignores"] = tuple(
                (Globs(base, (pattern,)), tuple(codes))
                for pattern, codes in values["per-file-ignores"].items()
            )
        if "string-calls" in values:
            merged["string_calls"] = tuple(map(QualifiedName.parse, values["string-calls"]))
    problems += check_moves(tuple(migrations.values()))
    if problems:
        raise ConfigError(tuple(problems))
    merged.setdefault("source_roots", tuple(_absolute(root, n) for n in _DEFAULT_SOURCE_ROOTS))
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
        owners=(Globs(base, (*owners, *([f"/{bridge}"] if bridge else []))),),
        bridge=_absolute(base, bridge) if bridge else "",
        moves=tuple(moves),
        phases=tuple(
            _phase(item, base, document.problem((*path, "phase", index), ""))
            for index, item in enumerate(table.get("phase", ()))
        ),
        place=document.problem(path, ""),
    )


def _phase(table: dict[str, Any], base: str, place: ConfigProblem) -> Phase:
    return Phase(
        name=table["name"],
        paths=Globs(base, tuple(table["paths"])),
        place=place,
        enforce=Enforcement(table.get("enforce", "ratchet")),
        validate=tuple(table.get("validate", ())),
        timeout_seconds=seconds(table["timeout"]) if "timeout" in table else None,
    )
