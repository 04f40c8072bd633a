"""The report of `ssot doctor`: a line a check, and below it what a bad one means."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.json_format import VERSION
from flake8_ssot_engine.reports.outcome import plural

_COLORS = {Level.OK: "32", Level.WARNING: "33", Level.ERROR: "31"}


def render_remark(remark: Remark, *, is_colored: bool = False) -> Iterator[str]:
    """Yield the lines of one remark."""
    word = f"{remark.level.value:<7}"
    if is_colored:
        word = f"\x1b[{_COLORS[remark.level]}m{word}\x1b[0m"
    place = f"{printable(remark.place)}: " if remark.place else ""
    yield f"{word}  {remark.area}: {place}{printable(remark.message)}"
    if remark.why:
        yield f"         so: {printable(remark.why)}"
    if remark.instead:
        yield f"         do: {printable(remark.instead)}"


def render_doctor_summary(remarks: Sequence[Remark]) -> str:
    """Return the last line: how much is wrong."""
    counts = Counter(remark.level for remark in remarks)
    errors, warnings = counts[Level.ERROR], counts[Level.WARNING]
    if not errors and not warnings:
        return f"all is well: {plural(counts[Level.OK], 'check')}"
    return f"{plural(errors, 'error')}, {plural(warnings, 'warning')}"


def render_doctor_json(remarks: Sequence[Remark]) -> Iterator[str]:
    """Yield one JSON document with every remark."""
    document = {
        "version": VERSION,
        "remarks": [remark._asdict() | {"level": remark.level.value} for remark in remarks],
    }
    yield json.dumps(document, indent=2, ensure_ascii=True)
