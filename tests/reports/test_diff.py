"""A diff that git applies: what it makes of the old content is the new one, byte by byte."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_ssot_engine.reports.diff import Change, render_diff

NEEDS_GIT = pytest.mark.skipif(shutil.which("git") is None, reason="git applies the diff")


def diff(*changes: Change) -> bytes:
    return b"".join(render_diff(changes))


def run_git(root: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        ["git", "-c", "core.autocrlf=false", *arguments],
        cwd=root,
        env=environment,
        input=given,
        capture_output=True,
    )


def assert_applies(root: Path, changes: Iterable[Change]) -> None:
    """Let git apply the diff of `changes`; no hunk may need to be searched for."""
    changes = tuple(changes)
    for change in changes:
        path = root / change.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(change.before)
    text = diff(*changes)
    if text:
        done = run_git(root, "apply", "--verbose", "--whitespace=nowarn", given=text)
        assert done.returncode == 0, (done.stderr, text)
        assert b"offset" not in done.stderr, (done.stderr, text)
    for change in changes:
        assert (root / change.path).read_bytes() == change.after, text


# --- the text


HUNKS = [
    pytest.param(b"a\n", b"a\n", b"", id="nothing"),
    pytest.param(b"", b"", b"", id="nothing-in-nothing"),
    pytest.param(b"a\n", b"b\n", b"@@ -1,1 +1,1 @@\n-a\n+b\n", id="one-line"),
    pytest.param(b"", b"a\n", b"@@ -0,0 +1,1 @@\n+a\n", id="from-empty"),
    pytest.param(b"a\n", b"", b"@@ -1,1 +0,0 @@\n-a\n", id="to-empty"),
    pytest.param(
        b"a",
        b"a\n",
        b"@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n",
        id="final-newline-added",
    ),
    pytest.param(
        b"a\n",
        b"a",
        b"@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file\n",
        id="final-newline-removed",
    ),
    pytest.param(
        b"a\nb",
        b"c\nb",
        b"@@ -1,2 +1,2 @@\n-a\n+c\n b\n\\ No newline at end of file\n",
        id="no-final-newline",
    ),
    pytest.param(
        b"a\r\nb\rc\x0cd\x85e\xe2\x80\xa8f\r\n",
        b"a\nb\rc\x0cd\x85e\xe2\x80\xa8f\r\n",
        b"@@ -1,2 +1,2 @@\n-a\r\n+a\n b\rc\x0cd\x85e\xe2\x80\xa8f\r\n",
        id="only-a-line-feed-ends-a-line",
    ),
    pytest.param(
        b"1\n2\n3\n4\n5\n6\n7\n8\n9\n",
        b"1\n2\n3\n4\nX\n6\n7\n8\n9\n",
        b"@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+X\n 6\n 7\n 8\n",
        id="context",
    ),
    pytest.param(
        b"a\n1\n2\n3\n4\n5\n6\nb\n",
        b"A\n1\n2\n3\n4\n5\n6\nB\n",
        b"@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n",
        id="contexts-that-touch",
    ),
    pytest.param(
        b"a\n1\n2\n3\n4\n5\n6\n7\nb\n",
        b"A\n+\n1\n2\n3\n4\n5\n6\n7\n",
        b"@@ -1,4 +1,5 @@\n-a\n+A\n++\n 1\n 2\n 3\n@@ -6,4 +7,3 @@\n 5\n 6\n 7\n-b\n",
        id="contexts-apart",
    ),
]


@pytest.mark.parametrize(("before", "after", "hunks"), HUNKS)
def test_the_hunks(before: bytes, after: bytes, hunks: bytes) -> None:
    header = b"--- a/x.py\n+++ b/x.py\n" if hunks else b""
    assert diff(Change("x.py", before, after)) == header + hunks


@NEEDS_GIT
@pytest.mark.parametrize(("before", "after", "hunks"), HUNKS)
def test_git_takes_the_hunks(tmp_path: Path, before: bytes, after: bytes, hunks: bytes) -> None:
    assert_applies(tmp_path, [Change("x.py", before, after)])


def test_several_files() -> None:
    changes = [
        Change("a.py", b"1", b"2\n"),
        Change("b.py", b"", b""),
        Change("c/d.py", b"", b"3\n"),
    ]
    assert diff(*changes) == (
        b"--- a/a.py\n+++ b/a.py\n@@ -1,1 +1,1 @@\n-1\n\\ No newline at end of file\n+2\n"
        b"--- a/c/d.py\n+++ b/c/d.py\n@@ -0,0 +1,1 @@\n+3\n"
    )


def test_no_change_is_no_diff() -> None:
    assert list(render_diff([])) == []
    assert list(render_diff([Change("x.py", b"a", b"a")])) == []


# --- names

NAMES = [
    pytest.param("plain-1_.py", b"--- a/plain-1_.py\n", id="plain"),
    pytest.param("s p/a ce.py", b"--- a/s p/a ce.py\t\n", id="spaces"),
    pytest.param(
        "x 2020-01-01 00:00:00 +0000", b"--- a/x 2020-01-01 00:00:00 +0000\t\n", id="date"
    ),
    pytest.param('"q".py', b'--- "a/\\"q\\".py"\n', id="quotes"),
    pytest.param('" ".py', b'--- "a/\\" \\".py"\t\n', id="quotes-and-a-space"),
    pytest.param("'.py", b"--- a/'.py\n", id="apostrophe"),
    pytest.param("é𝒳.py", b'--- "a/\\303\\251\\360\\235\\222\\263.py"\n', id="wide"),
    pytest.param("\udce9.py", b'--- "a/\\351.py"\n', id="not-utf-8"),
    pytest.param("a\tb\nc\rd", b'--- "a/a\\tb\\nc\\rd"\n', id="tab-and-newlines"),
    pytest.param("\a\b\v\f\x01\x1b\x7f", b'--- "a/\\a\\b\\v\\f\\001\\033\\177"\n', id="controls"),
    pytest.param("\\1.py", b'--- "a/\\\\1.py"\n', id="backslash"),
]


@pytest.mark.parametrize(("name", "header"), NAMES)
def test_the_names(name: str, header: bytes) -> None:
    first, second, _ = diff(Change(name, b"a\n", b"b\n")).split(b"\n", 2)
    assert first + b"\n" == header
    assert second == header.replace(b"--- ", b"+++ ").replace(b"a/", b"b/", 1).rstrip(b"\n")


@NEEDS_GIT
@pytest.mark.parametrize(("name", "header"), NAMES)
def test_the_names_are_those_of_git(tmp_path: Path, name: str, header: bytes) -> None:
    assert_applies(tmp_path, [Change(name, b"a\n", b"b\n")])
    run_git(tmp_path, "init", "-q")
    (tmp_path / name).write_bytes(b"a\n")
    run_git(tmp_path, "add", name)
    (tmp_path / name).write_bytes(b"b\n")
    assert header in run_git(tmp_path, "diff").stdout


def test_the_separator_is_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sep", "\\")
    text = diff(Change("app\\deps.py", b"a\n", b"b\n"))
    assert text.startswith(b"--- a/app/deps.py\n+++ b/app/deps.py\n")


# --- what git makes of it

LINE = st.sampled_from(
    [b"", b"a", b"b", b"c", b" ", b"a\r", b"\r", b"a\rb", b"\x0c", b"-- x", b"++"]
)
BINARY = st.binary(max_size=5).map(lambda data: data.replace(b"\n", b"").replace(b"\0", b""))


@st.composite
def contents(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Draw lines with stretches that stay and others that do not, long and short."""
    before: list[bytes] = []
    after: list[bytes] = []
    lines = st.lists(LINE | BINARY, max_size=4)
    for _ in range(draw(st.integers(0, 5))):
        stays = draw(lines) * draw(st.sampled_from([1, 3, 20]))
        before += stays + draw(lines) * draw(st.sampled_from([1, 1, 10]))
        after += stays + draw(lines) * draw(st.sampled_from([1, 1, 10]))
    ends = st.sampled_from([b"", b"\n", b"\r\n", b"\r"])
    return b"\n".join(before) + draw(ends), b"\n".join(after) + draw(ends)


@NEEDS_GIT
@settings(deadline=None)
@given(st.lists(contents(), min_size=1, max_size=8))
def test_git_makes_the_new_content(files: list[tuple[bytes, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as root:
        changes = (Change(f"{at}.py", *file) for at, file in enumerate(files))
        assert_applies(Path(root), changes)


def numbered(count: int) -> list[bytes]:
    return [b"line %d\n" % number for number in range(count)]


@NEEDS_GIT
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(numbered(50), numbered(50)[::-1], id="reversed"),
        pytest.param(numbered(900), numbered(900)[450:] + numbered(900)[:450], id="moved"),
        pytest.param(numbered(9), numbered(9)[:5] + numbered(999) + numbered(9)[5:], id="inserted"),
        pytest.param([b"a\n", b"b\n"] * 999, [b"a\n", b"b\n", b"c\n"] * 666, id="alike"),
        pytest.param([b"a\n"] * 999, [b"b\n"] * 999, id="all-of-it"),
        pytest.param(["é\n".encode("utf-16-le")], ["ü\n".encode("utf-16-le")], id="null-bytes"),
        pytest.param(["é\n".encode("latin-1")] * 2, ["é\n".encode(), b"\xff"], id="encodings"),
    ],
)
def test_git_makes_the_new_content_of_a_large_change(
    tmp_path: Path, before: list[bytes], after: list[bytes]
) -> None:
    assert_applies(tmp_path, [Change("x.py", b"".join(before), b"".join(after))])


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(
            [b"%d %s\n" % (number, b"x" * 90) for number in range(100_000)], id="each-new"
        ),
        pytest.param([b"x = 1\n"] * 100_000, id="all-alike"),
    ],
)
def test_few_changes_of_a_large_file_are_few_lines(lines: list[bytes]) -> None:
    """And they are found at once: a search that is not linear takes minutes."""
    changed = list(lines)
    for at in (0, 50_000, 99_990):
        changed[at] = b"changed\n"
    text = diff(Change("x.py", b"".join(lines), b"".join(changed)))
    assert text.count(b"\n+changed\n") == 3
    assert text.count(b"\n") <= 2 + 3 * 10
