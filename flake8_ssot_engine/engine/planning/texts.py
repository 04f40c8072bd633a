"""Texts: the plan for what comments, strings, and files that are no Python, name."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Mapping

from flake8_ssot_engine.edits import Applicability, Edit
from flake8_ssot_engine.engine.planning.plan import FilePlan, Key
from flake8_ssot_engine.engine.texts.reader import Hit
from flake8_ssot_engine.source import Span

_MAY_BE_DATA = "a program may compare the string with others; `--unsafe` does it"


def by_key(hits: Iterable[Hit]) -> dict[Key, Hit]:
    """Return hits by what tells the violations of a file apart."""
    return {Key(hit.violation.code, hit.violation.span): hit for hit in hits}


def plan_texts(
    path: str,
    hits: Mapping[Key, Hit],
    others: Collection[Edit] = (),
    *,
    allow_unsafe: bool,
) -> FilePlan:
    """Plan the end of some violations in texts, beside other edits of the same file.

    Those in one block of code, or in one import statement of an example, are fixed together or not
    at all.
    """
    fixed: dict[Key, Applicability] = {}
    withheld: dict[Key, str] = {}
    edits: dict[Edit, None] = {}
    taken = _Taken(edit.span for edit in others)
    for key, hit in hits.items():
        own = [Edit(path, span, text) for span, text in hit.edits]
        if not own:
            withheld[key] = hit.violation.unfixable_because
        elif hit.level < Applicability.SAFE and not allow_unsafe:
            withheld[key] = hit.unsafe or _MAY_BE_DATA
        elif not all(edit in edits or taken.has_room_for(edit.span) for edit in own):
            withheld[key] = "another fix changes its place"
        else:
            fixed[key] = hit.level
            taken.add(edit.span for edit in own if edit not in edits)
            edits.update(dict.fromkeys(own))
    return FilePlan(edits=tuple(edits), fixed=fixed, withheld=withheld)


class _Taken:
    """The places that edits have taken, none of which overlap."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans: list[Span] = sorted(spans)

    def add(self, spans: Iterable[Span]) -> None:
        for span in spans:
            insort(self._spans, span)

    def has_room_for(self, span: Span) -> bool:
        at = bisect_left(self._spans, span)
        is_clear_before = at == 0 or self._spans[at - 1].end <= span.start
        return is_clear_before and (at == len(self._spans) or self._spans[at].start >= span.end)
