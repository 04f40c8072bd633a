"""`ssot explain`: a rule's page."""

from __future__ import annotations

import pytest

from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.reports.rule_page import HEADINGS
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.rules.registry import RULES

EVERY = [pytest.param(rule, id=rule.code) for rule in RULES]


@pytest.mark.parametrize("rule", EVERY)
def test_a_page_has_every_heading(rule: Rule, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", rule.code]) == 0
    page = capsys.readouterr().out
    assert page.startswith(f"## {rule.code} {rule.name}\n")
    places = [page.find(f"\n### {heading}\n") for heading in HEADINGS]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("rule", EVERY)
@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param(lambda rule: rule.name, id="name"),
        pytest.param(lambda rule: rule.code.lower(), id="small-letters"),
    ],
)
def test_other_spellings(rule: Rule, spelling: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(spelling)
    assert main(["explain", spelling(rule)]) == 0
    assert capsys.readouterr().out.startswith(f"## {rule.code} ")


def test_all_pages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "all"]) == 0
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line.startswith("## ")] == [
        f"## {rule.code} {rule.name}" for rule in RULES
    ]


@pytest.mark.parametrize(
    ("code", "near"),
    [
        pytest.param("SSOT01", "SSOT001", id="code"),
        pytest.param("ssot0003", "SSOT003", id="small-letters"),
        pytest.param("E501", "", id="foreign"),
        pytest.param("", "", id="empty"),
    ],
)
def test_an_unknown_rule(code: str, near: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", code]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"ssot: no rule is called `{code}`; did you mean `{near}")
    assert "Known codes: " + ", ".join(rule.code for rule in RULES) in captured.err
