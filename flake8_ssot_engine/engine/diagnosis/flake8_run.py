"""Flake8 itself: whether it runs the plugin here, and reports what it should."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata

from flake8_ssot_engine.config.loader import FILE_NAME, INI_FILES
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark, ok
from flake8_ssot_engine.migrations import Move

AREA = "Flake8"
PLUGIN = "flake8-ssot-engine"
_OLDEST = 5
_SECONDS = 60
_FAILURE = "critical error during execution"
_PROBE = "ssot_doctor_probe.py"


def diagnose_flake8(settings: Settings) -> Iterator[Remark]:
    """Run Flake8 in a project on one line that names a moved symbol."""
    try:
        version = metadata.version("flake8")
    except metadata.PackageNotFoundError:
        why = "the plugin has nothing to run in; `ssot check` works"
        instead = f"{sys.executable} -m pip install flake8"
        yield Remark(Level.ERROR, AREA, "is not installed beside ssot", "", why, instead)
        return
    if int(version.partition(".")[0]) < _OLDEST:
        why = f"the plugin is made for Flake8 {_OLDEST} and later"
        instead = f"{sys.executable} -m pip install --upgrade flake8"
        yield Remark(Level.ERROR, AREA, f"version {version} is installed", "", why, instead)
    yield from _other_flake8()
    probe = _probe(settings)
    if probe is not None:
        yield _verdict(settings, version, probe)


def _folder_of(file: str) -> str:
    return os.path.realpath(os.path.dirname(os.path.abspath(file)))


def _other_flake8() -> Iterator[Remark]:
    """Yield a remark where the `flake8` that a shell finds is one without the plugin."""
    found = shutil.which("flake8")
    if found is None or _folder_of(found) == _folder_of(sys.executable):
        return
    done = _run([found, "--version"], os.getcwd())
    if done is not None and PLUGIN not in done.stdout:
        why = "who types `flake8` sees no SSOT code"
        instead = f"install {PLUGIN} there, or run `{sys.executable} -m flake8`"
        message = "the one that the shell finds is another, without the plugin"
        yield Remark(Level.WARNING, AREA, message, found, why, instead)


def _probe(settings: Settings) -> str | None:
    """Return a line that the plugin must report in a file at the root; None where there is none."""
    checker = Checker(settings.unfiltered())
    for _, move in settings.index:
        text = _import_of(move)
        result = checker.check_bytes(
            os.path.join(settings.root, _PROBE), text.encode(), shown_as=_PROBE
        )
        if any(found.violation.code == "SSOT001" for found in result.findings):
            return text
    return None


def _import_of(move: Move) -> str:
    if len(move.old) == 1:
        return f"import {move.old}\n"
    return f"from {move.old.parent} import {move.old.last}\n"


def _verdict(settings: Settings, version: str, probe: str) -> Remark:
    command = [sys.executable, "-m", "flake8", f"--stdin-display-name={_PROBE}", "-"]
    done = _run(command, settings.root, probe)
    tried = f"`{probe.strip()}`"
    if done is None:
        why = "whether it reports SSOT codes here is not known"
        instead = f"run it by hand in {settings.root}: {' '.join(command[:3])}"
        return Remark(Level.ERROR, AREA, "did not start or did not end", "", why, instead)
    if "SSOT001" in done.stdout:
        return ok(AREA, f"{version} runs the plugin, and reports {tried}")
    failure = done.stderr or (done.stdout if _FAILURE in done.stdout else "")
    if failure:
        failure = failure.strip().splitlines()[-1]
        message = f"{version} fails: {failure}"
        return Remark(Level.ERROR, AREA, message, "", "nothing is checked", "mend what it says")
    listed = _run([sys.executable, "-m", "flake8", "--version"], settings.root)
    if listed is None or PLUGIN not in listed.stdout:
        why = "Flake8 runs without it"
        instead = f"{sys.executable} -m pip install --force-reinstall {PLUGIN}"
        return Remark(Level.ERROR, AREA, "the plugin is not registered", "", why, instead)
    if not settings.selects("SSOT001"):
        return ok(AREA, f"{version} runs the plugin; the configuration turns SSOT001 off")
    why = "no SSOT violation will be seen there"
    instead = "see what else is told of Flake8 here; `flake8 -v` tells what it reads"
    name = os.path.basename(settings.path)
    if name not in ("", FILE_NAME, "pyproject.toml", *INI_FILES):
        instead = f"ssot-config = {os.path.relpath(settings.path, settings.root)}"
    return Remark(Level.ERROR, AREA, f"{version} does not report {tried}", "", why, instead)


def _run(
    command: Sequence[str], folder: str, text: str = ""
) -> subprocess.CompletedProcess[str] | None:
    """Run a program to its end; None where it has none."""
    try:
        return subprocess.run(  # noqa: S603 - our own arguments
            command,
            cwd=folder,
            input=text,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
