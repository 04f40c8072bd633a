"""Matching: which findings of a file are among those that there were before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from flake8_ssot_engine.engine.findings import FileResult, Finding
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.violations import MODULE_SCOPE


class Trait(NamedTuple):
    """What findings of one file may have in common: each is known by it, and by how many."""

    code: str
    scope: str
    symbol: str


BROKEN = Trait("E999", MODULE_SCOPE, "SyntaxError")
"""What a file has that cannot be parsed."""


class Matched(NamedTuple):
    """Which of some findings are among those tolerated, and what is tolerated besides."""

    held: tuple[bool, ...]
    left: Counter[Trait]


def match_findings(
    findings: Sequence[Finding],
    scopes: frozenset[str],
    tolerated: Counter[Trait],
    time_of: Callable[[Finding], int],
) -> Matched:
    """Tell which findings of one file are among those tolerated.

    `scopes` are those of the file that were known as such before as well. Of several findings that
    are alike the earliest by `time_of` are held, of equals the first in the file. What is left over
    in a scope that is gone goes to findings alike but for their scope, in scopes that held nothing:
    a renamed function takes along what is tolerated in it. The number tolerated never grows.
    """
    held = [False] * len(findings)
    left = tolerated.copy()

    def hold(numbers: list[int], trait: Trait) -> None:
        if 0 < left[trait] < len(numbers):
            numbers = sorted(numbers, key=lambda number: time_of(findings[number]))
        for number in numbers[: left[trait]]:
            held[number] = True
            left[trait] -= 1

    alike: dict[Trait, list[int]] = {}
    for number, finding in enumerate(findings):
        alike.setdefault(trait_of(finding), []).append(number)
    for trait, numbers in alike.items():
        hold(numbers, trait)
    known = {trait.scope for trait in tolerated} & scopes
    for trait in sorted(left):
        if trait.scope in scopes:
            continue
        moved = [
            number
            for number, finding in enumerate(findings)
            if not held[number]
            and trait_of(finding)[::2] == trait[::2]
            and finding.scope not in known
        ]
        hold(moved, trait)
    return Matched(tuple(held), +left)


def match_results(then: FileResult, now: FileResult, time_of: Callable[[Finding], int]) -> Matched:
    """Tell which findings of a file were there when it held something else; as `match_findings`.

    In what does not parse, all that is found is found in no scope.
    """
    is_scoped = now.error is None and not is_broken(then)
    return match_findings(
        now.findings,
        now.scope_names | {MODULE_SCOPE} if is_scoped else now.scope_names,
        Counter(map(trait_of, then.findings)),
        time_of,
    )


def is_broken(result: FileResult) -> bool:
    """Whether a file could not be parsed."""
    return result.error is not None and result.error.code == BROKEN.code


def trait_of(finding: Finding) -> Trait:
    """Return what a finding is tolerated by."""
    return Trait(finding.violation.code, finding.scope, str(finding.violation.symbol))
