"""A phase that is being run: what is known of it so far, and what is kept of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flake8_ssot_engine.campaign.events import Verdict
from flake8_ssot_engine.campaign.journal import Change, Journal
from flake8_ssot_engine.campaign.planner import Step
from flake8_ssot_engine.campaign.repository import RUN_TRAILER
from flake8_ssot_engine.campaign.restoring import Restored
from flake8_ssot_engine.campaign.validators import ValidatorRun
from flake8_ssot_engine.engine.settlement import FixReport


@dataclass(slots=True)
class PhaseRun:
    """A phase that is being run; `changes` are those of its files, by their paths."""

    step: Step
    journal: Journal
    validators: ValidatorRun
    changes: dict[str, Change] = field(default_factory=dict)
    report: FixReport = field(default_factory=FixReport)
    failures: list[Verdict] = field(default_factory=list)
    restored: Restored = field(default_factory=Restored)
    commit: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """What the journal keeps of a phase that is done."""
        report = self.report
        return {
            "fixed": len(report.fixed),
            "left": len(report.left),
            "outside": len(report.outside),
            **({"commit": self.commit} if self.commit else {}),
        }

    @property
    def commit_message(self) -> str:
        """What the commit of it says, with the run in a trailer."""
        migration = self.step.migration
        title = f" ({migration.title})" if migration.title else ""
        report = self.report
        count = len(self.changes if self.step.removes else report.changes)
        files = f"{count} file{'s' * (count != 1)}"
        told = f"{len(report.fixed)} violations fixed in {files}, {len(report.left)} left."
        if self.step.removes:
            told = f"{files} removed."
        return (
            f"ssot: {self.step.label} of {migration.id}{title}\n\n{told}\n\n"
            f"{RUN_TRAILER}: {self.journal.run.name}\n"
        )


def reasons_of(failures: Sequence[Verdict]) -> list[str]:
    """Return what failed, in a line each, as a journal keeps it."""
    return [verdict.told for verdict in failures]
