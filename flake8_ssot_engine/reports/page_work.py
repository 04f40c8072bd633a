"""The work list of the HTML report, packed so that tens of thousands of entries fit on a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flake8_ssot_engine.campaign.overview import WorkItem
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.page_charts import clipped
from flake8_ssot_engine.reports.progress_report import NO_PHASE

_LONGEST = 400
"""Characters of a path or a message that are shown."""
TEXT = "text"
"""What stands in the place of a code for a mention in a text."""


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An entry as the page shows it; `tone` says how its fix looks."""

    path: str
    line: int
    column: int
    code: str
    text: str
    hint: str
    fix: str
    tone: str
    phase: str
    package: str
    owners: tuple[str, ...]
    migration: str
    is_baselined: bool

    @property
    def meta(self) -> str:
        """What is told below the path."""
        return " · ".join(part for part in (self.package, ", ".join(self.owners)) if part)


def shown(item: WorkItem) -> ShownItem:
    """Return an entry as the page shows it: printable, and not longer than anybody reads."""
    if item.safety:
        fix = "`ssot fix`" if item.safety == "safe" else f"`ssot fix --{item.safety}`"
        fix = f"{fix}: {item.safety}"
    else:
        fix = f"by hand: {item.because}" if item.because else "by hand"
    return ShownItem(
        path=_fit(item.path),
        line=item.line,
        column=item.column,
        code=_fit(item.code) or TEXT,
        text=_fit(item.text),
        hint=_fit(item.hint),
        fix=_fit(fix),
        tone=item.safety,
        phase=_fit(item.phase) or NO_PHASE,
        package=_fit(item.package),
        owners=tuple(map(_fit, item.owners[:8])),
        migration=_fit(item.migration),
        is_baselined=item.is_baselined,
    )


def _fit(text: str) -> str:
    return clipped(printable(text), _LONGEST)


class _Table:
    """Rows of strings and numbers, each kept once; `size` is about the bytes that they take."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.size = 0
        self._numbers: dict[Any, int] = {}

    def number_of(self, row: Any) -> int:
        """Return the number of a row, new or not."""
        if row not in self._numbers:
            self._numbers[row] = len(self.rows)
            self.rows.append(row)
            self.size += len(packed(row).encode("utf-8")) + 1
        return self._numbers[row]


def packed(value: Any) -> str:
    """Return JSON that may stand in a script element: no `<` ends it, no `&` is an entity."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def pack(items: Sequence[ShownItem], *, room: int) -> tuple[dict[str, Any], int]:
    """Return the entries as data of at most `room` bytes, and how many of them are in it.

    Strings, files and messages stand once each; an entry is four numbers, one after another: its
    file (as far as it is from that of the one before), line, column, and what it says, twice,
    plus one where it is baselined.
    """
    strings, files, whats = _Table(), _Table(), _Table()
    rows: list[int] = []
    size = before = kept = 0
    for item in items:
        owners = tuple(map(strings.number_of, item.owners))
        of_file = (item.path, item.phase, item.package, item.migration)
        file = files.number_of((*map(strings.number_of, of_file), owners))
        of_what = (item.code, item.text, item.hint, item.fix, item.tone)
        what = whats.number_of(tuple(map(strings.number_of, of_what)))
        numbers = (file - before, item.line, item.column, what * 2 + item.is_baselined)
        size += sum(len(str(number)) + 1 for number in numbers)
        if size + strings.size + files.size + whats.size > room:
            break
        rows += numbers
        before = file
        kept += 1
    tables = {"strings": strings.rows, "files": files.rows, "whats": whats.rows}
    return {**tables, "rows": rows}, kept
