"""Draft: the text of a new `ssot.toml`, for a person to read and go on with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from flake8_ssot_engine.migrations import Move
from flake8_ssot_engine.records import NamedTuple

_HEAD = """\
# What is deprecated here, and where it went: `ssot check` reports what still uses the old names,
# `ssot fix` redirects it. `ssot schema` prints every key that may stand here.
"""
_PHASES = """\
# A large migration goes in steps. `ssot migrate` takes them in order; the commands must pass
# before and after each, or its files are put back.
#
# [[migration.phase]]
# name = "core"
# paths = ["/src/core/**"]
# enforce = "ratchet"  # off, ratchet or error
# validate = ["python -m pytest tests"]
#
# [[migration.phase]]
# name = "everything-else"
# paths = ["**"]
"""
_UNCERTAIN = """\
# These may be deprecated as well, but it is not certain. Take the `#` away from those that are.
"""


class DraftMove(NamedTuple):
    """A move to be written, with why; as a comment, where `doubt` says why it may be wrong.

    `place` is where the old name was found, as a person reads it: `pkg/old.py:12`.
    """

    move: Move
    place: str
    reason: str
    doubt: str = ""


class Draft(NamedTuple):
    """One migration, as far as it is known; `source_roots` only where they are not the usual."""

    id: str
    title: str
    moves: Sequence[DraftMove]
    owners: Sequence[str] = ()
    source_roots: Sequence[str] = ()


def render_draft(draft: Draft) -> str:
    """Return the text of a configuration file (TOML 1.0) that holds the draft."""
    return "\n".join(_blocks(draft))


def _blocks(draft: Draft) -> Iterator[str]:
    yield _HEAD
    if draft.source_roots:
        yield f"source-roots = {_array(draft.source_roots)}  # where absolute imports start\n"
    lines = ["[[migration]]", f"id = {_string(draft.id)}  # ends every message"]
    lines.append(f"title = {_string(draft.title)}")
    lines.append('# reason = "why the old names must go"')
    lines.append("# deadline = 2030-12-31  # from then on every remaining violation is an error")
    if draft.owners:
        lines.append("# The files that keep the old names alive, and so may use them.")
        lines.append(f"owners = {_array(draft.owners)}")
    yield _joined(lines)
    yield from (_joined(_move(item)) for item in draft.moves if not item.doubt)
    doubtful = [item for item in draft.moves if item.doubt]
    if doubtful:
        yield _UNCERTAIN
    for item in doubtful:
        yield _joined(f"# {line}" for line in _move(item))
    yield _PHASES


def _move(item: DraftMove) -> Iterator[str]:
    told = f"{item.reason} ({item.doubt})" if item.doubt else item.reason
    if item.place or told:
        yield _comment(": ".join(filter(None, (item.place, told))))
    yield "[[migration.move]]"
    yield f"old = {_string(str(item.move.old))}"
    if item.move.new is not None:
        yield f"new = {_string(str(item.move.new))}"
    elif item.move.hint:
        yield f"hint = {_string(item.move.hint)}"


def _joined(lines: Iterator[str] | Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _comment(text: str) -> str:
    return "# " + "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _array(values: Sequence[str]) -> str:
    if len(values) == 1:
        return f"[{_string(values[0])}]"
    return "[" + ", ".join(map(_string, values)) + "]" if len(values) < 4 else _tall(values)


def _tall(values: Sequence[str]) -> str:
    return "[\n" + "".join(f"    {_string(value)},\n" for value in values) + "]"


def _string(text: str) -> str:
    # A JSON string is a basic string of TOML, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
