"""Text from files and their names, made fit to print."""

from __future__ import annotations

_UNFIT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def printable(text: str) -> str:
    """Return `text` with control, format and lone surrogate characters as escapes.

    A file name may hold terminal escapes, newlines and right-to-left marks.
    """
    if text.isprintable():
        return text
    import unicodedata  # a megabyte, for the few that are not

    return "".join(_escaped(c) if unicodedata.category(c) in _UNFIT else c for c in text)


def _escaped(character: str) -> str:
    point = ord(character)
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"
