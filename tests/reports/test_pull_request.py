"""The comment on a pull request, rendered as GitHub's Markdown is: whole, small, and harmless."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from flake8_ssot_engine.campaign.change import Change
from flake8_ssot_engine.campaign.standing import Standing
from flake8_ssot_engine.migrations import Migration
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.progress_markdown import prose, render_progress_markdown
from flake8_ssot_engine.reports.pull_request import MARKER, render_pull_request
from tests.reports.standings import (
    CHANGE,
    HOSTILE,
    NO_CHANGE,
    STANDING,
    hostile,
    hostile_change,
    large_change,
)

COMMENT_LIMIT = 65_536
"""GitHub's, for the characters of a comment."""


class Page(HTMLParser):
    """The tags of a page, and its text outside of code."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.prose = ""
        self.code: list[str] = []
        self._depth = 0
        html = MarkdownIt("commonmark", {"html": True}).enable("table").render("\n".join(lines))
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert all(name == "style" and "text-align" in (value or "") for name, value in attrs)
        self.tags.append(tag)
        if tag == "code":
            self._depth += 1
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "code"

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.code[-1] += data
        else:
            self.prose += data


def page(change: Change | None, *every: Standing) -> Page:
    return Page(list(render_pull_request(change, every)))


OURS = {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "strong", "ul", "li"}


def test_a_page_is_what_it_is_meant_to_be() -> None:
    found = page(CHANGE, STANDING)
    assert set(found.tags) == OURS | {"details", "summary"}
    assert found.tags.count("table") == 4
    assert "This change adds 3 violations and removes 1" in found.prose
    assert "1 of what it adds is tolerated by the baseline" in found.prose
    assert "1 more is not removed but silenced by" in found.prose
    assert "app/é b.py:1" in found.code


def test_hostile_names_are_text_in_code() -> None:
    found = page(hostile_change(), hostile())
    assert set(found.tags) == OURS | {"details", "summary"}
    assert found.tags.count("details") == 1
    assert {f"{printable(HOSTILE)}:1", printable(HOSTILE)} <= set(found.code)
    # Nobody is told of it who is only named in it.
    assert not re.search(r"[@#][A-Za-z0-9]", found.prose)


@pytest.mark.parametrize("by", ["", "owner", "package"])
def test_hostile_names_in_the_status(by: str) -> None:
    found = Page(list(render_progress_markdown([hostile()], by=by)))
    assert set(found.tags) <= OURS
    assert printable(HOSTILE) in found.code
    assert not re.search(r"[@#][A-Za-z0-9]", found.prose)


@pytest.mark.parametrize(
    "text",
    [
        "plain words, (with) punctuation - and: more.",
        "*bold* _it_ ~~no~~ [x](y) ![x](y) <b> &amp; a|b \\ $1$ ^",
        "@team #1 !2 http://x www.x.com",
        HOSTILE.replace("`", "'"),
    ],
)
def test_prose_is_the_text_that_it_was(text: str) -> None:
    found = Page([f"a {prose(text)} b"])
    assert found.tags == ["p"]
    assert found.prose.replace("\u2060", "").strip() == f"a {printable(text)} b"


@pytest.mark.parametrize("count", [100, 400, 50_000])
def test_a_comment_is_never_too_long(count: int) -> None:
    lines = list(render_pull_request(large_change(count), [STANDING]))
    text = "".join(f"{line}\n" for line in lines)
    assert len(text.encode("utf-16-le")) // 2 <= COMMENT_LIMIT
    assert "Next: `ssot migrate --phase tests`" in text
    added = text.partition("<details>")[0].count("| SSOT001 |")
    removed = text.count("| SSOT001 |") - added
    assert (f"… and {count - added} more violations." in text) == (added < count)
    if added == count:
        assert removed + sum(map(int, re.findall(r"and (\d+) more", text))) == count
    assert text.count("<details>") == text.count("</details>") == 1


def test_migrations_that_are_too_many_are_counted() -> None:
    title = Migration("1", title="x" * 5_000)
    every = [replace(STANDING, progress=replace(STANDING.progress, migration=title))] * 9
    text = "\n".join(render_pull_request(large_change(9_999), every))
    assert len(text) <= COMMENT_LIMIT
    shown = text.count("\n### ")
    assert 0 < shown < 9
    assert f"… and {9 - shown} more migrations: `ssot status` tells." in text


def test_one_row_may_be_too_long() -> None:
    found = CHANGE.new[0]._replace(path="x" * 70_000)
    text = "\n".join(render_pull_request(replace(CHANGE, new=(found,)), [STANDING]))
    assert len(text) <= COMMENT_LIMIT
    assert "… and 1 more violation." in text
    assert "| Added |" not in text


def test_the_mark_is_the_first_line_of_each_comment() -> None:
    for change in (None, NO_CHANGE, CHANGE, hostile_change()):
        lines = list(render_pull_request(change, [STANDING]))
        assert lines[0] == MARKER == "<!-- ssot report -->"
        assert MARKER not in lines[1:]
