"""pre-commit: whether its hooks run us as they should, and are installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec

from flake8_ssot_engine.engine.diagnosis.files import (
    Table,
    UnreadableError,
    line_of,
    read_yaml,
    tables_at,
    texts_at,
)
from flake8_ssot_engine.engine.diagnosis.git_repository import hooks_folder, hooks_path
from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark, ok

AREA = "pre-commit"
FILE_NAME = ".pre-commit-config.yaml"
_PACKAGE = "flake8-ssot-engine"
_MOVING = frozenset({"", "HEAD", "main", "master", "develop", "trunk", "stable"})
_ISOLATED = frozenset({"", "python"})
"""The languages of a hook that runs in an environment of its own; "" is that of its repository."""


def diagnose_pre_commit(root: str) -> Iterator[Remark]:
    """Look at pre-commit's configuration in a project's root, if there is one.

    Source: https://pre-commit.com, "Adding pre-commit plugins to your project".
    """
    path = os.path.join(root, FILE_NAME)
    if not os.path.isfile(path):
        return
    if find_spec("yaml") is None:
        why = f"{FILE_NAME} was not looked at"
        instead = "pip install PyYAML beside ssot, then ask again"
        yield Remark(Level.WARNING, AREA, "PyYAML is not installed", FILE_NAME, why, instead)
        return
    try:
        values = read_yaml(AREA, root, path)
    except UnreadableError as error:
        yield error.remark
        return
    hooks = [
        (repository, hook)
        for repository in tables_at(values, "repos")
        for hook in tables_at(repository, "hooks")
    ]
    remarks = [
        remark for repository, hook in hooks for remark in _diagnose_hook(repository, hook, path)
    ]
    yield from remarks
    if not remarks and any(_is_ours(*each) or _is_flake8(each[1]) for each in hooks):
        yield ok(AREA, "its hooks run the rules")
    yield from _installed(root)


def _diagnose_hook(repository: Table, hook: Table, path: str) -> Iterator[Remark]:
    name, url = str(hook.get("id", "")), str(repository.get("repo", ""))
    place = os.path.basename(line_of(path, f"id: {name}"))
    if _is_flake8(hook) and _is_isolated(repository, hook) and not _installs_us(hook):
        message = f"the hook `{name}` has no {_PACKAGE} in `additional_dependencies`"
        why = "pre-commit runs Flake8 in an environment of its own, without the plugin"
        instead = f"additional_dependencies: [{_PACKAGE}]"
        yield Remark(Level.ERROR, AREA, message, place, why, instead)
    if not _is_ours(repository, hook):
        return
    if url == "local" and _is_isolated(repository, hook) and not _installs_us(hook):
        message = f"the hook `{name}` has no {_PACKAGE} in `additional_dependencies`"
        why = "with `language: python` it runs in an environment of its own, without ssot"
        instead = f"language: system, or additional_dependencies: [{_PACKAGE}]"
        yield Remark(Level.ERROR, AREA, message, place, why, instead)
    revision = str(repository.get("rev", ""))
    if url not in ("local", "meta") and revision in _MOVING:
        message = f"`rev: {revision}` of {url} is no fixed version"
        message = message if revision else f"{url} has no `rev`"
        why = "pre-commit keeps what it fetched first, a different one on each machine"
        yield Remark(
            Level.WARNING, AREA, message, place, why, "rev: a tag (`pre-commit autoupdate`)"
        )
    is_serial = hook.get("require_serial") is True or hook.get("pass_filenames") is False
    if url == "local" and "ssot fix" in _command(hook) and not is_serial:
        message = f"the hook `{name}` runs `ssot fix` several times at once"
        why = "pre-commit shares the files out between processes; all but one are refused"
        yield Remark(Level.WARNING, AREA, message, place, why, "require_serial: true")


def _is_flake8(hook: Table) -> bool:
    return hook.get("id") == "flake8" or _command(hook).split(" ")[0] == "flake8"


def _is_ours(repository: Table, hook: Table) -> bool:
    url, command = str(repository.get("repo", "")), _command(hook).split(" ")
    return _PACKAGE in url or command[0] == "ssot" or "flake8_ssot_engine" in command


def _command(hook: Table) -> str:
    words = [str(hook.get("entry", "")), *texts_at(hook, "args")]
    return " ".join(" ".join(words).split())


def _is_isolated(repository: Table, hook: Table) -> bool:
    language = str(hook.get("language", ""))
    return language in _ISOLATED and (repository.get("repo") != "local" or language != "")


def _installs_us(hook: Table) -> bool:
    """Whether the package is among what a hook installs, from an index, a folder or a URL."""
    return any(
        "ssot" in text or text.startswith((".", "/", "-e"))
        for text in texts_at(hook, "additional_dependencies")
    )


def _installed(root: str) -> Iterator[Remark]:
    folder = hooks_folder(root)
    if folder is None:
        return
    if os.path.exists(os.path.join(folder, "pre-commit")):
        yield ok(AREA, "the git hook is installed")
        return
    why = "commits are not checked"
    own = hooks_path(root)
    instead = "pre-commit install"
    if own is not None:
        instead = f"git config --unset core.hooksPath (it is {own}), then pre-commit install"
    message = "the git hook is not installed"
    yield Remark(Level.WARNING, AREA, message, FILE_NAME, why, instead)
