"""An inventory by owner and by package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from flake8_ssot_engine.campaign.breakdown import Share, by_owner, by_package
from flake8_ssot_engine.campaign.progress import Inventory
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.migrations import Migration
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.codeowners import Owners
from flake8_ssot_engine.project.texts import TextKind, TextMention
from tests.reports.findings import finding

SETTINGS = Settings("/r", source_roots=("/r", "/r/src"))


def inventory(violations: Mapping[str, int], texts: Mapping[str, int] | None = None) -> Inventory:
    """Return one with so many violations, each an import, and mentions in texts, by file."""
    results = {
        f"/r/{name}": FileResult(
            f"/r/{name}",
            findings=(finding("x = «Old»", path=name),) * count,
            references=+Counter({"import": count}),
        )
        for name, count in violations.items()
    }
    old = QualifiedName.parse("a.old.Old")
    mentions = {
        f"/r/{name}": (TextMention(f"/r/{name}", 1, 1, TextKind.DOTTED, old, "a.old.Old"),) * count
        for name, count in (texts or {}).items()
    }
    return Inventory(Migration("1"), results, mentions, ())


def counts(shares: tuple[Share, ...]) -> dict[str, tuple[int, int, int]]:
    """Return files, violations and references by name, in order."""
    return {
        share.name: (
            share.tally.files,
            share.tally.violations,
            share.tally.references.total(),
        )
        for share in shares
    }


OWNERS = Owners("/r", "/r/CODEOWNERS", "/app/ @app @lead\n/docs/ @docs\n/free/\n")


def test_a_file_counts_for_each_of_its_owners() -> None:
    found = inventory({"app/a.py": 2, "app/b.py": 1, "free/c.py": 1}, {"docs/d.md": 3})
    assert counts(by_owner(found, OWNERS)) == {
        "@app": (2, 3, 3),
        "@lead": (2, 3, 3),
        "(no owner)": (1, 1, 1),
        "@docs": (1, 0, 3),
    }


def test_without_codeowners_all_is_nobodys() -> None:
    assert counts(by_owner(inventory({"a.py": 1, "b.py": 1}), None)) == {"(no owner)": (2, 2, 2)}


def test_files_that_hold_nothing_do_not_count() -> None:
    found = inventory({"app/a.py": 0, "x/b.py": 1}, {"docs/d.md": 0})
    assert counts(by_owner(found, OWNERS)) == {"(no owner)": (1, 1, 1)}
    assert counts(by_package(found, SETTINGS)) == {"x": (1, 1, 1)}
    assert by_package(inventory({}), SETTINGS) == ()


@pytest.mark.parametrize(
    ("path", "package"),
    [
        ("a.py", "(no package)"),
        ("app/a.py", "app"),
        ("app/__init__.py", "app"),
        ("app/core/a.pyi", "app.core"),
        ("src/pkg/a.py", "pkg"),
        ("src/a.py", "(no package)"),
        ("app/README.md", "app"),
        ("docs/my plan/a.md", "docs/my plan"),
        (".github/workflows/ci.yml", ".github/workflows"),
        ("Dockerfile", "(no package)"),
    ],
)
def test_the_package_of_a_file(path: str, package: str) -> None:
    assert counts(by_package(inventory({}, {path: 1}), SETTINGS)) == {package: (1, 0, 1)}


def test_the_most_comes_first() -> None:
    found = inventory({"b/a.py": 1, "a/a.py": 1, "c/a.py": 2}, {"d/d.md": 9, "b/d.md": 1})
    assert list(counts(by_package(found, SETTINGS))) == ["c", "b", "a", "d"]
