"""Recovery: undoing runs, going on with one that did not end, and pruning old ones."""

from __future__ import annotations

import os
from collections.abc import Sequence

from flake8_ssot_engine.campaign.journal import FOLDER, Journal, Run, State, read_runs
from flake8_ssot_engine.campaign.lock import project_lock
from flake8_ssot_engine.campaign.repository import Repository
from flake8_ssot_engine.campaign.restoring import Restored, restore
from flake8_ssot_engine.campaign.runner import Options
from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.project.interrupts import deferred_interrupts
from flake8_ssot_engine.records import NamedTuple


class Remaining(NamedTuple):
    """What an invocation that did not get to its end still has to do."""

    phases: tuple[str, ...]
    options: Options


def check_finished(runs: Sequence[Run]) -> None:
    """Raise UsageError if a run was cut short: its files are neither before nor after."""
    for run in runs:
        if run.is_unfinished:
            told = "`ssot migrate --resume` goes on with it, `ssot rollback` undoes it"
            raise UsageError(f"the run {run.name} was cut short; {told}")


def check_undisturbed(root: str) -> None:
    """Raise UsageError while a run goes on in a project, or if one was cut short there."""
    if os.path.isdir(os.path.join(root, FOLDER)):
        with project_lock(root):
            check_finished(read_runs(root))


def chosen_runs(runs: Sequence[Run], names: Sequence[str]) -> list[Run]:
    """Return the runs to undo, the latest first: those of some names, or else the last one.

    A name is a run's number, its folder's name, or that of its phase (the last run of it).
    Raises UsageError where there is no such run, or it cannot be undone.
    """
    in_force = [run for run in runs if run.is_in_force]
    if not names:
        if not in_force:
            raise UsageError("there is no run to roll back; `ssot rollback --list` shows all")
        chosen = in_force[-1:]
    else:
        chosen = [_find(runs, name) for name in names]
    for run in chosen:
        if not run.files:
            raise UsageError(f"the run {run.name} changed nothing")
        if run.is_pruned:
            raise UsageError(f"the run {run.name} was pruned; what it changed is in git at best")
    tied = _with_later(chosen, in_force)
    if len(tied) > len({run.number for run in chosen}):
        numbers = " ".join(str(run.number) for run in tied)
        message = "later runs changed some of the same files; undo them first:"
        raise UsageError(f"{message} `ssot rollback {numbers}`")
    return sorted(chosen, key=lambda run: -run.number)


def _with_later(chosen: Sequence[Run], in_force: Sequence[Run]) -> list[Run]:
    """Return some runs and all later ones that changed a file of theirs, the latest first."""
    tied = {run.number: run for run in chosen}
    for later in in_force:  # the oldest first, so that what is tied to a tied one is found
        for run in list(tied.values()):
            if later.number > run.number and later.files.keys() & run.files.keys():
                tied[later.number] = later
    return [tied[number] for number in sorted(tied, reverse=True)]


def _find(runs: Sequence[Run], name: str) -> Run:
    for run in runs:
        if name == run.name or (name.isdecimal() and int(name) == run.number):
            return run
    # A phase stands for the last run of it that changed something.
    for run in sorted(runs, key=lambda run: (not run.files, -run.number)):
        if name == run.facts.get("phase"):
            return run
    known = ", ".join(run.name for run in runs[-5:]) or "none"
    raise UsageError(f"no run is called `{name}`; the last ones: {known}")


def undo(run: Run) -> Restored:
    """Restore the files of a run and note it in its journal."""
    journal = Journal(run)
    commit = _commit_of(run)
    facts = {"commit": commit} if commit else {}
    try:
        with deferred_interrupts():
            journal.mark(State.RESTORING)
            restored = restore(run)
            left = [path for path, _ in restored.left]
            journal.mark(State.RESTORED, because=["asked for"], left=left, **facts)
    except OSError as error:
        told = f"{error.filename or run.folder}: {error.strerror or error}"
        raise UsageError(f"the run {run.name} cannot be undone: {told}") from None
    return restored


def remaining_of(runs: Sequence[Run]) -> Remaining:
    """Return what the invocation that ran the last phase has still to do; nothing if none did."""
    last = next((run for run in reversed(runs) if run.facts.get("phases")), None)
    if last is None:
        return Remaining((), Options())
    phases = list(last.facts["phases"])
    return Remaining(
        tuple(phases[1:] if last.state is State.DONE else phases),
        Options(**last.facts["options"]),
    )


def settle(run: Run) -> Restored:
    """Bring a run that was cut short to an end: done if its commit was made, else undone."""
    if run.state is State.COMMITTING and (commit := _commit_of(run)):
        Journal(run).mark(State.DONE, commit=commit)
        return Restored()
    return undo(run)


def _commit_of(run: Run) -> str:
    """Return the commit that was made of a run, "" if there is none. Raises UsageError."""
    if run.state is not State.COMMITTING:
        return str(run.facts.get("commit", ""))
    repository = Repository(run.root)
    repository.check_idle()  # git may have outlived the process that asked for the commit
    return repository.commit_of(run.name) or ""


def prune(runs: Sequence[Run]) -> list[Run]:
    """Drop what undoing the finished runs would need; return those that had it."""
    pruned = [run for run in runs if not (run.is_unfinished or run.is_pruned or run.unrestored)]
    for run in pruned:
        Journal(run).prune()
    return pruned
