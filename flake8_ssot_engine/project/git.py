"""git, by its command: it knows every format of repository, and whatever people configured."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from flake8_ssot_engine.errors import SsotError


class GitError(SsotError):
    """git refused, or is not there; the text is what it said."""


def run_git(
    folder: str,
    *arguments: str,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    timeout_seconds: float | None = None,
) -> bytes:
    """Run git in a folder and return what it prints; `environment` is added to our own.

    Raises GitError, also where it takes longer than `timeout_seconds`.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            ["git", "-C", folder, *arguments],  # noqa: S607 - the user's own git
            input=stdin,
            capture_output=True,
            check=False,
            env={**git_environment(), **(environment or {})},
            timeout=timeout_seconds,
        )
    except FileNotFoundError:
        raise GitError("git is not installed") from None
    except OSError as error:
        raise GitError(f"git: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise GitError(f"git {arguments[0]} took more than {timeout_seconds:g} s") from None
    if done.returncode:
        told = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
        raise GitError(told.removeprefix("fatal: ") or f"git {arguments[0]} failed")
    return done.stdout


def git_environment() -> dict[str, str]:
    """Return our environment without what a hook is told of its repository.

    With `GIT_DIR` alone git takes the folder that it is run in for the top of the work tree.
    """
    hidden = set() if "GIT_WORK_TREE" in os.environ else {"GIT_DIR", "GIT_PREFIX", "GIT_COMMON_DIR"}
    return {name: value for name, value in os.environ.items() if name not in hidden}
