"""Matching: which findings are among those tolerated; their number never grows."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.engine.matching import BROKEN, Trait, match_findings, trait_of
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.source import Position, Span
from flake8_ssot_engine.violations import ReferenceKind, Violation

Spec = tuple[str, str, int]
"""Scope, symbol and line of a finding."""


def finding(
    scope: str = "f", symbol: str = "old.Old", line: int = 1, code: str = "SSOT001"
) -> Finding:
    violation = Violation(
        code=code,
        name="deprecated-import",
        span=Span(line, line + 1),
        symbol=QualifiedName.parse(symbol),
        replacement=None,
        migration="1",
        kind=ReferenceKind.IMPORT,
        text="",
    )
    return Finding("a.py", violation, Position(line, 1), Position(line, 2), ("",), scope=scope)


def trait(scope: str = "f", symbol: str = "old.Old", code: str = "SSOT001") -> Trait:
    return Trait(code, scope, symbol)


def as_they_come(one: Finding) -> int:
    return 0


def from_the_bottom(one: Finding) -> int:
    return -one.start.line


def never_asked(one: Finding) -> int:
    raise AssertionError(one)


TABLE = [
    # findings as scopes, scopes there are, tolerated by scope; what is held, what is left by scope
    pytest.param("f", "f", {"f": 1}, "+", {}, id="exact"),
    pytest.param("", "f", {}, "", {}, id="nothing"),
    pytest.param("f", "f", {}, "-", {}, id="nothing-tolerated"),
    pytest.param("", "f", {"f": 2}, "", {"f": 2}, id="fixed"),
    pytest.param("f", "f", {"f": 3}, "+", {"f": 2}, id="some-fixed"),
    pytest.param("ff", "f", {"f": 1}, "+-", {}, id="one-more"),
    pytest.param("fg", "fg", {"f": 2}, "+-", {"f": 1}, id="swapped-between-functions"),
    pytest.param("g", "fg", {"f": 1}, "-", {"f": 1}, id="moved-to-another-function"),
    pytest.param("g", "g", {"f": 1}, "+", {}, id="renamed-function"),
    pytest.param("M", "", {"f": 1}, "+", {}, id="function-dissolved-into-the-module"),
    pytest.param("gg", "g", {"f": 1}, "+-", {}, id="renamed-with-one-more"),
    pytest.param("gh", "gh", {"f": 1}, "+-", {}, id="split-in-two-with-one-more"),
    pytest.param("gh", "gh", {"f": 2}, "++", {}, id="split-in-two"),
    pytest.param("h", "h", {"f": 1, "g": 1}, "+", {"g": 1}, id="two-merged-into-one"),
    pytest.param("gg", "g", {"g": 1, "f": 1}, "+-", {"f": 1}, id="merged-into-one-that-held"),
    pytest.param("f", "Mf", {"M": 1}, "-", {"M": 1}, id="into-a-function"),
    pytest.param("f", "f", {"M": 1}, "+", {}, id="known-by-no-scope-before"),
    pytest.param("f", "f", {"f": 1, "g": 1}, "+", {"g": 1}, id="exact-before-renamed"),
    pytest.param("fg", "fg", {"e": 1, "g": 1}, "++", {}, id="exact-is-not-taken-by-a-renamed-one"),
]


def named(scope: str) -> str:
    return scope.replace("M", "<module>")


@pytest.mark.parametrize(("found", "scopes", "tolerated", "held", "left"), TABLE)
def test_matching(
    found: str, scopes: str, tolerated: dict[str, int], held: str, left: dict[str, int]
) -> None:
    findings = [finding(named(scope), line=number) for number, scope in enumerate(found)]
    before = Counter({trait(named(scope)): count for scope, count in tolerated.items()})
    kept = before.copy()
    matched = match_findings(findings, frozenset(map(named, scopes)), before, as_they_come)
    assert "".join("+" if one else "-" for one in matched.held) == held
    assert matched.left == Counter({trait(named(scope)): count for scope, count in left.items()})
    assert before == kept


@pytest.mark.parametrize(
    ("one", "tolerated"),
    [
        pytest.param(finding(symbol="old.New"), trait(), id="symbol"),
        pytest.param(finding(code="SSOT002"), trait(), id="code"),
        pytest.param(finding(scope="f.g"), trait(), id="inner-scope"),
    ],
)
def test_another_one_is_not_tolerated(one: Finding, tolerated: Trait) -> None:
    matched = match_findings([one], frozenset({"f", "f.g"}), Counter({tolerated: 1}), as_they_come)
    assert matched == ((False,), Counter({tolerated: 1}))


def test_a_renamed_function_takes_along_nothing_of_another_code_or_symbol() -> None:
    tolerated = Counter({trait("gone", code="SSOT002"): 1, trait("gone", "old.Other"): 1})
    matched = match_findings([finding("g")], frozenset({"g"}), tolerated, as_they_come)
    assert matched == ((False,), tolerated)


def test_of_those_that_are_alike_the_oldest_are_held() -> None:
    findings = [finding(line=line) for line in (1, 2, 3)]
    matched = match_findings(findings, frozenset("f"), Counter({trait(): 2}), from_the_bottom)
    assert matched.held == (False, True, True)


def test_age_is_asked_only_where_it_decides() -> None:
    findings = [finding(line=1), finding(line=2), finding("g", line=3)]
    tolerated = Counter({trait(): 2})
    assert match_findings(findings, frozenset("fg"), tolerated, never_asked).held == (
        True,
        True,
        False,
    )


def test_age_is_asked_of_those_that_are_alike_only() -> None:
    asked = []

    def note(one: Finding) -> int:
        asked.append(one.start.line)
        return 0

    findings = [finding(line=1), finding("g", line=2), finding(line=3)]
    match_findings(findings, frozenset("fg"), Counter({trait(): 1, trait("g"): 1}), note)
    assert asked == [1, 3]


def test_what_a_broken_file_tolerates_is_no_finding() -> None:
    matched = match_findings([finding("<module>")], frozenset(), Counter({BROKEN: 1}), as_they_come)
    assert matched == ((False,), Counter({BROKEN: 1}))


def test_the_trait_of_a_finding() -> None:
    assert trait_of(finding("C.m", "a.b.C", code="SSOT005")) == ("SSOT005", "C.m", "a.b.C")


# --- whatever is found and tolerated

_SCOPES = ["<module>", "f", "g", "C.m"]
_FINDINGS = st.lists(
    st.tuples(
        st.sampled_from(_SCOPES), st.sampled_from(["a.A", "a.B"]), st.sampled_from(["1", "2"])
    ),
    max_size=8,
).map(
    lambda specs: [
        finding(scope, symbol, line, f"SSOT00{digit}")
        for line, (scope, symbol, digit) in enumerate(specs, 1)
    ]
)
_TOLERATED = st.dictionaries(
    st.builds(
        Trait,
        st.sampled_from(["SSOT001", "SSOT002"]),
        st.sampled_from([*_SCOPES, "gone", "gone.too"]),
        st.sampled_from(["a.A", "a.B"]),
    ),
    st.integers(1, 3),
).map(Counter)


def without_scope(traits: Counter[Trait]) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for one, count in traits.items():
        counts[one.code, one.symbol] += count
    return counts


@given(_FINDINGS, _TOLERATED, st.booleans())
def test_the_number_tolerated_never_grows(
    findings: list[Finding], tolerated: Counter[Trait], is_reversed: bool
) -> None:
    there = frozenset(one.scope for one in findings) | {"f"}
    matched = match_findings(
        findings, there, tolerated, from_the_bottom if is_reversed else as_they_come
    )
    held = Counter(
        trait_of(one) for one, is_held in zip(findings, matched.held, strict=True) if is_held
    )
    assert min(matched.left.values(), default=1) > 0
    assert without_scope(held + matched.left) == without_scope(tolerated)


@given(_FINDINGS, _TOLERATED)
def test_what_is_new_after_an_update_is_what_was_new_before(
    findings: list[Finding], tolerated: Counter[Trait]
) -> None:
    there = frozenset(one.scope for one in findings)
    matched = match_findings(findings, there, tolerated, as_they_come)
    held = Counter(
        trait_of(one) for one, is_held in zip(findings, matched.held, strict=True) if is_held
    )
    again = match_findings(findings, there, held, as_they_come)
    assert again.held.count(True) == matched.held.count(True)
    assert again.left == Counter()


@given(_FINDINGS)
def test_what_is_tolerated_as_it_is_found_is_held(findings: list[Finding]) -> None:
    tolerated = Counter(map(trait_of, findings))
    matched = match_findings(findings, frozenset(_SCOPES), tolerated, never_asked)
    assert matched == ((True,) * len(findings), Counter())


def test_of_those_in_a_renamed_function_the_oldest_are_held() -> None:
    findings = [finding("g", line=line) for line in (1, 2)]
    matched = match_findings(findings, frozenset("g"), Counter({trait(): 1}), from_the_bottom)
    assert matched.held == (False, True)
