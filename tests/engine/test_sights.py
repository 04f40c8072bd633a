"""What is recalled of a file that was changed is what a check of it finds."""

from __future__ import annotations

import importlib
import os
import random
from pathlib import Path
from textwrap import dedent

import pytest

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.engine.sights import Sights
from tests.rules.harness import CLOSING, OPENING, Case
from tests.semantics.test_focus import FILLER, RULES, padded, settings_of

EDITS = int(os.environ.get("SSOT_FUZZ", "60")) // 6
PIECES = (
    *("value = compute(1)", "v", "return", "pass", "raise", "else:", "def f():", "class C:"),
    *('"""', "'", "(", "\\", "#", "# noqa", "# type: int", "# noqa: SSOT001", "é = 1", "ﬁ", "\f"),
    *("global OldEngine", "del x", "from pkg.old import *", "import sys", "x = 1", "f(x)", "@x"),
    *(
        "except ImportError:",
        "finally:",
        "if x:",
        "    y = 2",
        "",
        "    ",
        "__all__ = ['x']",
        "; z",
    ),
)


class Counting(Sights):
    """Sights that count how often something is recalled."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.index)
        self.recalled = 0

    def recall(self, *arguments: object) -> FileResult | None:
        found = super().recall(*arguments)  # type: ignore[arg-type]
        self.recalled += found is not None
        return found


def type_into(settings: Settings, path: str, texts: list[str]) -> list[bool]:
    """Assert that each text is checked as if it were the first; return which were recalled."""
    sights = Counting(settings)
    typed, fresh = Checker(settings, sights=sights), Checker(settings)
    recalled = []
    for text in texts:
        before = sights.recalled
        found = typed.check_bytes(path, text.encode(), shown_as="x.py")
        assert found == fresh.check_bytes(path, text.encode(), shown_as="x.py"), text
        recalled.append(sights.recalled > before)
    return recalled


def edited(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    match chance.randrange(5):
        case 0:
            del lines[at : at + chance.randrange(1, 4)]
        case 1:
            lines[at] += chance.choice(PIECES)
        case 2:
            lines[at:at] = [indent + chance.choice(PIECES) for _ in range(chance.randrange(1, 4))]
        case 3:
            lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
        case _:
            lines.insert(at, indent + "value = compute(1)")
    return "\n".join(lines)


@pytest.mark.parametrize("rule", RULES)
def test_whatever_is_typed(rule: str, tmp_path: Path) -> None:
    module = importlib.import_module(f"tests.rules.test_{rule}")
    cases: tuple[Case, ...] = module.VALID + module.INVALID
    chance = random.Random(rule)
    recalled = 0
    for number, case in enumerate(cases):
        folder = tmp_path / str(number)
        code = padded(dedent(case.code).lstrip("\n").replace(OPENING, "").replace(CLOSING, ""))
        settings = settings_of(folder, {**case.files, case.path: code})
        texts = [code]
        for _ in range(EDITS):
            # Back to the start, now and then: most edits of an edited text are of a broken one.
            text = edited(chance.choice([code, texts[-1]]), chance)
            texts += [text, code] if chance.random() < 0.5 else [text]
        recalled += sum(type_into(settings, str(folder / case.path), texts))
    assert recalled > len(cases) / 4 or rule == "unused_suppression"


CODE = f"""\
from pkg.old import OldEngine

{FILLER}
def use(x):
    first = 1
    engine = OldEngine(x)
    last = 2
    return engine

{FILLER}"""
FIRST, LAST = "    first = 1\n", "    last = 2\n"
CHANGES = [
    ("a letter", FIRST, "    firsts = 1\n", True),
    ("a line", FIRST, f"{FIRST}    second = 1\n", True),
    ("a line less", "fill = filler(1)\n", "", True),
    ("a part of an old name", FIRST, "    first = a\n", False),
    ("a line below", LAST, f"{LAST}    second = 1\n", True),
    ("a definition", "fill = filler(1)\n", "def another():\n    pass\n", True),
    ("a wide character", FIRST, "    first = 'é名'\n", True),
    ("a comment", FIRST, "    first = 1  # it is\n", True),
    ("what is in focus", "OldEngine(x)", "OldEngine()", False),
    ("the line of it", "OldEngine(x)\n", "OldEngine(x); y = 1\n", False),
    ("its name", FIRST, "    first = OldEngine\n", False),
    ("its name in a string", FIRST, "    first = 'OldEngine'\n", False),
    ("what it is bound to", FIRST, "    engine = 1\n", None),
    ("an import", FIRST, "    import first\n", False),
    ("before all of it", "from pkg.old", "first = 1\nfrom pkg.old", False),
    ("another statement beside it", FIRST, "", False),
    ("a suppression", "OldEngine(x)\n", "OldEngine(x)  # noqa\n", False),
    ("a suppression elsewhere", FIRST, "    first = 1  # noqa: SSOT002\n", False),
    ("another scope", "def use(x):\n", "def used(x):\n", False),
    ("a string that swallows it", FIRST, '    """\n', False),
    ("a carriage return", FIRST, "    first = 1\r\n", False),
    ("a hook", "fill = filler(1)\n", "def __getattr__(name): ...\n", False),
    ("a name that is folded", FIRST, "    ﬁrst = 1\n", False),
]


@pytest.mark.parametrize(("title", "old", "new", "is_recalled"), CHANGES)
def test_one_change(
    title: str, old: str, new: str, is_recalled: bool | None, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path, {"pkg/sub/consumer.py": CODE})
    assert old in CODE
    path = str(tmp_path / "pkg" / "sub" / "consumer.py")
    found = type_into(settings, path, [CODE, CODE.replace(old, new, 1)])
    assert found == [False, is_recalled] or is_recalled is None, title


def test_lines_that_a_reason_names_move_with_it(tmp_path: Path) -> None:
    code = f"{FILLER}from pkg.calls import Called\ndef use(x):\n    return Called(x)\n{FILLER}"
    code = code.replace(FILLER, f"import os\n{FILLER}", 1)
    settings = settings_of(tmp_path, {"pkg/sub/consumer.py": code})
    path = str(tmp_path / "pkg" / "sub" / "consumer.py")
    reasons = [
        f.violation.unfixable_because
        for f in Checker(settings).check_bytes(path, code.encode(), shown_as="x.py").findings
    ]
    assert any("line 8" in reason for reason in reasons), reasons
    longer = code.replace("fill = filler(1)\n", "fill = filler(1)\nmore = 1\n", 1)
    assert type_into(settings, path, [code, longer, code]) == [False, True, True]


def test_a_line_that_a_message_names_is_another_one_later(tmp_path: Path) -> None:
    code = f"{FILLER}from pkg.new import NewEngine\ndef use(NewEngine):\n    x = 1\n{FILLER}"
    code = code.replace("pkg.new", "pkg.old").replace("NewEngine", "OldEngine")
    settings = settings_of(tmp_path, {"pkg/sub/consumer.py": code})
    path = str(tmp_path / "pkg" / "sub" / "consumer.py")
    found = Checker(settings).check_bytes(path, code.encode(), shown_as="x.py").findings
    assert any(" on line 5" in f.violation.text for f in found), found
    longer = code.replace("fill = filler(1)\n", "fill = filler(1)\nmore = 1\n", 1)
    assert type_into(settings, path, [code, longer]) == [False, False]


def test_a_suppression_that_becomes_part_of_a_string(tmp_path: Path) -> None:
    quotes = "'''"
    code = f"{CODE}y = 2  # noqa: SSOT001\n# {quotes}\n"
    changed = code.replace("y = 2", f"z = {quotes}\ny = 2")
    settings = settings_of(tmp_path, {"pkg/sub/consumer.py": code})
    path = str(tmp_path / "pkg" / "sub" / "consumer.py")
    assert type_into(settings, path, [code, changed]) == [False, False]


def test_lines_that_end_in_another_way(tmp_path: Path) -> None:
    code = CODE.replace(FIRST, "    first = 1\r    second = 2\n")
    settings = settings_of(tmp_path, {"pkg/sub/consumer.py": code})
    path = str(tmp_path / "pkg" / "sub" / "consumer.py")
    assert type_into(settings, path, [code, CODE]) == [False, False]


def test_the_same_text_again(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, {"pkg/sub/consumer.py": CODE})
    path = str(tmp_path / "pkg" / "sub" / "consumer.py")
    assert type_into(settings, path, [CODE, CODE]) == [False, True]


def test_only_so_many_files_are_remembered(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, {"pkg/sub/consumer.py": CODE})
    sights = Counting(settings)
    checker = Checker(settings, sights=sights)
    paths = [str(tmp_path / "pkg" / f"m{number}.py") for number in range(17)]
    for path in [*paths, paths[1], paths[0]]:
        checker.check_bytes(path, CODE.encode(), shown_as="x.py")
    assert sights.recalled == 1
