"""The HTML report: its structure and figures, what is escaped, its policy, and its size."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import hashlib
import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.campaign.breakdown import Share
from flake8_ssot_engine.campaign.burndown import History, Point
from flake8_ssot_engine.campaign.journal import Run
from flake8_ssot_engine.campaign.overview import Overview, overview_of
from flake8_ssot_engine.campaign.progress import Tally
from flake8_ssot_engine.migrations import Globs, Phase, Validator
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.html_page import LIMIT, render_page
from tests.reports.examples import ODD
from tests.reports.overviews import (
    MADE,
    history,
    items,
    migration,
    overview,
    point,
    progress,
    runs,
    slip,
    standing,
)
from tests.reports.pages import Element, read_page


def data_of(page: Element) -> dict[str, Any]:
    data = json.loads(page.one("script", id="data").text)
    assert isinstance(data, dict)
    return data


def entries_of(page: Element) -> list[tuple[Any, ...]]:
    """Return the work list as the page's script reads it."""
    work = data_of(page)["work"]
    found, file = [], 0
    for at in range(0, len(work["rows"]), 4):
        step, line, column, last = work["rows"][at : at + 4]
        file += step
        path, phase, package, of_migration, owners = work["files"][file]
        code, text, hint, fix, tone = work["whats"][last >> 1]
        told = (path, phase, package, of_migration, code, text, hint, fix, tone)
        words = [work["strings"][number] for number in told]
        found.append((*words, [work["strings"][o] for o in owners], line, column, last & 1))
    return found


def test_figures_at_the_top() -> None:
    page = read_page(render_page(overview()))
    figures = {
        one.one("dt").text: (one.one("strong").text, one.one("span").text)
        for one in page.one("dl", class_="figures").all("div")
    }
    assert list(figures) == [
        "Violations left",
        "Change a week",
        "Projected end",
        "Deadline",
        "Slipped in",
        "Unreadable files",
    ]
    assert figures["Violations left"] == ("191", "of 351; 127 have a safe fix")
    assert figures["Slipped in"] == ("3", "by 2 commits, since 2026-01-19")
    assert figures["Deadline"] == ("2026-06-30", "will be met at this rate")
    end = datetime.date.fromisoformat(figures["Projected end"][0])
    low, high = re.findall(r"\d{4}-\d\d-\d\d", figures["Projected end"][1])
    assert MADE.date().isoformat() < low < end.isoformat() < high
    assert page.one("h1").text == "565: ExecutionEngine to UserExecutionEngine"
    assert page.one("p", class_="next").text == "Next: ssot migrate --phase integration"


@pytest.mark.parametrize(
    ("left", "deadline", "end", "told"),
    [
        ([40 + n for n in range(30)], (2026, 6, 30), "no end in sight", "will be missed"),
        ([400 - n for n in range(60)], (2026, 6, 30), "2027-", "will be missed"),
        ([400 - n for n in range(60)], (2026, 3, 1), "2027-", "has passed"),
        ([5, 3, 0], (2026, 6, 30), "done", "met"),
        ([5, 3], (2026, 6, 30), "unknown", "cannot be said"),
    ],
)
def test_end_against_the_deadline(
    left: list[int], deadline: tuple[int, int, int], end: str, told: str
) -> None:
    traced = History("565", tuple(point(n, [c]) for n, c in enumerate(left)), (), 0)
    page = read_page(render_page(overview(traced=traced, deadline=datetime.date(*deadline))))
    figures = {one.one("dt").text: one.one("dd").text for one in page.one("dl").all("div")}
    assert figures["Projected end"].startswith(end)
    assert told in figures["Deadline"]


def test_each_chart_is_drawn_and_written_out() -> None:
    traced = history()
    page = read_page(render_page(overview(traced=traced)))
    charts = {chart["id"]: chart for chart in data_of(page)["charts"]}
    figures = page.all("figure")
    assert [f.one("div", class_="plot").attributes["data-chart"] for f in figures] == list(charts)
    assert list(charts) == ["m1-phase", "m1-kind", "m1-code"]
    for chart, figure in zip(charts.values(), figures, strict=True):
        rows = figure.one("details").one("table").rows()
        assert len(rows) == len(traced.points) == len(chart["times"])
        for at, row in enumerate(reversed(rows)):  # newest first there, oldest first here
            values = [series["values"][at] for series in chart["series"]]
            assert [int(cell.replace(",", "")) for cell in row[2:]] == [sum(values), *values]
    last = traced.points[-1]
    newest = figures[0].one("table").rows()[0]
    assert newest[:2] == [f"{last.when:%Y-%m-%d} 09:30", last.commit[:10]]
    assert [int(cell) for cell in newest[2:]] == [
        sum(sum(codes.values()) for codes in last.violations.values()),
        0,  # the first phase is done
        *(sum(last.violations[name].values()) for name in ("integration", "tests", "")),
    ]
    kinds = Counter[str]()
    for counts in last.references.values():
        kinds.update(counts)
    assert sum(kinds.values()) == sum(s["values"][-1] for s in charts["m1-kind"]["series"])


def test_a_projection_begins_where_the_burn_down_ends() -> None:
    page = read_page(render_page(overview()))
    chart = data_of(page)["charts"][0]
    ahead = chart["ahead"]
    left = sum(series["values"][-1] for series in chart["series"])
    assert ahead["times"][0] == chart["times"][-1]
    assert {ahead[name][0] for name in ("slow", "mid", "fast")} == {left}
    assert ahead["times"] == sorted(set(ahead["times"]))
    for fast, middle, slow in zip(ahead["fast"], ahead["mid"], ahead["slow"], strict=True):
        assert fast <= middle <= slow
    assert min(ahead["fast"]) == 0
    assert chart["deadline"] == datetime.datetime(2026, 6, 30, tzinfo=MADE.tzinfo).timestamp()


def test_times_never_go_back_however_clocks_differ() -> None:
    days = [0, 5, 900, 3, 7, 6, 8, 9]
    points = [
        dataclasses.replace(point(n, [40 - n]), when=MADE + datetime.timedelta(days=day))
        for n, day in enumerate(days)
    ]
    traced = History("565", tuple(points), (), 0)
    times = data_of(read_page(render_page(overview(traced=traced))))["charts"][0]["times"]
    assert [(time - round(MADE.timestamp())) // 86_400 for time in times] == [
        0,
        3,
        3,
        3,
        6,
        6,
        8,
        9,
    ]


def test_phases_with_gates_and_journal() -> None:
    page = read_page(render_page(overview()))
    table = page.one("table", aria_labelledby="m1-phases")
    rows = table.rows()
    assert [row[0] for row in rows] == ["critical-path", "integration", "tests", "(in no phase)"]
    assert rows[0][1:] == [
        *("error", "0", "40", "0", "pytest -q tests/critical"),
        "2026-02-20 08:000003-critical-path ababababab",
    ]
    assert rows[1][1:6] == ["ratchet4 fail, 97 tolerated", "101", "141", "67", "pytest -qmake e2e"]
    assert rows[2][5:] == ["none", "not yet"]
    journal = page.one("div", aria_label="Journal").rows()
    assert [row[0] for row in journal] == ["0003-critical-path", "0002-critical-path"]
    assert [row[3] for row in journal] == ["done", "restored"]


def test_what_slipped_in_by_commit() -> None:
    rows = read_page(render_page(overview())).one("table", class_="cards commits").all("tr")[1:]
    told = [[cell.text for cell in row.children if isinstance(cell, Element)] for row in rows]
    assert told[0][:4] == [
        f"{3:040x}"[:10] + " feat(billing): charge by the minute",
        *("2026-03-17", "Grace Hopper", "2"),
    ]
    assert "app/billing/charges.py:40 SSOT001" in told[0][4]
    assert told[1][0].endswith(" Merge branch 'x'")


def test_owners_and_packages_lead_to_the_list() -> None:
    page = read_page(render_page(overview()))
    found = [link for link in page.all("a") if "data-filter" in link.attributes]
    links = [(one.attributes["data-filter"], one.attributes["data-value"]) for one in found]
    assert ("owner", "(no owner)") in links
    assert ("package", "app.package_0") in links
    assert ("phase", "(in no phase)") in links
    assert [one.text for one in found] == [value for _, value in links]
    assert {one.attributes["href"] for one in found} == {"#work"}


def test_every_entry_of_the_list_with_its_fix() -> None:
    given = overview(40)
    page = read_page(render_page(given))
    found = entries_of(page)
    assert len(found) == 40
    assert [(path, line, column) for path, *_, line, column, _ in found] == [
        (item.path, item.line, item.column) for item in given.work
    ]
    assert Counter(entry[8] for entry in found) == {"safe": 20, "unsafe": 10, "": 10}
    rows = page.one("table", id="list").rows()
    assert len(rows) == 40
    assert rows[0][2:] == [
        "from app.engines.user import UserExecutionEnginessot fix: safe",
        "critical-path",
    ]
    assert rows[3][2].endswith("by hand: the class is subclassed elsewhere")
    assert "baselined" in rows[0][1]


def test_first_phases_come_first() -> None:
    given = overview()
    mixed = dataclasses.replace(given, work=given.work[::-1])
    page = read_page(render_page(mixed))
    phases = [entry[1] for entry in entries_of(page)]
    assert phases == sorted(phases, key=("critical-path", "integration", "tests").index)


def test_the_same_bytes_for_the_same_overview() -> None:
    assert render_page(overview(500)) == render_page(overview(500))


# ---- What is missing ----


def test_without_history_it_says_so() -> None:
    lacks = ("How it got here: not a git repository.",)
    page = read_page(render_page(overview(has_history=False, lacks=lacks)))
    assert page.one("section", class_="notice").one("li").text == lacks[0]
    assert not page.all("figure")
    assert not page.all("table", class_="cards commits")
    assert "unknown" in page.one("dl").text
    assert entries_of(page)


def test_one_commit() -> None:
    traced = History("565", (point(1, [5, 4]),), (), 0)
    page = read_page(render_page(overview(traced=traced)))
    assert len(page.all("figure")[0].one("tbody").all("tr")) == 1
    assert "too little history" in page.one("dl").text
    assert "Nothing: every violation was there at the first point" in page.text


def test_nothing_declared_and_nothing_left() -> None:
    page = read_page(render_page(Overview("p", MADE, "", (), ())))
    assert page.one("h1").text == "0 migrations"
    assert "Nothing." in page.one("section", id="work").text
    done = overview_of(standing((0, 0, 0)), history(), runs())
    page = read_page(render_page(Overview("p", MADE, "", (done,), ())))
    assert not page.all("div", class_="halves")


def test_several_migrations_each_have_a_part() -> None:
    one = overview(3)
    other = overview_of(standing(id="700", title=""), history(), [])
    both = dataclasses.replace(one, migrations=(*one.migrations, other))
    page = read_page(render_page(both))
    assert [article.attributes["id"] for article in page.all("article")] == ["m1", "m2"]
    links = page.one("nav", aria_label="Migrations").all("a")
    assert [link.attributes["href"] for link in links] == ["#m1", "#m2"]
    ids = [one.attributes["id"] for one in page.below() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    assert page.one("select", name="migration")


# ---- Hostile input ----

HOSTILE = {
    **ODD,
    "script": "<script>alert(1)</script>",
    "end of script": "</script><img src=x onerror=alert(1)>",
    "comment": "<!--<script>",
    "attribute": "\" onclick='alert(1)' x=\"",
    "template": "{{ 7 * 7 }}{% if 1 %}",
    "backticks": "`a` `<b>` ``` `",
    "terminal": "\x1b]8;;http://x\x07\x9b31m",
    "bidi": "\u202e\u2066\u200f\u061c",
    "entity": "&lt;script&gt; &amp;#60;",
}


def hostile_overview(text: str) -> Overview:
    """Return an overview in which everything that people write is this text."""
    gate = Validator(text)
    phases = (Phase(text, Globs("/p", ("**",)), validate=(gate,)),)
    given = progress((3,), id=text, title=text, reason=text, url=text, phases=phases)
    told = dataclasses.replace(
        given,
        phases=(dataclasses.replace(given.phases[0], name=text, done=text, commit=text, run=text),),
    )
    one = point(1, (5,), subject=text)
    points = tuple(
        dataclasses.replace(
            one,
            when=MADE - datetime.timedelta(days=9 - n),
            commit=text,
            author=text,
            violations={text: {text: 20 - n}},
            references={text: {text: 20 - n}},
        )
        for n in range(9)
    )
    slipped = slip(1, commit=text, author=text, subject=text, path=text, code=text, symbol=text)
    share = (Share(text, Tally(files=1, violations=1)),)
    (item,) = items(1)
    told_of: dict[str, Any] = dict.fromkeys(("migration", "path", "code", "text"), text)
    work = dataclasses.replace(
        item,
        **told_of,
        hint=text,
        because=text,
        safety="",
        phase=text,
        package=text,
        owners=(text,),
    )
    where = dataclasses.replace(standing(), progress=told, owners=share, packages=share)
    run = Run("/p", f"/p/{text}", {"migration": text, "phase": text, "begun": text})
    traced = History(text, points, (slipped,), 0)
    return Overview(text, MADE, text, (overview_of(where, traced, [run]),), (work,), (text,))


def shape_of(page: Element) -> list[tuple[str, tuple[str, ...]]]:
    """Return the elements with the names of their attributes, but where text may break."""
    inline = {"code", "wbr"}  # as many as a text has backticks and separators
    return [(e.name, tuple(e.attributes)) for e in page.below() if e.name not in inline]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_but_text(text: str) -> None:
    rendered = render_page(hostile_overview(text))
    rendered.encode("utf-8")  # no lone surrogate
    page = read_page(rendered)
    assert shape_of(page) == shape_of(read_page(render_page(hostile_overview("plain"))))
    controls = {c for c in rendered if unicodedata.category(c) in {"Cc", "Cf", "Cs"}}
    assert controls <= {"\n"}
    shown = printable(text)
    assert page.one("title").text.startswith(shown)
    (entry,) = entries_of(page)
    assert entry[0] == entry[1] == shown
    assert shown in page.one("table", id="list").one("tbody").one("th").text
    assert data_of(page)["charts"][0]["series"][0]["name"] == shown


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://example.org/a?b=c&d", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        (" https://example.org", False),
        ("data:text/html,x", False),
        ("//example.org", False),
    ],
)
def test_only_the_web_is_linked(url: str, is_link: bool) -> None:
    page = read_page(render_page(overview(1, url=url)))
    links = [a.attributes["href"] for a in page.all("a")]
    assert (url in links) == is_link
    assert url in page.one("p", class_="lead").text


# ---- The policy ----


def test_policy_names_the_hash_of_each_script_and_style() -> None:
    page = read_page(render_page(hostile_overview(HOSTILE["script"])))
    policy = page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    told = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert told["default-src"] == told["base-uri"] == told["form-action"] == "'none'"

    def hashes(elements: list[Element]) -> str:
        digests = (hashlib.sha256(e.text.encode("utf-8")).digest() for e in elements)
        return " ".join(f"'sha256-{base64.b64encode(d).decode()}'" for d in digests)

    scripts = [e for e in page.all("script") if e.attributes.get("type") != "application/json"]
    assert len(scripts) == 2
    assert told["script-src"] == hashes(scripts)
    assert told["style-src"] == hashes(page.all("style"))
    head = page.one("head")
    first = next(e for e in head.below() if e.name in {"script", "style", "link"})
    assert list(head.below()).index(first) > list(head.below()).index(
        page.one("meta", http_equiv="Content-Security-Policy")
    )


def test_nothing_is_fetched_and_nothing_inline_is_left() -> None:
    page = read_page(render_page(overview()))
    for element in page.below():
        names = element.attributes.keys()
        assert not [name for name in names if name.startswith("on") or name in {"style", "src"}]
        assert element.name not in {"link", "img", "iframe", "object", "embed", "base"}
    assert not re.search(r"url\(|@import", "".join(style.text for style in page.all("style")))


def test_script_makes_no_markup() -> None:
    folder = Path(__file__).parents[2] / "flake8_ssot_engine" / "reports" / "page"
    script = (folder / "page.js").read_text("utf-8")
    library = (folder / "uPlot-1.6.32" / "uPlot.iife.min.js").read_text("utf-8")
    for name in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert name not in script
        assert name not in library


# ---- Size ----


def size(text: str) -> int:
    return len(text.encode("utf-8"))


def test_fifty_thousand_entries_fit() -> None:
    text = render_page(overview(50_000))
    assert size(text) <= LIMIT
    page = read_page(text)
    assert len(entries_of(page)) == 50_000
    assert "50,000" in page.one("p", id="count").text
    assert "left out" not in page.one("p", id="count").text
    assert "ends after 300 entries" in page.one("noscript").text


def test_what_does_not_fit_is_counted() -> None:
    given = overview(0)
    work = tuple(
        dataclasses.replace(item, text=f"<{n}>" * 60, path=f"é{n}/" * 30)
        for n, item in enumerate(items(20_000))
    )
    text = render_page(dataclasses.replace(given, work=work))
    assert LIMIT * 0.98 < size(text) <= LIMIT
    page = read_page(text)
    kept = len(entries_of(page))
    assert 0 < kept < 20_000
    told = page.one("p", id="count").text
    assert f"no more than {kept:,}, {20_000 - kept:,} are left out" in told


def test_a_large_history_and_many_migrations_fit() -> None:
    names = [f"phase {n} " + "x" * 200 for n in range(60)]
    counts = {name: {f"SSOT{n:03}": 3 for n in range(10)} for name in names}
    points = tuple(
        Point(f"{n:040x}", MADE - datetime.timedelta(hours=400 - n), "a", "s", 9, counts, counts, 0)
        for n in range(400)
    )
    slipped = [slip(n, path="p/" * 500, symbol="s" * 999) for n in range(2000)]
    globs = Globs("/p", ("**",))
    phases = tuple(Phase(name, globs, validate=(Validator("v" * 999),) * 20) for name in names)
    one = overview_of(
        dataclasses.replace(
            standing(),
            progress=dataclasses.replace(
                progress((5,) * 3), migration=migration(phases=phases, reason="r" * 9999)
            ),
            owners=tuple(Share("o" * 300 + str(n), Tally(violations=1)) for n in range(900)),
        ),
        History("565", points, tuple(slipped), 0),
        runs() * 200,
    )
    text = render_page(Overview("p", MADE, "", (one,) * 12, tuple(items(3000))))
    assert size(text) <= LIMIT
    page = read_page(text)
    assert len(page.all("article")) == 12
    assert len(entries_of(page)) == 3000
    assert "points left out" in page.text
    assert "older commits are left out" in page.text
