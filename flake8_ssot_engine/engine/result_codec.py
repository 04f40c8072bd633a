"""Results of files as plain values, for the cache, and back.

Lists without names: whoever reads them has the program that wrote them. What is read may be
anything, and is believed only where its types are right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from flake8_ssot_engine.edits import Applicability
from flake8_ssot_engine.engine.findings import (
    NO_REFERENCES,
    FileError,
    FileResult,
    Finding,
    TextPlace,
)
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.source import Position, Span
from flake8_ssot_engine.violations import ReferenceKind, Severity, Violation

_TEXT, _NUMBER = frozenset({str}), frozenset({int})
_KINDS = {kind.value: kind for kind in ReferenceKind}
_APPLICABILITIES: dict[int | None, Applicability | None] = {None: None}
_APPLICABILITIES.update((int(one), one) for one in Applicability)
_SEVERITIES = {severity.value: severity for severity in Severity}


def result_to_plain(result: FileResult) -> list[Any]:
    """Return a result as lists, texts and numbers; none of its violations carries a fix."""
    return [
        result.path,
        list(map(finding_to_plain, result.findings)),
        None if result.error is None else list(result.error),
        dict(result.references),
        dict(result.spelled),
        result.scopes,
        [[*place, *start, *end, name] for place, start, end, name in result.texts],
    ]


def result_from_plain(plain: Any) -> FileResult:
    """Return the result that became `plain`. Raises ValueError for what none became."""
    try:
        path, findings, error, references, spelled, scopes, texts = plain
        return FileResult(
            _text(path),
            tuple([finding_from_plain(path, finding) for finding in findings]),
            None if error is None else _error(*error),
            _counts(references),
            _counts(spelled),
            _text(scopes),
            tuple([_place(*place) for place in texts]),
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"no result: {error}") from None


def finding_to_plain(finding: Finding) -> list[Any]:
    """Return a finding without its path; its violation carries no fix."""
    violation = finding.violation
    assert violation.fix is None
    applicability = violation.applicability
    return [
        *finding.start,
        *finding.end,
        list(finding.lines),
        finding.phase,
        finding.scope,
        finding.severity.value,
        violation.code,
        violation.name,
        *violation.span,
        list(violation.symbol),
        None if violation.replacement is None else list(violation.replacement),
        violation.migration,
        violation.kind.value,
        violation.text,
        violation.hint,
        None if applicability is None else int(applicability),
        violation.unfixable_because,
        violation.doubt,
        violation.enforced,
        None if violation.reached is None else list(violation.reached),
    ]


def finding_from_plain(path: str, plain: Any) -> Finding:
    """Return the finding in a file that became `plain`. Raises ValueError or TypeError."""
    line, column, end_line, end_column, lines, phase, scope, severity, *rest = plain
    code, name, start, end, symbol, replacement, migration, kind, *rest = rest
    text, hint, applicability, unfixable_because, doubt, enforced, reached = rest
    _numbers((line, column, end_line, end_column, start, end))
    _texts((phase, scope, code, name, migration, text, hint, unfixable_because, doubt, enforced))
    return Finding(
        path,
        Violation(
            code,
            name,
            Span(start, end),
            QualifiedName(_texts(symbol)),
            None if replacement is None else QualifiedName(_texts(replacement)),
            migration,
            _KINDS[kind],
            text,
            hint,
            _APPLICABILITIES[applicability],
            None,
            unfixable_because,
            doubt,
            enforced,
            None if reached is None else QualifiedName(_texts(reached)),
        ),
        Position(line, column),
        Position(end_line, end_column),
        tuple(_texts(lines)),
        phase,
        scope,
        _SEVERITIES[severity],
    )


def _error(
    path: Any, message: Any, line: Any, column: Any, code: Any, is_baselined: Any
) -> FileError:
    _texts((path, message, code))
    _numbers([number for number in (line, column) if number is not None])
    return FileError(path, message, line, column, code, bool(is_baselined))


def _place(*plain: Any) -> TextPlace:
    *numbers, name = plain
    _numbers(numbers)
    line, column, start_line, start_column, end_line, end_column = numbers
    return TextPlace(
        Position(line, column),
        Position(start_line, start_column),
        Position(end_line, end_column),
        _text(name),
    )


def _counts(plain: Any) -> Counter[str]:
    _numbers(plain.values())
    return Counter(plain) if plain else NO_REFERENCES


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("no text")
    return value


def _texts(values: Any) -> Any:
    if type(values) not in (list, tuple) or not _TEXT.issuperset(map(type, values)):
        raise TypeError("no texts")
    return values


def _numbers(values: Iterable[Any]) -> None:
    if not _NUMBER.issuperset(map(type, values)):
        raise TypeError("no number")
