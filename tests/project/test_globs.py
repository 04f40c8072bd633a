"""Gitignore-style patterns, as phases, owners and excludes use them.

`test_discovery.py` compares the same rules with git itself.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_engine.migrations import Globs
from flake8_ssot_engine.project.globs import Rules, any_matches, matches, verdict


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        pytest.param("a.py", "/q/a.py", False, id="outside-the-base"),
        pytest.param("a.py", "/pp/a.py", False, id="base-is-a-whole-part"),
        pytest.param("**", "/p", False, id="the-base-itself"),
        pytest.param("b/a.py", "/p/x/b/a.py", False, id="inner-slash-anchors"),
        pytest.param("/a.py", "/p/x/a.py", False, id="leading-slash-anchors"),
        pytest.param("a", "/p/ab", False, id="whole-names"),
        pytest.param("*.py", "/p/a.pyi", False, id="whole-ending"),
        pytest.param("a/*", "/p/a", False, id="star-wants-something"),
        pytest.param("a/**", "/p/a", False, id="two-stars-want-something"),
        pytest.param("a?b", "/p/a/b", False, id="question-mark-is-no-slash"),
        pytest.param("A.py", "/p/a.py", False, id="capitals"),
        pytest.param("a.py/", "/p/a.py", False, id="a-file-is-no-folder"),
        pytest.param("[z-a].py", "/p/a.py", False, id="empty-range"),
        pytest.param("[a", "/p/[a", False, id="open-class"),
        pytest.param("!", "/p/!", False, id="nothing-negated"),
        pytest.param("/", "/p/a", False, id="nothing-but-a-slash"),
        pytest.param("a\\", "/p/a\\", False, id="backslash-at-the-end"),
        pytest.param("#a.py", "/p/#a.py", False, id="comment"),
        pytest.param("", "/p/a", False, id="blank"),
        pytest.param("a.py", "/p/a.py", True, id="name"),
        pytest.param("a.py", "/p/x/y/a.py", True, id="name-at-any-depth"),
        pytest.param("x/", "/p/x/y/a.py", True, id="below-a-folder"),
        pytest.param("x", "/p/x/y/a.py", True, id="below-a-name"),
        pytest.param("x/*", "/p/x/y/a.py", True, id="below-what-a-star-matches"),
        pytest.param("x/**", "/p/x/y/a.py", True, id="two-stars"),
        pytest.param("**/tests/**", "/p/tests/a.py", True, id="leading-stars-match-nothing-too"),
        pytest.param("a/**/b.py", "/p/a/b.py", True, id="inner-stars-match-nothing-too"),
        pytest.param("a/**/b.py", "/p/a/x/y/b.py", True, id="inner-stars"),
        pytest.param("**/*.backup*", "/p/x/a.backup.py", True, id="of-the-design"),
        pytest.param("**", "/p/a", True, id="everything"),
        pytest.param("[[:digit:]][!x-z].py", "/p/1a.py", True, id="classes"),
        pytest.param("é?.py", "/p/é𝒳.py", True, id="wide-characters"),
        pytest.param("a\nb.py", "/p/a\nb.py", True, id="newline"),
        pytest.param("*.py", "/p/a\nb.py", True, id="star-matches-a-newline"),
        pytest.param("\\#a.py", "/p/#a.py", True, id="escape"),
        pytest.param("a.[p]y", "/p/a.py", True, id="dots-are-dots"),
        pytest.param("a+(b).py", "/p/a+(b).py", True, id="regex-letters"),
    ],
)
def test_matches(pattern: str, path: str, expected: bool) -> None:
    assert matches(Globs("/p", (pattern,)), path) is expected


@pytest.mark.parametrize(
    ("patterns", "path", "expected"),
    [
        pytest.param([], "/p/a.py", None, id="no-patterns"),
        pytest.param(["b.py"], "/p/a.py", None, id="silent"),
        pytest.param(["*.py", "!a.py"], "/p/a.py", False, id="the-last-decides"),
        pytest.param(["!a.py", "*.py"], "/p/a.py", True, id="in-its-order"),
        pytest.param(
            ["x/", "!x/a.py"], "/p/x/a.py", True, id="below-a-folder-nothing-is-taken-back"
        ),
        pytest.param(["x/*", "!x/a.py"], "/p/x/a.py", False, id="beside-others-it-is"),
        pytest.param(["x/**", "!x/a.py"], "/p/x/a.py", False, id="two-stars"),
        pytest.param(["*", "!*/", "!*.py"], "/p/x/y/a.py", False, id="whitelist"),
        pytest.param(["*", "!*/", "!*.py"], "/p/x/y/a.txt", True, id="not-on-the-whitelist"),
    ],
)
def test_verdict(patterns: list[str], path: str, expected: bool | None) -> None:
    assert verdict(Globs("/p", tuple(patterns)), path) is expected


@pytest.mark.parametrize(
    ("pattern", "is_folder", "expected"),
    [
        pytest.param("x", True, True, id="name-and-folder"),
        pytest.param("x", False, True, id="name-and-file"),
        pytest.param("x/", True, True, id="folder"),
        pytest.param("x/", False, None, id="file-is-no-folder"),
        pytest.param("!x", True, False, id="negated"),
        pytest.param("a/x", True, True, id="anchored"),
        pytest.param("a/", True, None, id="the-folder-above-is-not-asked"),
    ],
)
def test_verdict_on_names_alone(pattern: str, is_folder: bool, expected: bool | None) -> None:
    judge = Rules.of(Globs("/p", (pattern,))).judge_in("/p/a")
    assert judge.verdicts(["x", "y"], are_folders=is_folder).get("x") is expected


def test_a_base_may_be_the_root_of_the_file_system() -> None:
    assert matches(Globs("/", ("/a/b.py",)), "/a/b.py")
    assert matches(Globs("/a/", ("b.py",)), "/a/b.py")


PART = st.sampled_from(["a", "b", "ab.py", "é"])
PATHS = st.lists(st.lists(PART, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts)))
PATTERN = st.lists(
    st.sampled_from(["a", "b", "ab.py", "*", "**", "a*", "[ab]", "!a"]), min_size=1, max_size=3
).map("/".join)


@given(st.sampled_from(["/", "/a", "/a/b"]), st.lists(PATTERN | PATTERN.map("/{}/".format)), PATHS)
def test_any_of_some_paths(base: str, patterns: list[str], paths: list[str]) -> None:
    globs = Globs(base, tuple(patterns))
    assert any_matches(globs, paths) == any(matches(globs, path) for path in paths)
    ordered = sorted(paths)
    assert any_matches(globs, ordered) == any(matches(globs, path) for path in ordered)
