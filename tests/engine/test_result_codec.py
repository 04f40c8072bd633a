"""Results come back from JSON as they were; of what was never one, none is made."""

from __future__ import annotations

import copy
import json
import os
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.edits import Applicability
from flake8_ssot_engine.engine.findings import FileError, FileResult, Finding, TextPlace
from flake8_ssot_engine.engine.result_codec import result_from_plain, result_to_plain
from flake8_ssot_engine.engine.run import check_each
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.sample import lay_out
from flake8_ssot_engine.source import Position, Span
from flake8_ssot_engine.violations import ReferenceKind, Severity, Violation

TEXT = st.text(st.characters(exclude_categories=()), max_size=8)  # lone surrogates, too
NUMBER = st.integers(0, 10**9)
NAMES = st.lists(TEXT, min_size=1, max_size=3).map(QualifiedName)
VIOLATIONS = st.builds(
    Violation,
    code=TEXT,
    name=TEXT,
    span=st.builds(Span, NUMBER, NUMBER),
    symbol=NAMES,
    replacement=st.none() | NAMES,
    migration=TEXT,
    kind=st.sampled_from(ReferenceKind),
    text=TEXT,
    hint=TEXT,
    applicability=st.none() | st.sampled_from(Applicability),
    fix=st.none(),
    unfixable_because=TEXT,
    doubt=TEXT,
    enforced=TEXT,
    reached=st.none() | NAMES,
)
POSITIONS = st.builds(Position, NUMBER, NUMBER)
COUNTS = st.dictionaries(TEXT, NUMBER, max_size=3).map(Counter)


def findings_at(path: str) -> st.SearchStrategy[Finding]:
    return st.builds(
        Finding,
        path=st.just(path),
        violation=VIOLATIONS,
        start=POSITIONS,
        end=POSITIONS,
        lines=st.lists(TEXT, max_size=3).map(tuple),
        phase=TEXT,
        scope=TEXT,
        severity=st.sampled_from(Severity),
    )


def results_of(path: str) -> st.SearchStrategy[FileResult]:
    return st.builds(
        FileResult,
        path=st.just(path),
        findings=st.lists(findings_at(path), max_size=3).map(tuple),
        error=st.none()
        | st.builds(
            FileError,
            path=TEXT,
            message=TEXT,
            line=st.none() | NUMBER,
            column=st.none() | NUMBER,
            code=TEXT,
            is_baselined=st.booleans(),
        ),
        references=COUNTS,
        spelled=COUNTS,
        scopes=TEXT,
        texts=st.lists(st.builds(TextPlace, POSITIONS, POSITIONS, POSITIONS, TEXT), max_size=3).map(
            tuple
        ),
    )


def shape(value: Any) -> Any:
    """Return a value with the types of all its parts, which equality of tuples does not ask."""
    if isinstance(value, tuple | list):
        return [type(value), *map(shape, value)]
    return type(value), value


def through_json(plain: Any) -> Any:
    return json.loads(json.dumps(plain).encode("ascii"))


@given(TEXT.flatmap(results_of))
@settings(max_examples=150)
def test_a_result_comes_back_as_it_was(result: FileResult) -> None:
    back = result_from_plain(through_json(result_to_plain(result)))
    assert back == result
    assert shape(back) == shape(result)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> list[FileResult]:
    folder = tmp_path_factory.mktemp("sample") / "project"
    lay_out(folder)
    (folder / "broken.py").write_text("from old import (\n")
    found = ConfigFinder().settings_for(str(folder))
    tasks = [Task(str(path), os.fspath(path), found) for path in sorted(folder.rglob("*.py"))]
    return check_each(tasks, jobs=1)


def test_the_results_of_the_sample_come_back(sample: list[FileResult]) -> None:
    assert sum(len(result.findings) for result in sample) > 10
    assert any(result.error for result in sample)
    for result in sample:
        back = result_from_plain(through_json(result_to_plain(result)))
        assert back == result
        assert shape(back) == shape(result)
        assert [finding.violation.message for finding in back.findings] == [
            finding.violation.message for finding in result.findings
        ]


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to all values within a plain one."""
    found = [at]
    if isinstance(value, list):
        for number, part in enumerate(value):
            found += places(part, (*at, number))
    elif isinstance(value, dict):
        for key, part in value.items():
            found += places(part, (*at, key))
    return found


def replaced(plain: Any, at: tuple[Any, ...], value: Any) -> Any:
    if not at:
        return value
    changed = copy.deepcopy(plain)
    inner = changed
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = value
    return changed


def longest(sample: list[FileResult]) -> Any:
    result = max(sample, key=lambda result: len(result.findings))
    error = FileError("p", "m", 1, 2)
    return result_to_plain(result._replace(findings=result.findings[:1], error=error))


@pytest.mark.parametrize(
    "value", [{}, {"a": "b"}, [[]], [None], [1], 1.5, True, -1.0, [["x"]] * 40]
)
def test_a_value_of_another_type_is_refused_or_is_a_result(
    sample: list[FileResult], value: Any
) -> None:
    """Whatever stands in whatever place, there is a ValueError or a sound result."""
    plain = through_json(longest(sample))
    refused = 0
    for at in places(plain):
        try:
            back = result_from_plain(replaced(plain, at, value))
        except ValueError:
            refused += 1
            continue
        again = result_from_plain(through_json(result_to_plain(back)))
        assert shape(again) == shape(back), at
    assert refused > 20


@pytest.mark.parametrize(
    "plain",
    [
        None,
        1,
        "text",
        [],
        {},
        ["path"],
        ["path", [], None, {}, {}, []],
        ["path", [], None, {}, {}, [], [], []],
        [1, [], None, {}, {}, [], []],
        [None, [], None, {}, {}, [], []],
        ["path", None, None, {}, {}, [], []],
        ["path", [[]], None, {}, {}, [], []],
        ["path", ["x" * 23], None, {}, {}, [], []],
        ["path", [], [], {}, {}, [], []],
        ["path", [], ["p", "m", "1", 2, "E", False], {}, {}, [], []],
        ["path", [], ["p", "m", True, 2, "E", False], {}, {}, [], []],
        ["path", [], ["p", None, 1, 2, "E", False], {}, {}, [], []],
        ["path", [], None, [], {}, [], []],
        ["path", [], None, {"a": "1"}, {}, [], []],
        ["path", [], None, {"a": True}, {}, [], []],
        ["path", [], None, {}, {"a": 1.0}, [], []],
        ["path", [], None, {}, {}, ["scopes"], []],
        ["path", [], None, {}, {}, [1], []],
        ["path", [], None, {}, {}, [[]], []],
        ["path", [], None, {}, {}, None, []],
        ["path", [], None, {}, {}, [], None],
        ["path", [], None, {}, {}, [], [[1, 1, 1, 1, 1, 1]]],
        ["path", [], None, {}, {}, [], [[1, 1, 1, 1, True, 1, "n"]]],
        ["path", [], None, {}, {}, [], [[1, 1, 1, 1, 1, "n"]]],
    ],
)
def test_what_is_no_result_is_refused(plain: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        result_from_plain(plain)


def test_parts_that_lack_are_refused(sample: list[FileResult]) -> None:
    plain = longest(sample)
    for length in range(len(plain[1][0])):
        with pytest.raises(ValueError, match=r"."):
            result_from_plain([plain[0], [plain[1][0][:length]], *plain[2:]])
    with pytest.raises(ValueError, match=r"."):
        result_from_plain([plain[0], [[*plain[1][0], ""]], *plain[2:]])
