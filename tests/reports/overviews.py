"""Overviews made by hand, so that what the page says hangs on the page alone."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from flake8_ssot_engine.campaign.breakdown import NOBODY, Share
from flake8_ssot_engine.campaign.burndown import History, Point, SlippedIn
from flake8_ssot_engine.campaign.journal import Run, State
from flake8_ssot_engine.campaign.next_step import next_step
from flake8_ssot_engine.campaign.overview import Overview, WorkItem, overview_of
from flake8_ssot_engine.campaign.progress import PhaseProgress, Progress, Tally
from flake8_ssot_engine.campaign.standing import Standing
from flake8_ssot_engine.migrations import Enforcement, Globs, Migration, Phase, Validator

MADE = datetime.datetime(2026, 3, 20, 9, 30, tzinfo=datetime.timezone.utc)
PHASES = ("critical-path", "integration", "tests")
CODES = ("SSOT001", "SSOT002", "SSOT004")
KINDS = ("import", "instantiation", "annotation", "string", "text")


def point(number: int, left: Sequence[int], *, days: float = 1.0, subject: str = "work") -> Point:
    """Return a point with so many violations left in each phase, the last in none."""
    names = (*PHASES, "")
    return Point(
        commit=f"{number:040x}",
        when=MADE - datetime.timedelta(days=60 - number * days),
        author="Ada",
        subject=subject,
        files=sum(left),
        violations={
            name: {"SSOT001": count - count // 3, "SSOT002": count // 3}
            for name, count in zip(names, left, strict=False)
            if count
        },
        references={
            name: {kind: count // (at + 1) for at, kind in enumerate(KINDS)}
            for name, count in zip(names, left, strict=False)
            if count
        },
        unreadable=0,
    )


def history(slipped: Sequence[SlippedIn] = ()) -> History:
    """Return sixty days in which the first phase is finished and the others shrink."""
    points = [
        point(n, (max(0, 90 - 3 * n), 160 - n + (8 if 20 < n < 30 else 0), 120 - n // 4 * 3, 12))
        for n in range(60)
    ]
    return History("565", tuple(points), tuple(slipped), 0)


def slip(number: int, **changes: Any) -> SlippedIn:
    """Return a violation that slipped in by a commit of that number."""
    facts: dict[str, Any] = {
        "commit": f"{number:040x}",
        "when": MADE - datetime.timedelta(days=number),
        "author": "Grace Hopper",
        "subject": "feat(billing): charge by the minute",
        "path": "app/billing/charges.py",
        "line": 12,
        "code": "SSOT001",
        "symbol": "app.engines.legacy.ExecutionEngine",
    }
    return SlippedIn(**{**facts, **changes})


def migration(**changes: Any) -> Migration:
    """Return a migration in three phases."""
    root = Globs("/project", ("**",))
    return Migration(
        id="565",
        title="ExecutionEngine to UserExecutionEngine",
        reason="the shared engine leaks one user's state to another",
        url="https://example.org/issues/565",
        deadline=datetime.date(2026, 6, 30),
        phases=(
            Phase(
                "critical-path", root, Enforcement.ERROR, (Validator("pytest -q tests/critical"),)
            ),
            Phase("integration", root, validate=(Validator("pytest -q"), Validator("make e2e"))),
            Phase("tests", root),
        ),
    )._replace(**changes)


def progress(left: Sequence[int] = (0, 101, 78, 12), **changes: Any) -> Progress:
    """Return how far the phases, and the files in none, have got."""
    phases = [
        PhaseProgress(
            name,
            Enforcement.RATCHET if at else Enforcement.ERROR,
            Tally(count, count, count * 2 // 3, Counter({"import": count})),
            {"violations": count + 40, "references": {}},
            done="" if count else "2026-02-20T08:00:00+00:00",
            commit="" if count else "ab" * 20,
            run="" if count else "0003-critical-path",
        )
        for at, (name, count) in enumerate(zip((*PHASES, ""), left, strict=False))
    ]
    return Progress(migration(**changes), tuple(phases), (), unreadable=3)


def runs() -> list[Run]:
    """Return the journal: one that was rolled back, and the one that did the first phase."""
    facts = {"migration": "565", "phase": "critical-path"}
    return [
        Run(
            "/p",
            "/p/.ssot/runs/0002-critical-path",
            {**facts, "begun": "2026-02-19T07:00:00"},
            state=State.RESTORED,
        ),
        Run(
            "/p",
            "/p/.ssot/runs/0003-critical-path",
            {**facts, "begun": "2026-02-20T07:58:00"},
            state=State.DONE,
        ),
    ]


def shares(*names: str) -> tuple[Share, ...]:
    """Return shares of these names, the largest first."""
    return tuple(
        Share(name, Tally(files=90 // at, violations=120 // at, fixable=70 // at))
        for at, name in enumerate(names, 1)
    )


def items(count: int) -> Iterator[WorkItem]:
    """Yield work in files of five places each."""
    for number in range(count):
        yield WorkItem(
            migration="565",
            path=f"app/package_{number // 500}/module_{number // 5}.py",
            line=3 + number % 5 * 17,
            column=1 + number % 40,
            code=CODES[number % 3],
            text="import of deprecated `app.engines.legacy.ExecutionEngine`",
            hint="from app.engines.user import UserExecutionEngine",
            safety=("safe", "safe", "unsafe", "")[number % 4],
            because="" if number % 4 != 3 else "the class is subclassed elsewhere",
            phase=PHASES[number * 3 // count] if count > 2 else "tests",
            owners=(("@org/platform",), ("@org/billing", "@ada"), (NOBODY,))[number % 3],
            package=f"app.package_{number // 500}",
            is_baselined=number % 2 == 0,
        )


def standing(left: Sequence[int] = (0, 101, 78, 12), **changes: Any) -> Standing:
    """Return where the migration is."""
    told = progress(left, **changes)
    return Standing(
        told,
        failing={"integration": 4},
        tolerated={"integration": 97, "tests": 78},
        packages=shares(*(f"app.package_{n}" for n in range(12))),
        owners=shares("@org/platform", "@org/billing", "@ada", NOBODY),
        codeowners=None,
        next=next_step(told),
        today=MADE.date(),
    )


def overview(
    work: int = 191,
    *,
    traced: History | None = None,
    lacks: tuple[str, ...] = (),
    has_history: bool = True,
    **changes: Any,
) -> Overview:
    """Return a whole overview, with one of everything."""
    slipped = [slip(3), slip(3, line=40), slip(9, subject="Merge branch 'x'", code="SSOT002")]
    told = (traced or history(slipped)) if has_history else None
    one = overview_of(standing(**changes), told, runs())
    return Overview("netra", MADE, "c0ffee" * 6 + "abcd", (one,), tuple(items(work)), lacks)
