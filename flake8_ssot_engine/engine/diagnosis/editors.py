"""Editors: the settings that a repository brings for them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from flake8_ssot_engine.engine.diagnosis.files import (
    Table,
    UnreadableError,
    line_of,
    read_commented_json,
    texts_at,
)
from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark, ok

AREA = "editor"
_FILE = os.path.join(".vscode", "settings.json")
_NO_PLUGIN = "the editor shows no SSOT violation"


def diagnose_editors(root: str) -> Iterator[Remark]:
    """Look at the settings for Visual Studio Code in a project, if there are any.

    Source: the settings of the extensions ms-python.flake8 (its package.json of 2025; issues 104
    and 318 tell of plugins) and pylsp.
    """
    path = os.path.join(root, _FILE)
    if not os.path.isfile(path):
        return
    try:
        values = read_commented_json(AREA, root, path)
    except UnreadableError as error:
        yield error.remark
        return
    found = [
        Remark(
            Level.WARNING,
            AREA,
            message,
            os.path.relpath(line_of(path, f'"{key}"'), root),
            why,
            instead,
        )
        for key, message, why, instead in _traps(values)
    ]
    if found:
        yield from found
    elif any(key.startswith(("flake8.", "pylsp.plugins.flake8.")) for key in values):
        yield ok(AREA, f"{_FILE} runs Flake8 with the plugin")


def _traps(values: Table) -> Iterator[tuple[str, str, str, str]]:
    """Yield the key of each setting that hides violations: what it is, what comes of it, a cure."""
    if values.get("flake8.enabled") is False:
        yield "flake8.enabled", "`flake8.enabled` is false", _NO_PLUGIN, '"flake8.enabled": true'
    elif any(key.startswith("flake8.") for key in values) and not values.get("flake8.path"):
        strategy = values.get("flake8.importStrategy", "useBundled")
        if strategy != "fromEnvironment":
            yield (
                "flake8.importStrategy",
                f"`flake8.importStrategy` is {strategy}",
                "the extension takes a Flake8 of its own, which need not find the plugin",
                '"flake8.importStrategy": "fromEnvironment"',
            )
    for pattern in texts_at(values, "flake8.ignorePatterns"):
        if pattern.strip("/") in ("**", "*", "**/*", "**/*.py", "*.py"):
            message = f"`flake8.ignorePatterns` has `{pattern}`"
            yield "flake8.ignorePatterns", message, _NO_PLUGIN, "narrower patterns"
    arguments = texts_at(values, "flake8.args")
    if "--isolated" in arguments:
        why = "Flake8 reads no configuration in the editor: its verdict is another there"
        instead = "arguments without `--isolated`"
        yield "flake8.args", "`flake8.args` has `--isolated`", why, instead
    if values.get("pylsp.plugins.flake8.enabled") is False:
        key = "pylsp.plugins.flake8.enabled"
        yield key, f"`{key}` is false", _NO_PLUGIN, f'"{key}": true'
    if "python.linting.flake8Enabled" in values:
        key = "python.linting.flake8Enabled"
        why = f"the Python extension does not lint any more since 2023: {_NO_PLUGIN}"
        yield key, f"`{key}` has no effect", why, "the extension ms-python.flake8"
