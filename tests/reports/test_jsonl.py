"""One object a line, and both JSON formats against the schema that the docs offer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.json_format import render_json
from flake8_ssot_engine.reports.jsonl import render_jsonl
from tests.reports.examples import EXAMPLE, ODD_NAMES, ONLY_ERRORS, report_of_many, report_of_path

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "check.schema.json").read_text(encoding="utf-8")
)
REPORTS = [
    pytest.param(Report(), id="empty"),
    pytest.param(EXAMPLE, id="example"),
    pytest.param(ONLY_ERRORS, id="only-errors"),
]


def of_definition(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})


def lines(report: Report) -> list[dict[str, Any]]:
    text = list(render_jsonl(report))
    assert all(line.isascii() and "\n" not in line for line in text)
    return [json.loads(line) for line in text]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("report", REPORTS)
def test_json_is_as_its_schema_says(report: Report) -> None:
    Draft202012Validator(SCHEMA).validate(json.loads("".join(render_json(report))))


@pytest.mark.parametrize("report", REPORTS)
def test_lines_are_what_json_says(report: Report) -> None:
    document = json.loads("".join(render_json(report)))
    *things, end = lines(report)
    violations = [{"type": "violation", **violation} for violation in document["violations"]]
    errors = [{"type": "error", **error} for error in document["errors"]]
    assert things == violations + errors
    for thing in things:
        of_definition(thing.pop("type")).validate(thing)
    assert end == {
        "type": "summary",
        "version": 1,
        "statistics": document["statistics"],
        "references": document["references"],
        "files": report.files,
    }


@pytest.mark.parametrize("path", ODD_NAMES)
def test_any_path_survives(path: str) -> None:
    violation, error, _ = lines(report_of_path(path))
    assert violation["path"] == violation["fix"]["edits"][0]["path"] == error["path"] == path


def test_many() -> None:
    assert len(lines(report_of_many(30_000))) == 30_001


@pytest.mark.parametrize("key", ["baselined", "severity", "code", "fix"])
def test_the_schema_asks_for_every_key(key: str) -> None:
    violation = lines(EXAMPLE)[0]
    del violation["type"], violation[key]
    assert not of_definition("violation").is_valid(violation)
