"""The report of a campaign: each event as lines for a person."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from flake8_ssot_engine.campaign.events import (
    CheckBegun,
    CheckEnded,
    Event,
    FilesRestored,
    FixPlanned,
    PhaseBegun,
    PhaseEnded,
    PhaseOutcome,
    PhaseResult,
    When,
)
from flake8_ssot_engine.campaign.journal import FOLDER, Run, State
from flake8_ssot_engine.campaign.planner import Step
from flake8_ssot_engine.campaign.restoring import Restored
from flake8_ssot_engine.campaign.retire import Leftover, Retirement
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.fix_report import render_fix_text
from flake8_ssot_engine.reports.found_report import render_in_the_way
from flake8_ssot_engine.reports.outcome import plural
from flake8_ssot_engine.reports.text import COLOR, PLAIN, Style

_FEW = 3
"""Places that are named of each kind."""
_MANY = 10
"""Problems that are named of each check."""
_SHORT = 60
"""Characters of a command that tell which one it was."""
_WHEN = {
    When.BEFORE: "before",
    When.AFTER: "after",
    When.RESTORED: "once more, restored",
}


def render_event(event: Event, *, is_verbose: bool, is_colored: bool = False) -> Iterator[str]:
    """Yield the lines that tell a person of an event."""
    style = COLOR if is_colored else PLAIN
    match event:
        case PhaseBegun(step, number, of):
            name = f"{style.bold}{printable(step.label)}{style.reset}"
            if step.removes:
                yield f"{name} {printable(step.migration.id)}"
            else:
                files = plural(len(step.tasks), "file")
                yield f"phase {number} of {of}: {name} ({files})"
        case CheckBegun(what, when):
            yield f"  {_WHEN[when]}: $ {printable(what)}"
        case CheckEnded(verdict, when):
            told = f"  {_WHEN[when]}: {_shortened(printable(verdict.what))}: "
            if verdict.problems:
                yield f"{told}{style.red}red{style.reset}"
                shown = verdict.problems if is_verbose else verdict.problems[:_MANY]
                yield from (f"    {printable(problem)}" for problem in shown)
                if more := len(verdict.problems) - len(shown):
                    yield f"    and {more} more (--verbose lists them)"
            else:
                note = f", {verdict.note}" if verdict.note else ""
                yield f"{told}green ({_seconds(verdict.seconds)}{note})"
        case FixPlanned(report):
            for path in report.outside:
                yield f"  outside the phase, and must change with it: {printable(path)}"
            yield f"  writing {plural(len(report.changes), 'file')}"
        case FilesRestored(restored):
            yield from (f"  {line}" for line in render_restored(restored))
        case PhaseEnded(result):
            yield from _render_result(result, style, is_verbose=is_verbose)


def _render_result(result: PhaseResult, style: Style, *, is_verbose: bool) -> Iterator[str]:
    name = printable(result.step.label)
    took = _seconds(result.seconds)
    kept = f"{FOLDER}/runs/{result.run}"
    if result.outcome in (PhaseOutcome.DONE, PhaseOutcome.UNCHANGED):
        told = replace(result.report, outside=())  # named before they were written
        *left, summary = render_fix_text(told, is_applied=True, is_verbose=is_verbose)
        if result.step.removes:
            summary = "the bridge is removed"
        yield from (f"  {line}" for line in left)
        commit = f", commit {result.commit[:10]}" if result.commit else ""
        yield f"{style.bold}{name}: {result.outcome.value}{style.reset}: {summary} ({took}{commit})"
        return
    yield f"{style.bold}{name}: {style.red}{result.outcome.value}{style.reset} ({took}), because of"
    for verdict in result.failures:
        yield f"  {printable(verdict.told)}"
        yield from (f"    | {printable(line)}" for line in verdict.tail.splitlines())
    if result.outcome is PhaseOutcome.RED_BEFORE:
        declared = {validator.command for validator in result.step.phase.validate}
        may_start = all(verdict.what in declared for verdict in result.failures)
        yield "nothing was changed; mend that first" + (
            ", or start with --allow-red" if may_start else ""
        )
    yield f"the whole output: {kept}/output.log"


def render_restored(restored: Restored) -> Iterator[str]:
    """Yield what came of restoring some files."""
    same = f", {len(restored.untouched)} were so already" if restored.untouched else ""
    yield f"restored {plural(len(restored.restored), 'file')}, proved by their hashes{same}"
    for path, why in restored.left:
        yield f"left as it is: {printable(os.path.relpath(path))}: {printable(why)}"
    if restored.left:
        yield f"what they were is in {FOLDER}/runs, by the hash that the journal tells"


def render_plan(step: Step, report: FixReport, *, is_verbose: bool) -> Iterator[str]:
    """Yield what a phase would do."""
    yield f"phase {printable(step.label)} ({plural(len(step.tasks), 'file')})"
    for change in sorted(change.place.shown_as for change in report.changes):
        is_outside = change in report.outside
        yield f"  {'change (outside)' if is_outside else 'change'} {printable(change)}"
    for validator in step.phase.validate:
        flaky = f", {validator.retries} retries" if validator.retries else ""
        limit = f"at most {validator.timeout_seconds:g} s{flaky}"
        yield f"  validate {printable(validator.command)} ({limit})"
    told = replace(report, outside=())
    *left, summary = render_fix_text(told, is_applied=False, is_verbose=is_verbose)
    yield from (f"  {line}" for line in left)
    yield f"  {summary}"


def render_retirement(retirement: Retirement, *, is_verbose: bool) -> Iterator[str]:
    """Yield what is in the way of a retirement, by kind, or else what it removes."""
    name = printable(retirement.migration.id)
    by_kind: defaultdict[str, list[Leftover]] = defaultdict(list)
    for leftover in retirement.leftovers:
        by_kind[leftover.kind].append(leftover)
    for kind, every in sorted(by_kind.items()):
        yield f"{kind}: {plural(len(every), 'place')} naming what {name} moves"
        shown = every if is_verbose else every[:_FEW]
        yield from (f"    {_place(leftover)}: {printable(leftover.what)}" for leftover in shown)
        if len(shown) < len(every):
            yield f"    and {len(every) - len(shown)} more (--verbose lists them)"
    if retirement.files:
        yield from render_in_the_way(retirement.record, retirement.standing, is_verbose=is_verbose)
    if retirement.is_refused:
        files = {left.path for left in retirement.leftovers}
        files |= {one.path for one in retirement.standing}
        yield f"{name} cannot be retired yet: {plural(len(files), 'file')} in the way"
        return
    yield f"nothing outside the owners names what {name} moves"
    if not retirement.files:
        yield "there is no bridge to remove: none of the owners is an old home"
    yield from (f"to be removed: {printable(os.path.relpath(p))}" for p in retirement.files)


def _place(leftover: Leftover) -> str:
    path = printable(os.path.relpath(leftover.path))
    return f"{path}:{leftover.line}:{leftover.column}" if leftover.line else path


def render_runs(runs: Sequence[Run]) -> Iterator[str]:
    """Yield a line for each run."""
    for run in runs:
        state = "cut short" if run.is_unfinished else run.state.value
        if run.state is State.RUNNING and not run.files:
            state = "ended before it changed anything"
        pruned = ", pruned" if run.is_pruned else ""
        commit = f", commit {run.facts['commit'][:10]}" if run.facts.get("commit") else ""
        is_over = run.state in (State.STOPPED, State.RESTORED)
        because = f": {'; '.join(run.facts.get('because', ()))}" if is_over else ""
        if left := run.unrestored:
            because += f"; left as {'it was' if len(left) == 1 else 'they were'}: {', '.join(left)}"
        files = plural(len(run.files), "file")
        told = f"{run.name}  {run.facts['begun']}  {files}, {state}{pruned}{commit}{because}"
        yield printable(told)


def _shortened(command: str) -> str:
    """Return a command that was shown in full before, so that its verdict is on one line."""
    return command if len(command) <= _SHORT else f"{command[: _SHORT - 1]}…"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s"
