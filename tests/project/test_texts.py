"""Which texts name a moved symbol: by what spelling, where in a file, in which files."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project import texts
from flake8_ssot_engine.project.texts import (
    FileTexts,
    OldName,
    TextCount,
    TextKind,
    TextMention,
    find_texts,
    keeps_history,
    old_names,
    text_files,
)

OLDS = (
    OldName(QualifiedName.parse("a.b.old"), "a/b/old.py"),
    OldName(QualifiedName.parse("a.b.old.Thing")),
    OldName(QualifiedName.parse("a.kept.Gone")),
    OldName(QualifiedName.parse("a.pkg"), "a/pkg/__init__.py"),
    OldName(QualifiedName.parse("six"), "six.py"),
    OldName(QualifiedName.parse("c.d.alike"), "c/d/alike.py", 3),
)
OLD, THING, GONE, PKG, SIX, ALIKE = (str(old.name) for old in OLDS)
DOTTED, FILE_PATH = TextKind


@dataclass(frozen=True)
class Case:
    """One text, with «guillemets» round each mention; `found` says of each what it names."""

    title: str
    text: str
    found: tuple[tuple[TextKind, str], ...] = ()
    path: str = "docs/page.md"


def python(title: str, text: str, *found: tuple[TextKind, str]) -> Case:
    return Case(title, text, found, "module.py")


VALID = [
    # dotted names
    Case("prose", "The old thing of a b was fine."),
    Case("another name", "`a.b.other`, `a.c.old`, `b.old`, `a.b`"),
    Case("the new name", "`a.b.new.Thing` and `new.old`"),
    Case("a longer word", "`a.b.old_stuff` `a.b.older` `a.b.old2` `a.b.oldé` `a.b.old_`"),
    Case("a longer last part", "`a.kept.GoneBy` `a.kept.Gone_`"),
    Case("a longer word before", "`xa.b.old` `_a.b.old` `éa.b.old` `1a.b.old`"),
    Case("below another package", "`x.a.b.old` `.a.b.old` `...a.b.old` `x.a.kept.Gone`"),
    Case("other capitals", "`A.B.old` `a.b.Old` `a.kept.gone`"),
    Case("spaces", "`a.b. old` `a . b . old`"),
    Case("broken over two lines", "`a.b.\nold`"),
    Case("slashes without an ending", "`a/b/old` `a/kept/Gone`"),
    Case("a double dot", "`a..b.old` `a.b..old`"),
    Case("import from", "from a.b import old"),
    Case("the home of a symbol", "`a.kept` `a.kept.Other` and `a/kept.py`"),
    Case("the parent of a package", "`a.pkgs` `a/pkg.py`"),
    Case("one part", "six of them. Six six, `six` (six) six-fold: six."),
    Case("one part and a number", "about six.5 or six. moves"),
    Case("one part below another", "`vendor.six.moves` `x_six.moves`"),
    Case("one part as a file elsewhere", "`vendor/six.py` `six.pyc` `six.py.bak` `six.pyi`"),
    Case("one part as a file with more before", "`my-six.py` `.six.py` `my_six.py` `x.six.py`"),
    Case("a backslash that begins no escape", "`\\xa.b.old`"),
    # paths
    Case("another ending", "`a/b/old.pyc` `a/b/old.py2` `a/b/old.pyi` `a/b/old.rst` `a/b/old.py_`"),
    Case("a copy", "`a/b/old.py.bak` `b/old.py.orig`"),
    Case("another file name", "`a/b/my_old.py` `a/b/my-old.py` `a/b/my.old.py` `a/b/.old.py`"),
    Case("only the file name", "old.py `old.py` ./old.py x/old.py"),
    Case("another folder", "`x/old.py` `a/old.py` `a/c/old.py` `x/b/old.py`"),
    Case("another folder of a longer name", "`xb/old.py` `x-b/old.py` `.b/old.py` `~b_b/old.py`"),
    Case("a whole path in another folder", "`xa/b/old.py` `x-a/b/old.py` `x.a/b/old.py`"),
    Case("an end below another folder", "`/b/old.py` `x/b/old.py` `x\\b\\old.py` `.../b/old.py`"),
    Case("steps below another folder", "`x/./b/old.py` `x/../b/old.py` `x./b/old.py`"),
    Case("two slashes", "`a//b//old.py` `b//old.py`"),
    Case("an ending in capitals", "`a/b/old.PY`"),
    Case("another package", "`pkg/__init__.pyi` `b/__init__.py` `__init__.py` `x/pkg/__init__.py`"),
    Case("an end that others have too", "`d/alike.py` `x/d/alike.py`"),
    # Python
    python("code", "import a.b.old\nfrom a.b.old import Thing\na.b.old.Thing(a.kept.Gone)\n"),
    python("code of one part", "import six.moves\nsix.moves.x\n"),
    python("code beside literals", "x = 'a' + a.b.old.x + 'b'  # c\n"),
    python("code between strings", "''; a.b.old; ''\n"),
    python("an attribute of a string", "'a'.b.old\n'x a.b'.old\n"),
    python("strings side by side", "x = 'a.b.' 'old'\n"),
    python("a part of a name", "x = 'x.a.b.old'  # a.b.old_stuff\n'''\n.a.b.old\n'''\n"),
    python("a division", "a/b/old.py\n"),
    python("an escape that Python warns of", "f'\\{x}'; a.b.old\n"),
    python("f-strings", "f'{x}.a.b.old' f'a.b.{old}' f'{a}.b.old'\n"),
]
if sys.version_info >= (3, 12):
    VALID += [
        python("characters of no language", "a.b.old ? x $ y ! z € w\n"),
        python("code in an f-string", "f'x {a.b.old.x!r:>{a.b.old.y}} y'\n"),
        python("code in an f-string in an f-string", "f'{f'{a.b.old}'}'\n"),
    ]

INVALID = [
    Case("alone", "«a.b.old»", ((DOTTED, OLD),)),
    Case("a symbol", "see «a.kept.Gone», or «a.kept.Gone».", ((DOTTED, GONE),) * 2),
    Case("the longest", "«a.b.old.Thing».x «a.b.old».Thin", ((DOTTED, THING), (DOTTED, OLD))),
    Case(
        "something below",
        "`«a.b.old».x.y` `«a.b.old».Thing2` `«a.b.old».Thing_`",
        ((DOTTED, OLD),) * 3,
    ),
    Case("punctuation", "(«a.b.old»)[«a.b.old»]:«a.b.old»,", ((DOTTED, OLD),) * 3),
    Case("signs", "-«a.b.old»-/«a.b.old»/@«a.b.old»:", ((DOTTED, OLD),) * 3),
    Case("quotes of print", "“«a.b.old»” — «a.b.old»…", ((DOTTED, OLD),) * 2),
    Case("lines", "x\n\n  «a.b.old»\n\t«a.pkg»\n", ((DOTTED, OLD), (DOTTED, PKG))),
    Case("import", "from «a.b.old» import Thing\nimport «a.b.old»", ((DOTTED, OLD),) * 2),
    Case("a file named by it", "a «a.b.old».py, «a.b.old».md", ((DOTTED, OLD),) * 2),
    Case("escapes of a string", '{"a": "x\\n«a.b.old»\\n\\t«a.b.old»"}', ((DOTTED, OLD),) * 2),
    Case("one part with another", "`«six».moves` «six»._x «six».python", ((DOTTED, SIX),) * 3),
    Case("a whole path", "`«a/b/old.py»`", ((FILE_PATH, OLD),)),
    Case("at the ends", "«a/b/old.py»", ((FILE_PATH, OLD),)),
    Case("further folders", "/x/«a/b/old.py» C:\\«a\\b\\old.py»", ((FILE_PATH, OLD),) * 2),
    Case("steps", "./«a/b/old.py» ../../«b/old.py» .\\«b\\old.py»", ((FILE_PATH, OLD),) * 3),
    Case("backslashes", '`«a\\b/old.py»` "«a\\\\b\\\\old.py»"', ((FILE_PATH, OLD),) * 2),
    Case("an end", "«b/old.py» `«b/old.py»` («b/old.py») **«b/old.py»**", ((FILE_PATH, OLD),) * 4),
    Case("what follows", "«b/old.py»:12 «b/old.py»::t «b/old.py».", ((FILE_PATH, OLD),) * 3),
    Case("escapes round a path", '"\\n«a/b/old.py»\\n«b/old.py»\\n"', ((FILE_PATH, OLD),) * 2),
    Case("a package", "`«a/pkg/__init__.py»` `«pkg/__init__.py»`", ((FILE_PATH, PKG),) * 2),
    Case("one part as a file", "run `«six.py»`, or ./«six.py».", ((FILE_PATH, SIX),) * 2),
    Case("what no other file has", "`«c/d/alike.py»` x/«c/d/alike.py»", ((FILE_PATH, ALIKE),) * 2),
    Case("both kinds", "«a/b/old.py» («a.b.old»)", ((FILE_PATH, OLD), (DOTTED, OLD))),
    python("a comment", "a.b.old  # «a.b.old»: a «b/old.py»\n", (DOTTED, OLD), (FILE_PATH, OLD)),
    python("a docstring", "'''X.\n\n  «a.b.old»\n'''\na.b.old\n", (DOTTED, OLD)),
    python("strings", "x('«a.b.old»', b'«a.b.old»', rb\"«a.b.old»\")\n", *((DOTTED, OLD),) * 3),
    python("an escape", "'x\\n«a.b.old»\\n'\n", (DOTTED, OLD)),
    python("a continued string", "x = 'é\\\n«a.b.old»'; '«a.b.old»'\n", *((DOTTED, OLD),) * 2),
    python("an f-string", "f'«a.b.old»{x}«a.b.old»{y}'\n", *((DOTTED, OLD),) * 2),
    python("braces", "f'{{«a.b.old»}} é {{{x}}} «a.b.old»'\n", *((DOTTED, OLD),) * 2),
    python("a long f-string", "f'''{x} é {{\n{y} «a.b.old»'''\n", (DOTTED, OLD)),
    python("a string in an f-string", "f\"{load('«a.b.old»')}\"\n", (DOTTED, OLD)),
    python("after a form feed", "x\n\x0c# é\x0c«a.b.old»\n", (DOTTED, OLD)),
    python("no line's end", "x = 1  # «a.b.old»", (DOTTED, OLD)),
    python("an open bracket", "x = (\n«a.b.old»\n", (DOTTED, OLD)),
    python("an open string", "«a.b.old».f('\n", (DOTTED, OLD)),
    python("an open long string", "«a.b.old».f('''\n", (DOTTED, OLD)),
    python("a wrong indentation", "if x:\n    y\n  «a.b.old»\n", (DOTTED, OLD)),
    python("an open string with a wide character", "«a.b.old» + 'é\n", (DOTTED, OLD)),
]


def marked(text: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Return a text without its guillemets, and what stood in them with line and column."""
    plain = re.sub("[«»]", "", text)
    spans = []
    for number, found in enumerate(re.finditer("«(.*?)»", text)):
        before = plain[: found.start() - 2 * number]
        lines = re.split("\r\n|\r|\n", before)
        spans.append((len(lines), len(lines[-1]) + 1, found[1]))
    return plain, spans


def search(folder: Path, name: str, data: bytes) -> FileTexts:
    path = folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(data)
    found = find_texts([str(path)], OLDS, jobs=1)
    return found[0] if found else FileTexts(str(path))


def as_is(case: Case) -> str:
    return case.text


def with_carriage_returns(case: Case) -> str:
    return case.text.replace("\n", "\r\n")


def with_carriage_returns_alone(case: Case) -> str:
    return case.text.replace("\n", "\r")


def with_wide_characters(case: Case) -> str:
    return ('"é𝒳"; ' if case.path.endswith(".py") else "é𝒳 ") + case.text


def with_a_mark(case: Case) -> str:
    return "\ufeff" + case.text


VARIANTS = [
    as_is,
    with_carriage_returns,
    with_carriage_returns_alone,
    with_wide_characters,
    with_a_mark,
]


def test_there_are_more_valid_cases_than_invalid_ones() -> None:
    assert len(VALID) > len(INVALID)
    titles = [case.title for case in (*VALID, *INVALID)]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in VALID])
def test_no_mention(case: Case, variant: object, tmp_path: Path) -> None:
    assert callable(variant)
    assert search(tmp_path, case.path, variant(case).encode()).mentions == ()


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in INVALID])
def test_mentions(case: Case, variant: object, tmp_path: Path) -> None:
    assert callable(variant)
    text, spans = marked(variant(case).removeprefix("\ufeff"))
    mark = "\ufeff" if variant is with_a_mark else ""
    found = search(tmp_path, case.path, (mark + text).encode())
    assert len(spans) == len(case.found)
    assert list(found.mentions) == [
        TextMention(
            str(tmp_path / case.path), line, column, kind, QualifiedName.parse(old), spelled
        )
        for (line, column, spelled), (kind, old) in zip(spans, case.found, strict=True)
    ]


# --- how a file is read


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"\0 a.b.old", [], id="binary"),
        pytest.param(b"a.b.old ".ljust(8191) + b"\0", [], id="a-nul-that-is-looked-at"),
        pytest.param(b"a.b.old ".ljust(8192) + b"\0", [(1, 1)], id="a-nul-later"),
        pytest.param("a.b.old".encode("utf-16"), [], id="utf-16"),
        pytest.param(b"\xff\xe9 a.b.old \xff\n\x80a.b.old\xe9", [(1, 4), (2, 2)], id="no-utf-8"),
        pytest.param("e\u0301𝒳 a.b.old".encode(), [(1, 5)], id="code-points"),
        pytest.param("x\u2028\x0b\x85 a.b.old".encode(), [(1, 6)], id="no-line-ends"),
        pytest.param(b"", [], id="empty"),
    ],
)
def test_bytes_of_a_text(data: bytes, expected: list[tuple[int, int]], tmp_path: Path) -> None:
    assert [m[1:3] for m in search(tmp_path, "x.txt", data).mentions] == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"# -*- coding: latin-1 -*-\n'\xe9 a.b.old'; a.b.old", [(2, 4)], id="cookie"),
        pytest.param(b"'\xe9 a.b.old'; a.b.old", [(1, 4), (1, 14)], id="broken"),
        pytest.param(b"# coding: klingon\n'a.b.old'; a.b.old", [(2, 2), (2, 12)], id="no-codec"),
        pytest.param(b"''" + b" " * 9000 + b"\0 a.b.old", [(1, 9005)], id="a-nul-later"),
    ],
)
def test_bytes_of_python(data: bytes, expected: list[tuple[int, int]], tmp_path: Path) -> None:
    for name in ("x.py", "x.pyi"):
        assert [m[1:3] for m in search(tmp_path, name, data).mentions] == expected


def test_a_name_that_is_not_ascii_is_found_in_python_of_any_encoding(tmp_path: Path) -> None:
    text = "# coding: latin-1\n# a.größe, größe\n"
    for name, encoding, counted in (
        ("x.py", "latin-1", True),
        ("x.txt", "latin-1", False),
        ("x.txt", "utf-8", True),
    ):
        (tmp_path / name).write_bytes(text.encode(encoding))
        olds = [OldName(QualifiedName.parse("a.größe"))]
        found = find_texts([str(tmp_path / name)], olds, jobs=1)
        assert [(len(f.mentions), f.counts) for f in found] == (
            [(1, {"größe": TextCount(2, 2)})] if counted else []
        )


def test_a_script_without_an_ending_is_a_text(tmp_path: Path) -> None:
    data = b"#!/usr/bin/env python\nimport a.b.old\n"
    assert [m[1:3] for m in search(tmp_path, "script", data).mentions] == [(2, 8)]


@pytest.mark.parametrize(
    "filler", ["a.b.", "a/b/", "\\n", "x", "a.b.old_ ", "a/b/old.pyc ", "../", "old.py"]
)
def test_a_huge_line(filler: str, tmp_path: Path) -> None:
    """What takes time by the square of the length never ends here."""
    text = filler * (1_000_000 // len(filler))
    found = search(tmp_path, "x.json", f"{text} a.b.old b/old.py".encode())
    assert [m[1:3] for m in found.mentions] == [(1, len(text) + 2), (1, len(text) + 10)]


def test_many_mentions_on_one_line(tmp_path: Path) -> None:
    found = search(tmp_path, "x.json", b"[" + b'"a.b.old.Thing",' * 100_000 + b"]")
    assert [m.column for m in found.mentions] == [3 + 16 * n for n in range(100_000)]
    assert found.counts == {
        "Thing": TextCount(100_000, 100_000),
        "old": TextCount(100_000, 100_000),
    }


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "LARGEST_TEXT", 20)
    assert search(tmp_path, "x.txt", b"a.b.old".ljust(20)).mentions
    assert search(tmp_path, "x.txt", b"a.b.old".ljust(21)) == FileTexts(str(tmp_path / "x.txt"))


# --- files that cannot be read


def test_a_file_that_vanished_is_told(tmp_path: Path) -> None:
    path = str(tmp_path / "gone.md")
    (tmp_path / "here.md").write_text("a.b.old")
    gone, here = find_texts([path, str(tmp_path / "here.md")], OLDS, jobs=1)
    assert gone == FileTexts(path, error="cannot be read: No such file or directory")
    assert (len(here.mentions), here.error) == (1, "")


def test_a_file_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, mode: str) -> NoReturn:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(texts, "open", refuse, raising=False)
    found = search(tmp_path, "x.md", b"a.b.old")
    assert found == FileTexts(str(tmp_path / "x.md"), error="cannot be read: Permission denied")


def test_a_folder_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "x.md").write_text("a.b.old")
    scandir = os.scandir

    def refuse(path: str) -> Iterator[os.DirEntry[str]]:
        if path.endswith("secret"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    files = text_files([str(tmp_path)], ConfigFinder())
    secret, text = find_texts(files, OLDS, jobs=1)
    assert (secret.path, secret.error) == (files[0], "cannot be read: Permission denied")
    assert (text.path, text.error) == (files[1], "")


def test_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x.md").write_text("a.b.old")
    (tmp_path / "file").symlink_to("real/x.md")
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "nowhere").symlink_to("gone")
    found = find_texts(text_files([str(tmp_path)], ConfigFinder()), OLDS, jobs=1)
    assert [(os.path.relpath(f.path, tmp_path), len(f.mentions)) for f in found] == [
        ("file", 1),
        ("loop", 0),
        ("nowhere", 0),
        ("real/x.md", 1),
    ]
    assert [f.error for f in found if f.error] == [
        f"cannot be read: {os.strerror(number)}" for number in (errno.ELOOP, errno.ENOENT)
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no FIFOs")
def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    files = text_files([str(tmp_path)], ConfigFinder())
    assert files == [str(tmp_path / "link")]
    assert find_texts([*files, str(tmp_path / "pipe"), str(tmp_path)], OLDS, jobs=1) == []


# --- which files


def test_a_baseline_of_the_usual_name_is_no_text(tmp_path: Path) -> None:
    declared = '[[migration]]\nid = "1"\n[[migration.move]]\nold = "a.b.old"\n'
    for name, text in {"ssot.toml": declared, "ssot-baseline.txt": "", "a.txt": ""}.items():
        (tmp_path / name).write_text(text)
    assert text_files([str(tmp_path)], ConfigFinder()) == [str(tmp_path / "a.txt")]


def test_excluded_and_ignored_files_are_no_texts(tmp_path: Path) -> None:
    declared = '[[migration]]\nid = "1"\n[[migration.move]]\nold = "a.b.old"\n'
    tree = {
        ".gitignore": "*.log\n/out/\n",
        "ssot.toml": f'exclude = ["/legacy/"]\nbaseline = "known.txt"\n{declared}',
        "known.txt": "",
        "pyproject.toml": "",
        "setup.cfg": "",
        "Dockerfile": "",
        "a.py": "",
        ".github/w.yml": "",
        ".ssot/journal": "",
        ".git/config": "",
        "node_modules/x.md": "",
        "run.log": "",
        "out/x.md": "",
        "legacy/x.md": "",
        "sub/ssot.toml": declared,
        "sub/known.txt": "",
        "ini/setup.cfg": "[flake8]\nssot-moves = a.b.old -> a.b.new\n",
        "ini/tox.ini": "",
    }
    for name, text in tree.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text)
    files = text_files([str(tmp_path)], ConfigFinder())
    assert [os.path.relpath(path, tmp_path) for path in files] == [
        ".github/w.yml",
        ".gitignore",
        "Dockerfile",
        "a.py",
        "ini/tox.ini",
        "pyproject.toml",
        "setup.cfg",
        "sub/known.txt",
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("CHANGELOG", "CHANGELOG.md", "changelog.rst", "Changes.TXT", "CHANGES-2024.md"),
        *("HISTORY", "history_of_old.txt", "NEWS", "news.rst", "RELEASE_NOTES.md"),
        *("release_notes_2.rst", "ssot.toml"),
    ],
)
def test_keeps_history(name: str, tmp_path: Path) -> None:
    assert keeps_history(f"/x/y/{name}")
    found = search(tmp_path, name, b"a.b.old and a/b/old.py")
    assert found == FileTexts(str(tmp_path / name), counts={"old": TextCount(2, 2)})


@pytest.mark.parametrize(
    "name",
    [
        *("changelog.py", "HISTORY.html", "HistoryTab.tsx", "news.json", "CHANGES.md.bak"),
        *("README.md", "OLD_CHANGELOG.md", "RELEASE-NOTES.md", "my-ssot.toml", "SSOT.toml"),
        *("pyproject.toml", "setup.cfg", "CHANGELOG/page.md", "NEWS.d/1.rst", ".news"),
    ],
)
def test_does_not_keep_history(name: str, tmp_path: Path) -> None:
    assert not keeps_history(f"/x/CHANGELOG/{name}")
    assert search(tmp_path, name, b"# a.b.old").mentions


def test_files_come_in_order_and_from_several_processes_the_same(tmp_path: Path) -> None:
    files = []
    for number in range(600):
        path = tmp_path / f"{number}.md"
        path.write_text("a.b.old\n" * (number % 3))
        files.append(str(path))
    files.reverse()
    found = find_texts(files, OLDS, jobs=1)
    assert [f.path for f in found] == [path for path in files if os.path.getsize(path)]
    assert sum(len(f.mentions) for f in found) == 600
    assert find_texts(files, OLDS, jobs=2) == found


def test_without_old_names_nothing_is_found(tmp_path: Path) -> None:
    assert find_texts([str(tmp_path / "gone")], [], jobs=1) == []


def test_a_file_goes_to_the_old_name_that_it_spells_most_of(tmp_path: Path) -> None:
    names = ("p.x.one", "q.r.x.one", "x.one")
    olds = [OldName(QualifiedName.parse(n), n.replace(".", "/") + ".py") for n in names]
    (tmp_path / "x.md").write_text("q/r/x/one.py r/x/one.py p/x/one.py z/x/one.py x/one.py")
    for order in (olds, olds[::-1]):
        (found,) = find_texts([str(tmp_path / "x.md")], order, jobs=1)
        assert [(str(m.old), m.text) for m in found.mentions[:4]] == [
            ("q.r.x.one", "q/r/x/one.py"),
            ("q.r.x.one", "r/x/one.py"),
            ("p.x.one", "p/x/one.py"),
            ("x.one", "x/one.py"),
        ]
        assert found.mentions[4][4:] == (order[0].name, "x/one.py")


# --- which names

MOVES = """
source-roots = [".", "src"]
[[migration]]
id = "M1"
[[migration.move]]
old = "{0}"
{1}
"""


@pytest.mark.parametrize(
    ("old", "new", "tree", "expected"),
    [
        pytest.param("a.b", "a.c", ["a/b.py"], ("a/b.py", 2), id="module"),
        pytest.param("a.b", "a.c", ["src/a/b.py"], ("a/b.py", 2), id="another-root"),
        pytest.param("a.b", "a.c", ["a/b/__init__.py"], ("a/b/__init__.py", 2), id="package"),
        pytest.param("a.b", "a.c", ["a/b.pyi"], ("a/b.pyi", 2), id="stub"),
        pytest.param("b", "c", ["b.py", "x/b.py"], ("b.py", 2), id="one-part"),
        pytest.param("a.b.C", "a.c.C", ["a/b.py"], ("", 2), id="symbol"),
        pytest.param("a.C", "b.C", ["a/__init__.py"], ("", 2), id="symbol-of-a-package"),
        pytest.param("a.b", "", ["a/b.py"], ("a/b.py", 2), id="module-without-a-new-home"),
        pytest.param("a.b", "", [], ("", 2), id="unknown"),
        pytest.param("a.b", "a.c", ["a/b/c.py"], ("", 2), id="namespace-package"),
        pytest.param("a.b", "a.c", ["a/c.py"], ("a/b.py", 2), id="module-that-is-gone"),
        pytest.param(
            "a.b", "a.c", ["a/c/__init__.py"], ("a/b/__init__.py", 2), id="package-that-is-gone"
        ),
        pytest.param("x.a.b", "a.c", ["x/a/b.py", "b.py"], ("x/a/b.py", 2), id="one-part-alike"),
        pytest.param("x.a.b", "y.a.b", ["x/a/b.py", "y/a/b.py"], ("x/a/b.py", 3), id="alike"),
        pytest.param("x.a.b", "y.a.b", ["x/a/b.py", "y/ba/b.py"], ("x/a/b.py", 2), id="not-alike"),
        pytest.param("x.a.b", "z", ["x/a/b.py", "y/x/a/b.py"], ("x/a/b.py", 2), id="a-copy"),
    ],
)
def test_old_names(
    old: str, new: str, tree: list[str], expected: tuple[str, int], tmp_path: Path
) -> None:
    (tmp_path / "ssot.toml").write_text(MOVES.format(old, f'new = "{new}"' if new else ""))
    for name in tree:
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("")
    settings = load_file(str(tmp_path / "ssot.toml"))
    files = text_files([str(tmp_path)], ConfigFinder(fixed=settings))
    assert old_names(settings, files) == [OldName(QualifiedName.parse(old), *expected)]


def test_old_names_of_a_chain_of_moves(tmp_path: Path) -> None:
    more = 'new = "b.mid"\n[[migration.move]]\nold = "b.mid"\nnew = "c.new"'
    (tmp_path / "ssot.toml").write_text(MOVES.format("a.old", more))
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "new.py").write_text("")
    olds = old_names(load_file(str(tmp_path / "ssot.toml")))
    assert [old.file for old in olds] == ["a/old.py", "b/mid.py"]


# --- counts and mentions against naive references


@given(st.lists(st.sampled_from(["old", "Thing", "o", "ld", "_", "é", "3", "²", ".", " ", "\n"])))
def test_counts_against_a_naive_reference(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str]
) -> None:
    text = "".join(pieces)
    expected = {}
    for last in ("old", "Thing"):
        places = [at for at in range(len(text)) if text[at : at + len(last)] == last]
        words = 0
        for at in places:
            around = text[:at][-1:] + text[at + len(last) :][:1]
            words += not any(c.isalnum() or c == "_" for c in around)
        if places:
            expected[last] = TextCount(len(places), words)
    for name in ("x.md", "x.py"):
        found = search(tmp_path_factory.getbasetemp(), name, text.encode())
        assert found.counts == expected


def test_hits_do_not_overlap(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("xaaa aa aaaa")
    (found,) = find_texts([str(tmp_path / "x.md")], [OldName(QualifiedName.parse("m.aa"))], jobs=1)
    assert found.counts == {"aa": TextCount(4, 1)}


DOTTED_PIECES = ["a.b.old", "a.kept.Gone", "six", ".Thing", ".", "a", "old", "_", " ", "é", "3"]


@given(st.lists(st.sampled_from(DOTTED_PIECES), max_size=12))
def test_dotted_mentions_against_a_naive_reference(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str]
) -> None:
    text = "".join(pieces)

    def is_part(at: int) -> bool:
        return 0 <= at < len(text) and (text[at].isalnum() or text[at] == "_")

    expected = []
    for at in range(len(text)):
        if is_part(at - 1) or text[:at].endswith("."):
            continue
        for old in (THING, OLD, GONE, PKG, SIX):
            end = at + len(old)
            follows = text[end : end + 1] == "." and is_part(end + 1) and text[end + 1] != "3"
            if text.startswith(old, at) and not is_part(end) and (old != SIX or follows):
                expected.append((at + 1, old))
                break
    found = search(tmp_path_factory.getbasetemp(), "x.md", text.encode())
    assert [(m.column, str(m.old)) for m in found.mentions] == expected


PATH_PIECES = ["a", "b", "old.py", "a/b/old.py", "/", "\\", ".", "..", "-", "_", "c", " ", "`"]


@given(st.lists(st.sampled_from(PATH_PIECES), max_size=12))
def test_paths_against_a_pattern(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str]
) -> None:
    text = "".join(pieces)
    separator = r"(?:/|\\\\?)"
    end = rf"b{separator}old\.py(?!\w|\.\w)"
    escape = r"(?<=\\[abfnrtv])"
    pattern = (
        rf"(?:(?<![\w.-])|{escape})(?P<whole>a{separator}{end})"
        rf"|(?:(?<![\w./\\-])|{escape})(?:\.\.?[/\\])*(?P<end>{end})"
    )
    expected = [
        (found.start(found.lastgroup or 0) + 1, found[found.lastgroup or 0])
        for found in re.finditer(pattern, text)
    ]
    found = search(tmp_path_factory.getbasetemp(), "x.md", text.encode())
    assert [(m.column, m.text) for m in found.mentions if m.kind is FILE_PATH] == expected
