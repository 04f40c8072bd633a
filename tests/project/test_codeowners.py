"""CODEOWNERS: GitHub's documented rules, GitLab's sections, and files that nobody can read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_engine.project.codeowners import PLACES, Owners, find_owners

Case = tuple[str, str, tuple[str, ...]]


def owners_of(text: str, name: str, place: str = "CODEOWNERS") -> tuple[str, ...]:
    return Owners("/r", f"/r/{place}", text).of(f"/r/{name}")


# The examples of GitHub's page "About code owners", and what it says of them.
GITHUB = """\
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
"""


@pytest.mark.parametrize(
    ("name", "owners"),
    [
        ("README", ("@global-owner1", "@global-owner2")),
        ("src/a.js", ("@js-owner",)),
        ("a/b.go", ("docs@example.com",)),
        ("a.txt", ("@octo-org/octocats",)),
        ("build/logs/x/y.py", ("@octocat",)),  # by `**/logs`, which comes later
        ("other/docs/a.py", ("@global-owner1", "@global-owner2")),
        ("docs/a/b.py", ("@doctocat",)),
        ("deep/apps/a.py", ("@octocat",)),
        ("scripts/a.js", ("@doctocat", "@octocat")),
        ("apps/github/a.py", ()),
        ("apps/main.py", ("@octocat",)),
    ],
)
def test_what_github_documents(name: str, owners: tuple[str, ...]) -> None:
    assert owners_of(GITHUB, name) == owners


@pytest.mark.parametrize(
    ("text", "name", "owners"),
    [
        pytest.param("docs/* @a", "docs/a.py", ("@a",), id="star-takes-files"),
        pytest.param("docs/* @a", "docs/b/a.py", (), id="star-takes-no-deeper-files"),
        pytest.param("docs/** @a", "docs/b/a.py", ("@a",), id="two-stars-do"),
        pytest.param("docs @a", "docs/b/a.py", ("@a",), id="a-folder-without-slash"),
        pytest.param("docs @a", "x/docs/a.py", ("@a",), id="a-folder-anywhere"),
        pytest.param("/docs @a", "x/docs/a.py", (), id="a-folder-at-the-top"),
        pytest.param("x/docs @a", "y/x/docs/a.py", (), id="a-slash-within-anchors"),
        pytest.param("* @a\n*.py @b", "a.py", ("@b",), id="the-last-wins"),
        pytest.param("*.py @b\n* @a", "a.py", ("@a",), id="the-last-wins-though-shorter"),
        pytest.param("A.py @a", "a.py", (), id="case-counts"),
        pytest.param("a?.py @a", "ab.py", ("@a",), id="question-mark"),
        pytest.param("a.py @a", "axpy", (), id="a-dot-is-a-dot"),
        pytest.param("* @a # ask @b", "a.py", ("@a",), id="nobody-in-a-comment"),
        pytest.param("#* @a\n  # * @a", "a.py", (), id="comments"),
        pytest.param("a\\ b/* @a", "a b/c d.py", ("@a",), id="spaces"),
        pytest.param("b.py @a", "a b.py", (), id="what-follows-a-space-is-no-name"),
        pytest.param("*\t@a\t\t@b", "a.py", ("@a", "@b"), id="tabs"),
        pytest.param("* @a\r\n*.py @b\r\n", "a.py", ("@b",), id="windows"),
        pytest.param("* @a @a", "a.py", ("@a",), id="twice-the-same"),
        pytest.param("*\x0c@a\u2028@b\x85@c", "a.py", ("@a", "@b", "@c"), id="odd-blanks"),
        pytest.param("**/**/**/a.py @a", "a.py", ("@a",), id="stars-that-add-nothing"),
        pytest.param("a**.py @a", "abc.py", ("@a",), id="two-stars-within-a-name"),
        pytest.param("*?*?.py @a", "ab.py", ("@a",), id="wildcards-side-by-side"),
        pytest.param("*?*?.py @a", "a.py", (), id="wildcards-that-ask-for-two"),
    ],
)
def test_patterns(text: str, name: str, owners: tuple[str, ...]) -> None:
    assert owners_of(text, name) == owners


INVALID = [
    pytest.param("![a", id="open-bracket"),
    pytest.param("a[bc].py @b", id="range"),
    pytest.param("!*.py @b", id="negation"),
    pytest.param("*.py nobody", id="an-owner-without-a-sign"),
    pytest.param("*.py @", id="a-sign-without-an-owner"),
    pytest.param("*a*b*c*d*e*.py @b", id="more-stars-than-anybody-needs"),
    pytest.param("/ @b", id="the-root"),
    pytest.param("// @b", id="two-slashes"),
]


@pytest.mark.parametrize("line", INVALID)
def test_an_invalid_line_is_passed_over(line: str) -> None:
    owners = Owners("/r", "/r/.github/CODEOWNERS", f"* @a\n{line}\n# end")
    assert owners.of("/r/a.py") == ("@a",)
    assert owners.invalid == (2,)


SECTIONS = """\
* @everybody

[Docs]
docs/ @writers
README.md

[Backend][2] @backend @lead # by default
*.py
/legacy/ @legacy
!/generated/

^[docs]
*.md @markdown
"""


@pytest.mark.parametrize(
    ("name", "owners"),
    [
        pytest.param("a.c", ("@everybody",), id="no-section"),
        pytest.param("a.py", ("@everybody", "@backend", "@lead"), id="default-owners"),
        pytest.param("legacy/a.py", ("@everybody", "@legacy"), id="the-last-of-each-section"),
        pytest.param("generated/a.py", ("@everybody",), id="excluded-from-a-section"),
        pytest.param("x/docs/a.c", ("@everybody", "@writers"), id="relative-is-anywhere"),
        pytest.param("docs/a.md", ("@everybody", "@markdown"), id="sections-of-one-name-are-one"),
    ],
)
def test_sections_of_gitlab(name: str, owners: tuple[str, ...]) -> None:
    assert owners_of(SECTIONS, name) == owners


def test_a_file_for_github_has_no_sections() -> None:
    owners = Owners("/r", "/r/.github/CODEOWNERS", SECTIONS)
    assert owners.of("/r/x/docs/a.c") == ("@writers",)
    assert owners.of("/r/a.py") == ()  # `*.py` without owners
    assert owners.invalid == (3, 7, 10, 12)


def test_places_are_tried_in_order(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    root = tmp_path / "services" / "api"
    root.mkdir(parents=True)
    assert find_owners(str(root)) is None
    for place in reversed(PLACES):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(f"/services/ @{len(place)}\n", "utf-8")
        owners = find_owners(str(root))
        assert owners is not None
        assert owners.path == os.path.join(str(tmp_path), *place.split("/"))
        assert owners.of(str(root / "a.py")) == (f"@{len(place)}",)


def test_outside_of_a_repository_the_root_counts(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_text("* @a\n", "utf-8")
    owners = find_owners(str(tmp_path))
    assert owners is not None
    assert owners.of(str(tmp_path / "x" / "a.py")) == ("@a",)


def nothing_but_zeros(path: Path) -> None:
    path.write_bytes(b"\0" * 1_000_000)


def no_utf_8(path: Path) -> None:
    path.write_bytes(b"\xff\xfe *\n*.py @\xff\x80\n" * 1000)


def open_brackets(path: Path) -> None:
    path.write_text("[" * 1_000_000, "utf-8")


def many_short_patterns(path: Path) -> None:
    path.write_text("".join(f"a{n:x} @b\n" for n in range(100_000)), "utf-8")


def patterns_for_ever(path: Path) -> None:
    lines = ["*?" * 40 + "tests @a", "**/" * 400 + "tests/zz.md @b", "*e*e*e*ee @c", "a" * 50_000]
    path.write_text("\n".join(lines * 10), "utf-8")


@pytest.mark.parametrize(
    "write",
    [nothing_but_zeros, no_utf_8, open_brackets, many_short_patterns, patterns_for_ever],
)
def test_a_hostile_file_ends_and_harms_nobody(
    write: Callable[[Path], None], tmp_path: Path
) -> None:
    write(tmp_path / "CODEOWNERS")
    owners = find_owners(str(tmp_path))
    assert owners is not None
    for number in range(20):
        # Some of the patterns, as they stand, would take years for these names.
        assert owners.of(str(tmp_path / "tests" / f"test_{'e' * 60}_tests_{number}.md")) == ()


def test_what_is_too_large_is_told(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_bytes(b"* @a\n" * 700_000)
    owners = find_owners(str(tmp_path))
    assert owners is not None
    assert owners.trouble == "is larger than 3 MB; no code host reads that"
    assert owners.of(str(tmp_path / "a.py")) == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_is_no_such_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "CODEOWNERS")
    assert find_owners(str(tmp_path)) is None


def test_names_that_are_no_utf_8_keep_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_bytes(b"\xef\xbb\xbf*.py @\xff\n")
    owners = find_owners(str(tmp_path))
    assert owners is not None
    assert owners.of(str(tmp_path / "bad\udcff.py")) == ("@\udcff",)
