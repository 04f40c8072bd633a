"""What `ssot status` and `ssot report` print; `--update-golden` writes it anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.reports.progress_json import render_progress_json
from flake8_ssot_engine.reports.progress_markdown import render_progress_markdown
from flake8_ssot_engine.reports.progress_report import WIDTH, render_progress_text
from flake8_ssot_engine.reports.pull_request import render_pull_request
from tests.reports.standings import CHANGE, DONE, NO_CHANGE, STANDING, hostile, hostile_change

GOLDEN = Path(__file__).parent / "golden_progress"
EVERY = (STANDING, DONE)
PAGES: dict[str, Callable[[], Iterable[str]]] = {
    "status.text": lambda: render_progress_text(EVERY),
    "status.color.text": lambda: render_progress_text(EVERY, is_colored=True),
    "status.owner.text": lambda: render_progress_text(EVERY, by="owner"),
    "status.package.text": lambda: render_progress_text(EVERY, by="package"),
    "status.json": lambda: render_progress_json(EVERY),
    "status.markdown": lambda: render_progress_markdown(EVERY),
    "status.owner.markdown": lambda: render_progress_markdown(EVERY, by="owner"),
    "report.markdown": lambda: render_pull_request(CHANGE, EVERY),
    "report.no-change.markdown": lambda: render_pull_request(NO_CHANGE, [STANDING]),
    "report.no-ref.markdown": lambda: render_pull_request(None, [STANDING]),
    "hostile.text": lambda: render_progress_text([hostile()]),
    "hostile.markdown": lambda: render_pull_request(hostile_change(), [hostile()]),
}


@pytest.mark.parametrize("name", PAGES)
def test_what_is_printed(
    name: str, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")  # what the owners are in is shown from here on
    text = "".join(f"{line}\n" for line in PAGES[name]())
    path = GOLDEN / name
    if pytestconfig.getoption("--update-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode()


def test_there_is_no_golden_file_too_many() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(PAGES)


def shape(value: Any) -> Any:
    """Return the keys of a document, and of those below it; of a list, those of its first one."""
    if isinstance(value, list):
        return [shape(one) for one in value[:1]]
    if isinstance(value, dict):
        return {key: key == "references" or shape(one) for key, one in value.items()}
    return None


def test_the_sample_in_the_docs_has_the_keys_that_there_are() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "status.md").read_text("utf-8")
    sample = json.loads(docs.partition("```json\n")[2].partition("```")[0])
    document = json.loads("".join(render_progress_json([STANDING])))
    assert shape(sample) == shape(document)
    (migration,) = document["migrations"]
    keys = [shape(phase) for phase in migration["phases"]]
    assert keys == keys[:1] * len(keys)


@pytest.mark.parametrize("name", [name for name in PAGES if name.endswith(".text")])
def test_text_fits_eighty_columns(name: str) -> None:
    if "color" not in name:
        assert max(len(line) for line in PAGES[name]()) <= WIDTH
