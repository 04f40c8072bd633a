"""SARIF 2.1.0: by its schema, by what GitHub takes, and with positions that mean what we mean."""

from __future__ import annotations

import json
import random
import string
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from jsonschema import Draft4Validator

from flake8_ssot_engine.engine.findings import FileError
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports import sarif
from flake8_ssot_engine.reports.fingerprints import fingerprints
from flake8_ssot_engine.reports.sarif import FINGERPRINT_KEY, render_sarif
from flake8_ssot_engine.rules.registry import RULES
from flake8_ssot_engine.violations import Severity
from tests.reports.examples import (
    EXAMPLE,
    ODD,
    ODD_NAMES,
    ONLY_ERRORS,
    at,
    many,
    report_of_many,
    report_of_path,
)
from tests.reports.findings import finding

SCHEMA = Draft4Validator(
    json.loads(
        (Path(__file__).parents[1] / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8")
    )
)
pytestmark = pytest.mark.usefixtures("repository")


def run_of(report: Report) -> dict[str, Any]:
    (text,) = render_sarif(report)
    assert text.isascii()
    log = json.loads(text)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(Report(), id="empty"),
        pytest.param(EXAMPLE, id="example"),
        pytest.param(ONLY_ERRORS, id="only-errors"),
        *(pytest.param(report_of_path(name), id=title) for title, name in ODD.items()),
    ],
)
def test_it_is_as_the_schema_says(report: Report) -> None:
    (text,) = render_sarif(report)
    SCHEMA.validate(json.loads(text))


def test_the_schema_refuses() -> None:
    (text,) = render_sarif(EXAMPLE)
    log = json.loads(text)
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not SCHEMA.is_valid(log)


@pytest.mark.parametrize("path", ODD_NAMES)
def test_a_path_is_found_again(path: str, repository: Path) -> None:
    run = run_of(report_of_path(path))
    (result,) = run["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    for place in (
        result["locations"][0]["physicalLocation"]["artifactLocation"],
        change["artifactLocation"],
        told["locations"][0]["physicalLocation"]["artifactLocation"],
    ):
        uri = urlsplit(place["uri"])
        assert not set(place["uri"]) - set(string.ascii_letters + string.digits + "-._~/%:")
        found = unquote_to_bytes(uri.path).decode("utf-8", "surrogateescape")
        if path.startswith(".."):
            assert (uri.scheme, "uriBaseId" in place) == ("file", False)
            assert found == str(repository.parent / path[3:])
        else:
            assert (uri.scheme, place["uriBaseId"]) == ("", "%SRCROOT%")
            assert found == path


def test_positions_and_edits_mean_code_points() -> None:
    text = "'é𝒳日' + Old\n"
    found = finding("'é𝒳日' + «Old»\n", edits=(at("app/deps.py", 1, 9, 12, "New"),))
    run = run_of(Report(findings=(found,)))
    assert run["columnKind"] == "unicodeCodePoints"
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert text[region["startColumn"] - 1 : region["endColumn"] - 1] == "Old"
    (change,) = run["results"][0]["fixes"][0]["artifactChanges"]
    (replacement,) = change["replacements"]
    deleted = replacement["deletedRegion"]
    changed = (
        text[: deleted["startColumn"] - 1]
        + replacement["insertedContent"]["text"]
        + text[deleted["endColumn"] - 1 :]
    )
    assert changed == "'é𝒳日' + New\n"


def test_edits_of_several_files_are_one_fix() -> None:
    (fix,) = run_of(EXAMPLE)["results"][0]["fixes"]
    assert [
        (change["artifactLocation"]["uri"], len(change["replacements"]))
        for change in fix["artifactChanges"]
    ] == [("app/deps.py", 3), ("tests/%C3%A9%20b.py", 1)]
    assert fix["properties"] == {"applicability": "safe"}


def test_levels_suppressions_and_fingerprints() -> None:
    results = run_of(EXAMPLE)["results"]
    assert [result["level"] for result in results] == ["error", "error", "warning", "note", "note"]
    kinds = [[one["kind"] for one in result["suppressions"]] for result in results]
    assert kinds == [[], [], [], ["external"], ["external"]]
    known = {one.digest for one in fingerprints(EXAMPLE.findings)}
    assert {result["partialFingerprints"][FINGERPRINT_KEY] for result in results} == known
    assert all(list(result["partialFingerprints"]) == [FINGERPRINT_KEY] for result in results)


def test_every_result_names_its_rule() -> None:
    run = run_of(EXAMPLE)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in RULES]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for rule in rules:
        assert rule["name"].isalpha()
        assert "### Fix safety" in rule["help"]["markdown"]
        assert "Fix safety" in rule["help"]["text"]
        assert "\n" not in rule["fullDescription"]["text"]
        assert len(rule["properties"]["tags"]) <= 10  # GitHub shows ten, and refuses over twenty


def test_files_that_could_not_be_checked() -> None:
    (invocation,) = run_of(EXAMPLE)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [
        (told["descriptor"]["id"], told["level"], told["locations"][0]["physicalLocation"])
        for told in invocation["toolExecutionNotifications"]
    ] == [
        ("E999", "error", place("bad.py", {"startLine": 3, "startColumn": 7})),
        ("E902", "error", place("locked.py")),
        ("E999", "note", place("python2.py", {"startLine": 1, "startColumn": 1})),
    ]


def place(path: str, region: dict[str, int] | None = None) -> dict[str, Any]:
    located = {"artifactLocation": {"uri": path, "uriBaseId": "%SRCROOT%"}}
    return located if region is None else {**located, "region": region}


@pytest.mark.parametrize(
    ("line", "column"),
    [
        pytest.param(None, None, id="nowhere"),
        pytest.param(0, 0, id="before-the-first"),
        pytest.param(1, -1, id="before-the-line"),
    ],
)
def test_a_place_that_python_does_not_know(line: int | None, column: int | None) -> None:
    (text,) = render_sarif(Report(errors=(FileError("x.py", "bad", line, column),)))
    SCHEMA.validate(json.loads(text))


@pytest.mark.parametrize(
    ("report", "is_successful"),
    [
        pytest.param(Report(findings=EXAMPLE.findings), True, id="violations-are-a-success"),
        pytest.param(Report(errors=EXAMPLE.errors[2:]), True, id="baselined"),
        pytest.param(ONLY_ERRORS, False, id="an-error"),
    ],
)
def test_whether_all_was_checked(report: Report, is_successful: bool) -> None:
    assert run_of(report)["invocations"][0]["executionSuccessful"] is is_successful


def test_what_is_over_the_limit_of_results_is_told_and_is_what_weighs_least() -> None:
    held, warned, new = many(24_000, Severity.HINT), many(3, Severity.WARNING), many(2_000)
    run = run_of(Report(findings=(*held, *warned, *new)))
    levels = [result["level"] for result in run["results"]]
    assert len(levels) == 25_000
    assert [levels.count(level) for level in ("error", "warning", "note")] == [2_000, 3, 22_997]
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert (told["level"], told["message"]["text"]) == (
        "warning",
        "25000 violations of 26003 fit in: 1003 are left out, the lightest first",
    )
    assert run["invocations"][0]["executionSuccessful"] is True


def test_what_is_over_the_limit_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = "".join(random.Random(0).choices(string.ascii_letters, k=60_000))
    found = finding("«Old»", edits=(at("app/deps.py", 1, 1, 4, noise),))
    monkeypatch.setattr(sarif, "MAX_BYTES", 40_000)
    run = run_of(Report(findings=(found,)))
    assert len(run["results"]) == 1
    assert "fixes" not in run["results"][0]
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert [one["message"]["text"] for one in told] == [
        "the fixes did not fit in: all are left out"
    ]
    run = run_of(report_of_many(2_000))
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert 0 < len(run["results"]) < 2_000
    assert f"{len(run['results'])} violations of 2000 fit in" in told[0]["message"]["text"]
