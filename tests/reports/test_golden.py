"""What each format prints of one report; `--update-golden` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports import sarif
from flake8_ssot_engine.reports.registry import FORMATS
from tests.reports.examples import EXAMPLE

GOLDEN = Path(__file__).parent / "golden"
REPORTS = {"example": EXAMPLE, "clean": Report(files=12)}


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", REPORTS)
def test_what_is_printed(
    name: str, format_: str, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sarif, "__version__", "1.2.3")
    text = "".join(f"{line}\n" for line in FORMATS[format_].render(REPORTS[name]))
    if format_ == "sarif":
        text = readable(text)
    path = GOLDEN / f"{name}.{format_}"
    if pytestconfig.getoption("--update-golden"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def readable(log: str) -> str:
    """Return a log on many lines, of the rules only the codes: their texts are the docstrings'."""
    document = json.loads(log)
    driver = document["runs"][0]["tool"]["driver"]
    driver["rules"] = [rule["id"] for rule in driver["rules"]]
    return json.dumps(document, indent=2) + "\n"


def test_there_is_no_golden_file_too_many() -> None:
    expected = {f"{name}.{format_}" for name in REPORTS for format_ in FORMATS}
    assert {path.name for path in GOLDEN.iterdir()} == expected


def test_every_format_is_in_the_docs() -> None:
    docs = Path(__file__).parents[2] / "docs" / "formats.md"
    headings = [line[3:] for line in docs.read_text("utf-8").splitlines() if line.startswith("## ")]
    # What stands in the samples is none of the page's own headings.
    assert [heading for heading in headings if heading != "ssot check"] == list(FORMATS)
