"""The words for the next step: a command to run, and the reason."""

from __future__ import annotations

import shlex

from flake8_ssot_engine.campaign.next_step import NextStep, Todo
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.outcome import plural


def command_of(step: NextStep) -> str:
    """Return the command to run, "" where there is nothing to do."""
    return {
        Todo.RESUME: "ssot migrate --resume",
        Todo.UPDATE_BASELINE: "ssot baseline update",
        Todo.MIGRATE: f"ssot migrate --phase {shlex.quote(printable(step.about))}",
        Todo.FIX: "ssot fix",
        Todo.BY_HAND: "ssot check",
        Todo.RETIRE: "ssot retire",
        Todo.NOTHING: "",
    }[step.todo]


def reason_of(step: NextStep) -> str:
    """Return why that is to be done."""
    entries = plural(step.count, "entry", "entries")
    fixable = f"{step.count} of {plural(step.total, 'violation')} can be fixed safely"
    return {
        Todo.RESUME: f"the run {printable(step.about)} was cut short (`ssot rollback` undoes it)",
        Todo.UPDATE_BASELINE: f"nothing needs {entries} of the baseline any more; in CI that fails",
        Todo.MIGRATE: fixable,
        Todo.FIX: f"{fixable}, in files of no phase",
        Todo.BY_HAND: f"{plural(step.count, 'violation')} for a person; it says where and what",
        Todo.RETIRE: (
            f"no violation is left; it says where {plural(step.count, 'reference')} to the old"
            " symbols may be"
            if step.count
            else "nothing names the old symbols any more"
        ),
        Todo.NOTHING: f"the bridge was removed on {step.about[:10]}",
    }[step.todo]


def sentence(step: NextStep) -> str:
    """Return what to do next, in one line."""
    command = f"`{command_of(step)}`"
    return {
        Todo.FIX: f"{command}, for the files in no phase",
        Todo.BY_HAND: f"{plural(step.count, 'violation')} for a person: {command} says where and"
        " what",
        Todo.RETIRE: f"{command} says what else names the old symbols" if step.count else command,
        Todo.NOTHING: f"nothing; {reason_of(step)}",
    }.get(step.todo, command)
