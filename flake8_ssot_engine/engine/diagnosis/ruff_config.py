"""Ruff: whether it would delete our `# noqa` comments."""

from __future__ import annotations

import os
from collections.abc import Iterator

from flake8_ssot_engine.engine.diagnosis.files import (
    Table,
    UnreadableError,
    line_of,
    read_toml,
    table_at,
    texts_at,
)
from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark, ok

AREA = "Ruff"
_CODE = "SSOT001"
_NAMES = (".ruff.toml", "ruff.toml", "pyproject.toml")
"""In the order in which Ruff takes the first one of a folder; a pyproject needs `[tool.ruff]`."""
_DELETING = {
    "RUF100": "unused-noqa",
    "RUF102": "invalid-rule-code",
}
_MOST_EXTENDED = 20


def diagnose_ruff(root: str) -> Iterator[Remark]:
    """Look at Ruff's configuration in a project's root, if there is one.

    Source: Ruff's settings `external`, `select`, `extend-select`, `ignore` and `extend`.
    """
    try:
        path = _config_of(root)
        if path is None:
            return
        settings = _settings(path, root)
    except UnreadableError as error:
        yield error.remark
        return
    place = os.path.relpath(line_of(path, "external"), root)
    if any(_CODE.startswith(prefix) for prefix in settings["external"]):
        yield ok(AREA, f"{place} keeps `# noqa: {_CODE}`")
        return
    on = [f"{code} ({name})" for code, name in _DELETING.items() if _selects(settings, code)]
    table = "[tool.ruff.lint]" if os.path.basename(path) == "pyproject.toml" else "[lint]"
    instead = f'external = ["SSOT"] under {table}'
    if on:
        message = f"{' and '.join(on)} on, and `external` does not name SSOT"
        why = f"`ruff check --fix` deletes each `# noqa: {_CODE}`"
        yield Remark(Level.ERROR, AREA, message, os.path.relpath(path, root), why, instead)
    else:
        message = "`external` does not name SSOT"
        why = f"the day that RUF100 is selected, `ruff check --fix` deletes each `# noqa: {_CODE}`"
        yield Remark(Level.WARNING, AREA, message, os.path.relpath(path, root), why, instead)


def _config_of(root: str) -> str | None:
    for name in _NAMES:
        path = os.path.join(root, name)
        if os.path.isfile(path) and (name != "pyproject.toml" or _table(path, root) is not None):
            return path
    return None


def _table(path: str, root: str) -> Table | None:
    values = read_toml(AREA, root, path).values or {}
    if os.path.basename(path) != "pyproject.toml":
        return values
    return values["tool"]["ruff"] if "ruff" in table_at(values, "tool") else None


def _settings(path: str, root: str) -> dict[str, list[str]]:
    """Return the lists that matter here, with those of the files that a file extends."""
    layers: list[Table] = []
    while os.path.isfile(path) and len(layers) < _MOST_EXTENDED:
        table = table_at(_table(path, root))
        layers.append(table)
        extended = table.get("extend")
        if not isinstance(extended, str):
            break
        path = os.path.join(os.path.dirname(path), os.path.expanduser(extended))
    merged: dict[str, list[str]] = {
        name: [] for name in ("external", "select", "extend-select", "ignore", "extend-ignore")
    }
    for table in reversed(layers):
        for values in (table, table_at(table, "lint")):  # at the top: as it was before Ruff 0.2
            for name in merged:
                if name in values:
                    own = texts_at(values, name)
                    merged[name] = merged[name] + own if name.startswith("extend-") else own
            if "select" in values:
                merged["extend-select"] = texts_at(values, "extend-select")
    return merged


def _selects(settings: dict[str, list[str]], code: str) -> bool:
    """Whether a rule is on: the longest prefix wins, and `ignore` of two as long."""
    wanted = _longest(settings["select"] + settings["extend-select"], code)
    return wanted > _longest(settings["ignore"] + settings["extend-ignore"], code)


def _longest(prefixes: list[str], code: str) -> int:
    lengths = (
        0 if prefix == "ALL" else len(prefix)
        for prefix in prefixes
        if prefix == "ALL" or (prefix and code.startswith(prefix))
    )
    return max(lengths, default=-1)
