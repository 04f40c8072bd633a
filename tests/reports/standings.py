"""Standings and changes made by hand, so that what is printed hangs on the reports alone."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import replace

from flake8_ssot_engine.campaign.breakdown import Share
from flake8_ssot_engine.campaign.change import Change
from flake8_ssot_engine.campaign.next_step import NextStep, Todo
from flake8_ssot_engine.campaign.progress import LookAlikes, PhaseProgress, Progress, Tally
from flake8_ssot_engine.campaign.standing import Standing
from flake8_ssot_engine.edits import Applicability
from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.gone import Gone
from flake8_ssot_engine.migrations import Enforcement, Migration
from flake8_ssot_engine.project.codeowners import Owners
from flake8_ssot_engine.violations import Severity
from tests.reports.findings import finding

TODAY = datetime.date(2026, 11, 26)


def tally(files: int, violations: int, fixable: int, **references: int) -> Tally:
    return Tally(files, violations, fixable, Counter(references))


def phase(
    name: str, enforce: Enforcement, left: Tally, was: int, *, done: str = ""
) -> PhaseProgress:
    facts = {"violations": was, "references": {"import": was, "text": 3}}
    return PhaseProgress(name, enforce, left, facts, done, "c0ffee" * bool(done))


PHASES = (
    phase("critical-path", Enforcement.ERROR, tally(0, 0, 0), 12, done="2026-11-01T10:00:00+00:00"),
    phase("tests", Enforcement.RATCHET, tally(9, 1234, 1200, value=40, **{"import": 1190}), 2000),
    phase("docs", Enforcement.OFF, tally(3, 1, 0, text=3), 1),
    phase("", Enforcement.RATCHET, tally(1, 2, 2, **{"import": 2}), 2),
)

STANDING = Standing(
    progress=Progress(
        Migration("565", title="Engine to UserEngine", deadline=datetime.date(2026, 12, 6)),
        PHASES,
        (LookAlikes("Engine", 4000, 1232, 3, 2000, 5, 760, (("/docs/engines.md", 31),)),),
        unreadable=2,
    ),
    failing={"tests": 4, "": 2},
    tolerated={"tests": 1230},
    packages=(
        Share("tests.unit", tally(7, 1000, 990, **{"import": 1000})),
        *(Share(f"tests.p{n}", tally(1, 30 + n, 30, **{"import": 30})) for n in range(6, 0, -1)),
        Share("docs", tally(3, 1, 0, text=3)),
    ),
    owners=(
        Share("@org/tests", tally(9, 1234, 1200, **{"import": 1190})),
        Share("@org/leads", tally(9, 1234, 1200, **{"import": 1190})),
        Share("(no owner)", tally(4, 3, 2, text=3, **{"import": 2})),
    ),
    codeowners=Owners("/r", "/r/CODEOWNERS", "/tests/ @org/tests @org/leads\n[\n"),
    next=NextStep(Todo.MIGRATE, "tests", 1200, 1234),
    today=TODAY,
)
DONE = replace(
    STANDING,
    progress=Progress(Migration("1"), (), (), retired="2026-01-02"),
    failing={},
    tolerated={},
    packages=(),
    owners=(),
    codeowners=None,
    next=NextStep(Todo.NOTHING, "2026-01-02"),
)

HOSTILE = "</details>|`@team #1 <img src=x onerror=y>\n\u202e\x1b[31m*_[x](http://y)\udcff"


def hostile() -> Standing:
    """Return a standing whose every name is an attempt."""
    share = Share(HOSTILE, tally(1, 1, 1))
    progress = Progress(
        Migration(HOSTILE, title=HOSTILE, deadline=TODAY),
        (phase(HOSTILE, Enforcement.RATCHET, tally(1, 1, 1), 1),),
        (LookAlikes("`|<b>", 1, 0, 0, 0, 0, 1),),
    )
    return replace(
        STANDING,
        progress=progress,
        failing={HOSTILE: 1},
        tolerated={},
        packages=(share,),
        owners=(share,),
        next=NextStep(Todo.MIGRATE, HOSTILE, 1, 1),
    )


def with_fix(found: Finding, applicability: Applicability) -> Finding:
    return found._replace(violation=found.violation._replace(applicability=applicability))


IMPORT = finding("from a.old import «Old»\n")
CHANGE = Change(
    ref="origin/main",
    commit="0123456789abcdef0123456789abcdef01234567",
    new=(
        with_fix(IMPORT, Applicability.SAFE),
        finding("x = «Old()»\n", path="app/é b.py", code="SSOT002"),
        with_fix(IMPORT._replace(severity=Severity.HINT), Applicability.UNSAFE),
    ),
    gone=(
        Gone(finding("\n\nfrom a.old import «Old»\n", path="app/was.py")),
        Gone(finding("x = «Old»\n", path="app/hidden.py"), is_silenced=True),
    ),
    errors=(FileError("bad.py", "does not parse: invalid syntax", 3, 7, "E999"),),
    files=5,
)
NO_CHANGE = replace(CHANGE, new=(), gone=(), errors=(), files=1)


def hostile_change() -> Change:
    """Return a change whose every name is an attempt."""
    found = finding("x = «Old»", path=HOSTILE)
    found = found._replace(violation=found.violation._replace(text=f"`{HOSTILE}` {HOSTILE}"))
    errors = (FileError(HOSTILE, HOSTILE, 1),)
    return Change(HOSTILE, "0" * 40, (found,), (Gone(found), Gone(found, True)), errors, 1)


def large_change(count: int) -> Change:
    """Return a change that adds and removes more than any comment holds."""
    new = tuple(finding("x = «Old»", path=f"pkg/𝒳{n}.py") for n in range(count))
    return replace(CHANGE, new=new, gone=tuple(Gone(one) for one in new))
