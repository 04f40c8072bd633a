"""Events: what a campaign tells while it goes on, for a report to put into words."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from flake8_ssot_engine.campaign.planner import Step
from flake8_ssot_engine.campaign.restoring import Restored
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.records import NamedTuple

_FEW = 3
"""Problems that fit in a line."""


class When(enum.Enum):
    """At what point of a phase something is checked."""

    BEFORE = "before"
    """Nothing is changed yet."""
    AFTER = "after"
    """The files of the phase are changed."""
    RESTORED = "restored"
    """The phase is undone."""


class Verdict(NamedTuple):
    """What a check or a command said; it passed if there is no problem.

    `tail` is the end of what a command printed. `note` is what else is to be known.
    """

    what: str
    problems: tuple[str, ...] = ()
    tail: str = ""
    seconds: float = 0.0
    note: str = ""

    @property
    def told(self) -> str:
        """What is wrong, in one line."""
        more = len(self.problems) - _FEW
        shown = "; ".join(self.problems[:_FEW])
        return f"{self.what}: {shown}" + (f"; and {more} more" if more > 0 else "")


class PhaseOutcome(enum.Enum):
    """How a phase ended."""

    DONE = "done"
    """Its files are changed and everything is green."""
    UNCHANGED = "nothing to fix"
    """There was nothing to change."""
    RED_BEFORE = "red before"
    """A validator failed on the untouched tree: nothing was changed."""
    ROLLED_BACK = "rolled back"
    """Something failed after the change: its files were restored."""

    @property
    def is_failure(self) -> bool:
        """Whether the phase is to be run again."""
        return self in (PhaseOutcome.RED_BEFORE, PhaseOutcome.ROLLED_BACK)


@dataclass(frozen=True, slots=True)
class PhaseResult:
    """What came of a phase, in `seconds`; `run` is the name of its journal."""

    step: Step
    outcome: PhaseOutcome
    run: str
    seconds: float
    report: FixReport = field(default_factory=FixReport)
    failures: tuple[Verdict, ...] = ()
    restored: Restored = field(default_factory=Restored)
    commit: str = ""


class PhaseBegun(NamedTuple):
    """A phase begins, as the `number`th `of` some."""

    step: Step
    number: int
    of: int


class CheckBegun(NamedTuple):
    """A command is started; what it prints follows."""

    what: str
    when: When


class CheckEnded(NamedTuple):
    """A check or a command has ended."""

    verdict: Verdict
    when: When


class FixPlanned(NamedTuple):
    """Changes are planned and proved, and about to be written."""

    report: FixReport


class FilesRestored(NamedTuple):
    """The files of a run were restored."""

    restored: Restored


class PhaseEnded(NamedTuple):
    """A phase has ended."""

    result: PhaseResult


Event = PhaseBegun | CheckBegun | CheckEnded | FixPlanned | FilesRestored | PhaseEnded
