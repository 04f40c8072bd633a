"""The HTML report: one page that needs no network, and says everything in tables as well.

All that is put into the template is escaped by Jinja2, after `printable`. The page's policy lets
only the scripts and styles run whose hashes it names; the script makes text nodes alone.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from flake8_ssot_engine import __version__
from flake8_ssot_engine.campaign.overview import Overview, WorkItem
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.page_migration import Most, Section, section_of
from flake8_ssot_engine.reports.page_work import pack, packed, shown

LIMIT = 2_000_000
"""Bytes that a page may have."""
_SLACK = 4_096
_LEAST_FOR_WORK = 500_000
"""Bytes that the rest of the page leaves for what is to be done."""
_MOST_STATIC = 300
"""Entries of the work list that stand there without JavaScript."""
_FILTERS = (
    ("migration", "Migration"),
    ("phase", "Phase"),
    ("code", "Code"),
    ("owner", "Owner"),
    ("package", "Package"),
    ("fix", "Fix"),
)
_AFTER_SEPARATOR = re.compile(r"(?<=[./_])(?=\w)")
_PARTS = {
    "charts_js": "uPlot-1.6.32/uPlot.iife.min.js",
    "charts_css": "uPlot-1.6.32/uPlot.min.css",
    "page_js": "page.js",
    "page_css": "page.css",
}


def render_page(overview: Overview) -> str:
    """Return the page, of at most LIMIT bytes in UTF-8. The same overview gives the same page."""
    parts = {name: _part(file) for name, file in _PARTS.items()}
    template = _environment().from_string(_part("page.html"))
    fixed = {
        "overview": overview,
        "policy": _policy(parts),
        "version": __version__,
        "number": "{:,}".format,
        "percent": _percent,
        "breakable": _breakable,
        **{name: Markup(text) for name, text in parts.items()},  # noqa: S704 - our own files
    }
    items = list(map(shown, _in_order(overview)))
    page = ""
    for halvings in range(12):
        sections = [
            section_of(one, f"m{number}", Most.halved(halvings))
            for number, one in enumerate(overview.migrations, 1)
        ]
        static = _MOST_STATIC >> halvings

        def render(data: Mapping[str, Any], kept: int, rows: int, told: list[Section]) -> str:
            work = {
                "total": len(items),
                "left_out": len(items) - kept,
                "shown": items[: min(kept, rows)],
            }
            charts = [chart.data for section in told for chart in section.charts]
            return template.render(
                **fixed,
                title=_title(told),
                migrations=told,
                filters=[one for one in _FILTERS if one[0] != "migration" or len(told) > 1],
                work=work,
                data=Markup(packed({"charts": charts, "work": data})),  # noqa: S704 - escaped
            )

        room = LIMIT - _SLACK - _size(render({}, len(items), static, sections))
        if room >= _LEAST_FOR_WORK:
            page = render(*pack(items, room=room), static, sections)
            break
    return page


def _in_order(overview: Overview) -> list[WorkItem]:
    """Return what is left to do: of the phases that come first, first."""
    order: dict[tuple[str, str], int] = {}
    for one in overview.migrations:
        for phase in one.standing.progress.migration.phases:
            order.setdefault((one.standing.progress.migration.id, phase.name), len(order))
    last = len(order)
    return sorted(overview.work, key=lambda item: order.get((item.migration, item.phase), last))


def _title(sections: Sequence[Section]) -> str:
    return sections[0].name if len(sections) == 1 else f"{len(sections)} migrations"


def _environment() -> Environment:
    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalized,
    )


def _finalized(value: Any) -> Any:
    """Return what is put into the page, with no character that would not be seen there."""
    return printable(value) if type(value) is str else value


def _breakable(text: str) -> Markup:
    """Return a path or a dotted name with places at which a line of it may be broken."""
    parts = _AFTER_SEPARATOR.split(printable(text))
    return Markup("<wbr>").join(parts)


def _part(name: str) -> str:
    """Return a file that the page is made of, with the newlines that a browser hashes."""
    data = (files(__package__) / "page" / name).read_bytes()
    return data.decode("utf-8").replace("\r\n", "\n")


def _policy(parts: Mapping[str, str]) -> str:
    scripts = " ".join(_hash(parts[name]) for name in ("charts_js", "page_js"))
    styles = " ".join(_hash(parts[name]) for name in ("charts_css", "page_css"))
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; base-uri 'none';"
        " form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _size(text: str) -> int:
    return len(text.encode("utf-8"))


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole and math.isfinite(part) else 0
