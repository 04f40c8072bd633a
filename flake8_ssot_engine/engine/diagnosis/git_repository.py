"""git: what of it `--new-since`, campaigns and reports need."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark, ok
from flake8_ssot_engine.project.git import GitError, run_git

AREA = "git"
_SECONDS = 30
_OWN_FOLDER = ".ssot"


def diagnose_git(root: str) -> Iterator[Remark]:
    """Look at the repository that a project lies in."""
    if shutil.which("git") is None:
        why = "`--new-since` and `migrate --commit` need it"
        yield Remark(Level.WARNING, AREA, "is not installed", "", why, "install git")
        return
    is_shallow = _git(root, "rev-parse", "--is-shallow-repository")
    if is_shallow is None:
        why = "`--new-since` and `migrate --commit` need one"
        yield Remark(Level.WARNING, AREA, "no repository", "", why, "git init, or go to the clone")
        return
    if is_shallow == "true":
        why = "`--new-since REF` may not find where the branch left REF"
        instead = "git fetch --unshallow (GitHub: `fetch-depth: 0` of actions/checkout)"
        yield Remark(Level.WARNING, AREA, "the clone is shallow", "", why, instead)
    else:
        yield ok(AREA, "the repository has its history")
    if _git(root, "ls-files", "--", _OWN_FOLDER):
        why = "the journals of one machine's runs mean nothing on another"
        instead = f"git rm -r --cached {_OWN_FOLDER}"
        yield Remark(
            Level.WARNING, AREA, f"files of {_OWN_FOLDER}/ are committed", "", why, instead
        )
    elif os.path.isdir(os.path.join(root, _OWN_FOLDER)) and not _is_ignored(root):
        why = "`git add .` would take the journals of this machine's runs"
        instead = f"a line `{_OWN_FOLDER}/` in .gitignore"
        yield Remark(Level.WARNING, AREA, f"{_OWN_FOLDER}/ is not ignored", "", why, instead)


def hooks_folder(root: str) -> str | None:
    """Return the absolute folder that git takes its hooks from; None outside a repository."""
    folder = _git(root, "rev-parse", "--git-path", "hooks")
    return None if folder is None else os.path.normpath(os.path.join(root, folder))


def hooks_path(root: str) -> str | None:
    """Return the setting `core.hooksPath`, which pre-commit refuses; None where it is not set."""
    return _git(root, "config", "--get", "core.hooksPath")


def _is_ignored(root: str) -> bool:
    return _git(root, "check-ignore", "--", f"{_OWN_FOLDER}/runs") is not None


def _git(root: str, *arguments: str) -> str | None:
    """Return what git answers; None where it says no, or is not there."""
    try:
        return os.fsdecode(run_git(root, *arguments, timeout_seconds=_SECONDS)).strip()
    except GitError:
        return None
