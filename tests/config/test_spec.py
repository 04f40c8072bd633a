"""Each kind of value: what is accepted, and what is said of the rest."""

from __future__ import annotations

import datetime

import pytest

from flake8_ssot_engine.config import spec
from flake8_ssot_engine.config.spec import TOP, Key, Kind


def kinds(keys: tuple[Key, ...]) -> list[Key]:
    return [each for key in keys for each in (key, *kinds(key.items))]


GOOD = [
    pytest.param(spec.STRING, "", id="string-empty"),
    pytest.param(spec.STRING, "x", id="string"),
    pytest.param(spec.LINE, "é𝒳 `x`", id="line"),
    pytest.param(spec.STRINGS, [], id="strings-none"),
    pytest.param(spec.STRINGS, ["a", ""], id="strings"),
    pytest.param(spec.NAME, "a.b.C", id="name"),
    pytest.param(spec.NAME, "größe.X", id="name-of-other-letters"),
    pytest.param(spec.NAMES, ["a", "b.c"], id="names"),
    pytest.param(spec.CODES, ["SSO", "SSOT", "SSOT0", "SSOT001"], id="codes"),
    pytest.param(spec.CODES_BY_GLOB, {"tests/**": ["SSOT002"], "x.py": []}, id="codes-by-glob"),
    pytest.param(spec.DATE, datetime.date(2026, 12, 31), id="date"),
    pytest.param(spec.DURATION, "10m", id="minutes"),
    pytest.param(spec.DURATION, "1.5h", id="hours"),
    pytest.param(spec.DURATION, "90s", id="seconds"),
    pytest.param(spec.DURATION, "250ms", id="milliseconds"),
    pytest.param(spec.VALIDATORS, [], id="validators-none"),
    pytest.param(
        spec.VALIDATORS,
        ["make test", {"run": "make e2e", "retries": 2, "timeout": "5m"}],
        id="validators",
    ),
    pytest.param(spec.ENFORCEMENT, "off", id="off"),
    pytest.param(spec.ENFORCEMENT, "ratchet", id="ratchet"),
    pytest.param(spec.ENFORCEMENT, "error", id="error"),
    pytest.param(spec.CALL_PATTERN, "$CLASS($A, $$$REST)", id="pattern"),
    pytest.param(spec.CALL_PATTERN, "$CLASS($$$)", id="pattern-with-anything"),
    pytest.param(spec.CALL_PATTERN, "$CLASS($_, $$OPERATOR)", id="pattern-with-a-wildcard"),
    pytest.param(
        spec.CALL_PATTERN, "$CLASS(registry=$REG, **$OPTIONS)", id="pattern-with-keywords"
    ),
    pytest.param(spec.CALL_PATTERN, "await $CLASS()", id="awaited-pattern"),
    pytest.param(spec.CALL_PATTERN, " Engine(1 is 1, '\\d') ", id="pattern-that-python-warns-of"),
    pytest.param(spec.REWRITE, "await $NEW.create($A, $$$REST)", id="rewrite"),
    pytest.param(spec.REWRITE, "$NEW", id="rewrite-to-a-name"),
]


@pytest.mark.parametrize(("kind", "value"), GOOD)
def test_accepted(kind: Kind, value: object) -> None:
    assert kind.complaint(value) is None


@pytest.mark.parametrize(
    ("kind", "value", "complaint"),
    [
        pytest.param(spec.VALIDATORS, "make", "must be an array", id="validators-string"),
        pytest.param(spec.VALIDATORS, [" "], "a command must not be empty", id="validator-empty"),
        pytest.param(
            spec.VALIDATORS,
            [3],
            '`3` must be a command, or a table: { run = "...", retries = 2 }',
            id="validator-number",
        ),
        pytest.param(
            spec.VALIDATORS,
            [{"run": "make", "retry": 1}],
            "unknown key `retry` of a command; did you mean `retries`?",
            id="validator-unknown-key",
        ),
        pytest.param(
            spec.VALIDATORS,
            [{"run": "make", "retries": True}],
            "`retries` of a command must be a whole number from 0 to 10",
            id="validator-retries",
        ),
        pytest.param(
            spec.VALIDATORS,
            [{"run": "make", "timeout": "soon"}],
            "`timeout` of a command `soon` is not a duration, such as `90s`, `10m` or `2h`",
            id="validator-timeout",
        ),
        pytest.param(
            spec.VALIDATORS, [{"retries": 1}], "a command needs `run`", id="validator-without-run"
        ),
        pytest.param(spec.STRING, 1, "must be a string", id="string"),
        pytest.param(spec.LINE, 1, "must be a string", id="line-number"),
        pytest.param(
            spec.LINE, "a\nb", "must be one line, without control characters", id="two-lines"
        ),
        pytest.param(
            spec.LINE, "a\x1b[31m", "must be one line, without control characters", id="escape"
        ),
        pytest.param(spec.STRINGS, "x", "must be an array", id="strings"),
        pytest.param(
            spec.STRINGS, ["x", 1, 2], "`1` must be a string; `2` must be a string", id="items"
        ),
        pytest.param(spec.NAME, 1, "must be a string", id="name-number"),
        pytest.param(spec.NAME, "a.", "`a.` is not a dotted Python name", id="name-dot"),
        pytest.param(
            spec.NAME, "a.class", "`a.class` is not a dotted Python name", id="name-keyword"
        ),
        pytest.param(spec.NAME, "a:b", "`a:b` is not a dotted Python name", id="name-colon"),
        pytest.param(spec.NAMES, {"a": 1}, "must be an array", id="names"),
        pytest.param(
            spec.CODES,
            ["E501", "ssot001"],
            "`E501` is not a code of this product; codes look like `SSOT001`; "
            "`ssot001` is not a code of this product; did you mean `SSOT001`?",
            id="codes",
        ),
        pytest.param(
            spec.CODES,
            [1],
            "`1` is not a code of this product; codes look like `SSOT001`",
            id="number",
        ),
        pytest.param(
            spec.CODES_BY_GLOB,
            ["SSOT001"],
            "must be a table of patterns, each with an array of codes",
            id="codes-by-glob",
        ),
        pytest.param(
            spec.CODES_BY_GLOB, {"x": "SSOT001"}, "must be an array", id="codes-of-a-glob"
        ),
        pytest.param(
            spec.DATE,
            "2026-12-31",
            "must be a date, written without quotes: 2026-12-31",
            id="quoted",
        ),
        pytest.param(
            spec.DATE,
            datetime.datetime(2026, 12, 31, tzinfo=datetime.timezone.utc),
            "must be a date, written without quotes: 2026-12-31",
            id="date-with-time",
        ),
        pytest.param(
            spec.DURATION,
            "10",
            "`10` is not a duration, such as `90s`, `10m` or `2h`",
            id="no-unit",
        ),
        pytest.param(
            spec.DURATION, 10, "`10` is not a duration, such as `90s`, `10m` or `2h`", id="int"
        ),
        pytest.param(
            spec.DURATION,
            "-1s",
            "`-1s` is not a duration, such as `90s`, `10m` or `2h`",
            id="minus",
        ),
        pytest.param(
            spec.ENFORCEMENT,
            "errors",
            "must be off, ratchet or error; did you mean `error`?",
            id="enforcement",
        ),
        pytest.param(
            spec.ENFORCEMENT, ["x"], "must be off, ratchet or error", id="enforcement-array"
        ),
        pytest.param(
            spec.ENFORCEMENT, True, "must be off, ratchet or error", id="enforcement-bool"
        ),
        pytest.param(spec.CALL_PATTERN, 1, "must be a string", id="pattern-number"),
        pytest.param(
            spec.CALL_PATTERN, "$CLASS", "`$CLASS` is not a pattern of a call", id="pattern-name"
        ),
        pytest.param(
            spec.CALL_PATTERN,
            "$CLASS(",
            "`$CLASS(` is not an ast-grep pattern of a Python call",
            id="pattern-open",
        ),
        pytest.param(
            spec.CALL_PATTERN,
            "$class()",
            "`$class()` is not an ast-grep pattern of a Python call",
            id="pattern-small-letters",
        ),
        pytest.param(
            spec.CALL_PATTERN, "", "`` is not an ast-grep pattern of a Python call", id="empty"
        ),
        pytest.param(spec.REWRITE, "x = $A", "`x = $A` is not a Python expression", id="rewrite"),
        pytest.param(spec.REWRITE, None, "must be a string", id="rewrite-none"),
    ],
)
def test_refused(kind: Kind, value: object, complaint: str) -> None:
    assert kind.complaint(value) == complaint


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="none"),
        pytest.param(True, id="bool"),
        pytest.param(1.5, id="float"),
        pytest.param([[]], id="array-of-arrays"),
        pytest.param([{}], id="array-of-tables"),
        pytest.param({"a": {"b": []}}, id="table"),
        pytest.param(datetime.time(1, 2), id="time"),
        pytest.param("\0", id="null-byte"),
        pytest.param("(" * 1000, id="deep"),
    ],
)
@pytest.mark.parametrize("key", [pytest.param(key, id=key.name) for key in kinds(TOP) if key.kind])
def test_no_value_breaks_a_check(key: Key, value: object) -> None:
    assert key.kind is not None
    complaint = key.kind.complaint(value)
    assert complaint is None or complaint.strip()


@pytest.mark.parametrize("key", [pytest.param(key, id=key.name) for key in kinds(TOP)])
def test_every_key_is_documented_in_one_sentence(key: Key) -> None:
    assert key.doc.endswith(".")
    assert (key.kind is None) is bool(key.items)


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        pytest.param("250ms", 0.25, id="ms"),
        pytest.param("90s", 90.0, id="s"),
        pytest.param("10m", 600.0, id="m"),
        pytest.param("1.5h", 5400.0, id="h"),
    ],
)
def test_seconds(duration: str, seconds: float) -> None:
    assert spec.seconds(duration) == seconds
