"""The report of what reached old names while tests ran: lines for a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from flake8_ssot_engine.campaign.found.record import NAME, Record, Standing
from flake8_ssot_engine.campaign.found.uses import Frame, Manner, Use
from flake8_ssot_engine.campaign.journal import FOLDER
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.outcome import plural

SHOWN_AS = f"{FOLDER}/{NAME}"
_FEW = 10
"""Uses that are named at the end of a test run."""
_FEW_STACKS = 3
"""Uses of which the stack is told."""
_SHORT_STACK = 5
"""Calls that are told of a stack, those nearest to the old name."""
_VERBS = {Manner.IMPORT: "imports", Manner.NAME: "reads", Manner.CHANGE: "sets"}


def render_run(uses: Sequence[Use], gaps: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Yield what a test run found; `uses` are the whole record's, `gaps` what it could not see."""
    yield from _render_uses(uses) if uses else ["nothing outside the owners reached an old name"]
    for why, names in gaps.items():
        if names:
            shown = sorted(names)[:_FEW]
            more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
            yield f"{why}: {printable(', '.join(shown))}{more}"


def _render_uses(uses: Sequence[Use]) -> Iterator[str]:
    missed = [use for use in uses if not use.is_known]
    known = len(uses) - len(missed)
    yield (
        f"{plural(len(uses), 'place')} reached an old name: {known} reported by `ssot check`,"
        f" {len(missed)} missed by static analysis"
    )
    for use in missed[:_FEW]:
        yield f"  {_told(use)}{_by(use)}"
    if len(missed) > _FEW:
        yield f"  and {len(missed) - _FEW} more"
    yield f"the stacks are in {SHOWN_AS}; `ssot retire --dry-run` tells what is left of it"


def render_in_the_way(
    record: Record | None, standing: Sequence[Standing], *, is_verbose: bool
) -> Iterator[str]:
    """Yield what a record holds against a retirement, of one migration."""
    if record is None:
        yield (
            "at run time: nothing is recorded; `pytest -p flake8_ssot_engine.pytest_plugin` finds"
            " what static analysis cannot see"
        )
        return
    if not standing:
        yield f"at run time: nothing reached an old name that is still there ({_at(record)})"
        return
    missed = sum(not one.use.is_known for one in standing)
    yield (
        f"at run time: {plural(len(standing), 'place')} reached an old name, {missed} of them"
        f" missed by static analysis ({_at(record)})"
    )
    shown = sorted(standing, key=lambda one: one.use.is_known)
    shown = shown if is_verbose else shown[:_FEW_STACKS]
    for one in shown:
        yield from _render_standing(one, is_verbose=is_verbose)
    if len(shown) < len(standing):
        yield f"    and {len(standing) - len(shown)} more (--verbose lists them)"
    yield "    mend these places, or make their files owners; then run the tests again with"
    yield "    `pytest -p flake8_ssot_engine.pytest_plugin`, which drops what is no longer"
    yield f"    reached; if the record is of no use any more, delete {SHOWN_AS}"


def _at(record: Record) -> str:
    return f"{SHOWN_AS}, {printable(record.at)}"


def _render_standing(standing: Standing, *, is_verbose: bool) -> Iterator[str]:
    use = standing.use
    yield f"    {_told(use)}{' (`ssot check` reports it)' if use.is_known else ''}"
    stack = use.stack if is_verbose else use.stack[-_SHORT_STACK:]
    for frame in stack:
        yield f"      by {_place(frame)}"
    for test in use.tests if is_verbose else use.tests[:1]:
        yield f"      in {printable(test) if test else 'what ran before the tests'}"
    if len(use.tests) > 1 and not is_verbose:
        yield f"      and in {plural(len(use.tests) - 1, 'other test')}"
    if standing.changed:
        told = ", ".join(map(printable, standing.changed))
        yield f"      changed since, but for the line itself: {told}"


def _told(use: Use) -> str:
    return f"{_place(use.place)} {_VERBS[use.manner]} `{printable(use.symbol)}`"


def _by(use: Use) -> str:
    if not use.tests:
        return ""
    more = f" and {len(use.tests) - 1} more" if len(use.tests) > 1 else ""
    return f" ({printable(use.tests[0]) if use.tests[0] else 'before the tests'}{more})"


def _place(frame: Frame) -> str:
    return f"{printable(frame.path)}:{frame.line} {printable(frame.function)}"
