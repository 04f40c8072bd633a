"""Text from files and their names, made fit to print."""

from __future__ import annotations

from flake8_ssot_engine.errors import ConfigError, SsotError

_UNFIT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def printable(text: str) -> str:
    """Return `text` with control, format and lone surrogate characters as escapes.

    A file name may hold terminal escapes, newlines and right-to-left marks.
    """
    if text.isprintable():
        return text
    import unicodedata  # a megabyte, for the few that are not

    return "".join(_escaped(c) if unicodedata.category(c) in _UNFIT else c for c in text)


def printable_lines(text: str) -> str:
    """Return a text that may have several lines, each made printable."""
    return text if text.isprintable() else "\n".join(map(printable, text.split("\n")))


def printable_error(error: SsotError) -> str:
    """Return what an error tells, a line for each thing that is wrong."""
    problems = error.problems if isinstance(error, ConfigError) else (error,)
    return "\n".join(printable(str(problem)) for problem in problems)


def _escaped(character: str) -> str:
    point = ord(character)
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"
