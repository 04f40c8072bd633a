"""Flake8's configuration: which file it reads, and what in it silences us."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Generator, Iterator
from configparser import RawConfigParser
from importlib import metadata

from flake8_ssot_engine.config.ini import split_codes
from flake8_ssot_engine.config.loader import INI_FILES
from flake8_ssot_engine.engine.diagnosis.files import (
    UnreadableError,
    line_of,
    read_ini,
    read_toml,
    table_at,
)
from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark, ok
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.deprecated_text_reference import DEPRECATED_TEXT
from flake8_ssot_engine.rules.registry import RULES
from flake8_ssot_engine.rules.unused_suppression import UNUSED_SUPPRESSION

AREA = "Flake8"
_SECTION = "flake8"
_SECTIONS = (_SECTION, "flake8:local-plugins")
_VALID_PREFIX = re.compile(r"[A-Z]{1,3}[0-9]{0,3}")
_READS_PYPROJECT = ("flake8-pyproject", "pyproject-flake8")
_OPTIONS = ("select", "extend-select", "ignore", "extend-ignore")
_CODES = tuple(rule.code for rule in RULES if rule not in (DEPRECATED_TEXT, UNUSED_SUPPRESSION))
"""Those that the plugin can report."""


class Choice(NamedTuple):
    """The options that decide which codes Flake8 reports; None where one is not set."""

    select: list[str] | None = None
    extend_select: list[str] | None = None
    ignore: list[str] | None = None
    extend_ignore: list[str] | None = None

    def reports(self, code: str) -> bool:
        """Whether Flake8 reports a code; asked of the one that is installed (5 to 7)."""
        from flake8.style_guide import DecisionEngine

        options = argparse.Namespace(
            **self._asdict(),
            extended_default_select=["C90", "E", "F", "SSO", "W"],
            extended_default_ignore=[],
            enable_extensions=None,
        )
        return bool(DecisionEngine(options).decision_for(code).name == "Selected")


def diagnose_flake8_config(root: str) -> Iterator[Remark]:
    """Look at the files in which a project may configure Flake8.

    Source: Flake8's `options/config.py`: it reads the first file that has a section for it, in
    this folder or else in the nearest above, short of the home folder, and no others.
    """
    read = None
    for folder in _folders(root):
        read = yield from _folder(root, folder)
        if read is not None:
            break
    yield from _pyproject(root, read)


def _folders(root: str) -> Iterator[str]:
    yield root
    home, folder = os.path.expanduser("~"), os.path.dirname(root)
    while folder not in (home, os.path.dirname(folder)):
        yield folder
        folder = os.path.dirname(folder)


def _folder(root: str, folder: str) -> Generator[Remark, None, str | None]:
    """Look at the files of one folder; return the one that Flake8 reads, relative to the root."""
    read: str | None = None
    for name in INI_FILES:
        path = os.path.join(folder, name)
        name = os.path.relpath(path, root)
        if not os.path.isfile(path):
            continue
        try:
            parser = read_ini(AREA, root, path)
        except UnreadableError as error:
            yield error.remark
            continue
        if not any(map(parser.has_section, _SECTIONS)):
            yield from _options_outside(root, path, parser)
        elif read is None:
            read = name
            remarks = list(_traps(root, path, parser))
            yield from remarks or [ok(AREA, f"{name} silences none of our codes")]
        else:
            message = f"its [flake8] section is not read: Flake8 takes {read} and nothing else"
            why = "what it says has no effect"
            yield Remark(Level.ERROR, AREA, message, name, why, f"move the options into {read}")
    return read


def _options_outside(root: str, path: str, parser: RawConfigParser) -> Iterator[Remark]:
    for section in parser.sections():
        if any(option.startswith(("ssot-", "ssot_")) for option in parser.options(section)):
            place = os.path.relpath(line_of(path, f"[{section}]"), root)
            message = f"ssot options stand under [{section}]"
            why = "Flake8 and ssot read them under [flake8] alone"
            yield Remark(Level.ERROR, AREA, message, place, why, "write [flake8] above them")


def _pyproject(root: str, read: str | None) -> Iterator[Remark]:
    path = os.path.join(root, "pyproject.toml")
    if not os.path.isfile(path):
        return
    try:
        values = read_toml(AREA, root, path).values
    except UnreadableError as error:
        yield error.remark
        return
    if not table_at(values, "tool", "flake8") or any(map(_is_installed, _READS_PYPROJECT)):
        return
    yield Remark(
        Level.ERROR,
        AREA,
        "[tool.flake8] is not read: Flake8 takes no TOML",
        os.path.relpath(line_of(path, "[tool.flake8"), root),
        "what it says has no effect",
        f"move the options into [flake8] in {read or 'setup.cfg'}, or install Flake8-pyproject",
    )


def _is_installed(distribution: str) -> bool:
    try:
        metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


def _traps(root: str, path: str, parser: RawConfigParser) -> Iterator[Remark]:
    if not parser.has_section(_SECTION):
        return
    section = {name.replace("_", "-"): value for name, value in parser.items(_SECTION)}

    def place(option: str) -> str:
        at = line_of(path, option)
        return os.path.relpath(at if at != path else line_of(path, option.replace("-", "_")), root)

    lists = {name: split_codes(section[name]) for name in _OPTIONS if name in section}
    told: list[str] = []
    for option in ("ignore", "extend-ignore"):
        refused = [
            code
            for code in lists.get(option, ())
            if code.startswith("SSOT") and not _VALID_PREFIX.fullmatch(code)
        ]
        if refused:
            told += refused
            message = f"`{option}` names {', '.join(refused)}"
            why = (
                "from 6.0 on Flake8 ends with a ValueError: a code there has three letters at most"
            )
            instead = f"ssot-ignore = {','.join(refused)}"
            yield Remark(Level.ERROR, AREA, message, place(option), why, instead)
    choice = Choice(*(list(lists[n]) if n in lists else None for n in _OPTIONS))
    silent = [c for c in _CODES if not choice.reports(c) and not c.startswith(tuple(told))]
    if silent:
        yield _silenced(choice, lists, silent, place)
    else:
        yield from _per_file(choice, section.get("per-file-ignores", ""), place("per-file-ignores"))
    if section.get("disable-noqa", "").lower() in ("1", "yes", "true", "on"):
        message = "`disable-noqa` is on"
        why = "Flake8 reports what a `# noqa` covers, `ssot check` does not: their verdicts differ"
        yield Remark(
            Level.WARNING, AREA, message, place("disable-noqa"), why, "remove `disable-noqa`"
        )


def _silenced(
    choice: Choice,
    lists: dict[str, tuple[str, ...]],
    silent: list[str],
    place: Callable[[str], str],
) -> Remark:
    """Return what turns codes off: an entry of `ignore` that is their beginning, or `select`."""
    is_whole = len(silent) == len(_CODES)
    level = Level.ERROR if is_whole else Level.WARNING  # who names some codes means it
    what = "every SSOT code" if is_whole else ", ".join(silent)
    for option in ("extend-ignore", "ignore"):
        for code in lists.get(option, ()):
            if silent[0].startswith(code):
                message = f"`{option} = {code}` silences {what}"
                why = f"Flake8 takes `{code}` for every code that begins so"
                if code.startswith("SSOT"):
                    instead = f"ssot-ignore = {code}"
                else:
                    instead = "extend-select = SSOT beside it: the longer beginning wins"
                return Remark(level, AREA, message, place(option), why, instead)
    selected = ",".join(choice.select or ())
    message = f"`select = {selected}` leaves out {what}"
    why = "Flake8 reports nothing but what `select` names, once it is set"
    instead = "add SSOT to `select`"
    return Remark(level, AREA, message, place("select"), why, instead)


def _per_file(choice: Choice, text: str, place: str) -> Iterator[Remark]:
    """Yield a remark for each group of files whose ignored codes are more than meant.

    Our own codes are meant.
    """
    from flake8.exceptions import ExecutionError
    from flake8.utils import parse_files_to_codes_mapping

    try:
        every = parse_files_to_codes_mapping(text)
    except ExecutionError as error:
        message = f"`per-file-ignores` is not understood: {str(error).splitlines()[0]}"
        why = "Flake8 ends with this error"
        yield Remark(Level.ERROR, AREA, message, place, why, "one `files:codes` a line")
        return
    for files, codes in every:
        codes = [code for code in codes if not code.startswith("SSOT")]
        for code in codes:
            inner = choice._replace(extend_ignore=[*(choice.extend_ignore or ()), code])
            if "SSOT".startswith(code) and not inner.reports(_CODES[0]):
                message = f"`{files}:{code}` silences every SSOT code in these files"
                why = f"Flake8 takes `{code}` for every code that begins so"
                instead = "extend-select = SSOT: the longer beginning wins"
                yield Remark(Level.WARNING, AREA, message, place, why, instead)
