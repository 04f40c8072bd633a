"""A team at work: what the gate says at each commit, in one table."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flake8.main import cli as flake8

from flake8_ssot_engine.cli.main import main

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

CONFIG = """\
[[migration]]
id = "7"
deadline = 2999-12-31
[[migration.move]]
old = "shop.cart.Cart"
new = "shop.basket.Basket"
[[migration.phase]]
name = "desk"
paths = ["desk/**"]
enforce = "ratchet"
"""
BASELINE = "ssot-baseline.txt"

# Columns: what was done, in one commit | exit code of `ssot check` on a desk, in CI, and of `ssot
# check --new-since main`, main being where the commit before was merged to | how many violations
# the baseline holds | what Flake8 names, `=` where it is what `ssot check` names | what `ssot
# check` names: file:lines, or `-file×n` for n entries that nothing needs, or not under that name.
STORY = """\
the code as it was                         | 1 1 1 |  0 | = | mail.py:1,5 pay.py:1,5,9 stock.py:1,5,9
the baseline is created                    | 0 0 0 |  8 | =
one is fixed, the baseline left as it is   | 0 1 0 |  8 | - | -pay.py×1
`ssot baseline update`                     | 0 0 0 |  7 | =
a new one                                  | 1 1 1 |  7 | = | pay.py:13
it is taken back                           | 0 0 0 |  7 | =
a new one, tolerated for a reason          | 0 0 0 |  8 | =
lines added above                          | 0 0 0 |  8 | =
a function moved within its file           | 0 0 0 |  8 | =
a function renamed                         | 0 0 0 |  8 | =
`ssot baseline update`                     | 0 0 0 |  8 | =
a new one above a tolerated one            | 1 1 1 |  8 | = | stock.py:9
it is taken back                           | 0 0 0 |  8 | =
reformatted                                | 0 0 0 |  8 | =
one swapped for another                    | 1 1 1 |  8 | mail.py:9 | mail.py:9 -mail.py×1
it is taken back                           | 0 0 0 |  8 | =
one rewritten where it stands              | 0 0 0 |  8 | =
a file renamed, `git mv`                   | 0 1 0 |  8 | - | -mail.py×2
`ssot baseline update`                     | 0 0 0 |  8 | =
a file renamed, `mv`, and edited           | 0 1 0 |  8 | - | -stock.py×3
renamed again, into a folder               | 0 1 0 |  8 | - | -stock.py×3
the folder renamed                         | 0 1 0 |  8 | - | -stock.py×3
`ssot baseline update`                     | 0 0 0 |  8 | =
a file deleted                             | 0 1 0 |  8 | - | -post.py×2
`ssot baseline update`                     | 0 0 0 |  6 | =
a file renamed, a shim under its old name  | 1 1 1 |  6 | desk/pay.py:5,9,17 | desk/pay.py:5,9,17 -pay.py×3
it is taken back                           | 0 0 0 |  6 | =
a branch: one fixed, the baseline updated  | 0 0 0 |  5 | =
another: a new one, tolerated              | 0 0 0 |  7 | =
the first is merged into it: a conflict    | 2 2 2 |  ? | an error | 6: holds a merge conflict
`ssot baseline merge`                      | 0 0 0 |  6 | =
a branch: one fixed, the baseline updated  | 0 0 0 |  5 | =
another: a new one, tolerated              | 0 0 0 |  7 | =
the first merged into it, diff3            | 2 2 2 |  ? | an error | 7: holds a merge conflict
`ssot baseline merge`, after `git add`     | 0 0 0 |  6 | =
it is the merge driver from now on         | 0 0 0 |  6 | =
one fixed, one tolerated: git merges       | 0 0 0 |  6 | =
two commits rebased onto one               | 0 0 0 | 12 | =
a branch squashed, one left of it          | 1 1 1 | 12 | = | till.py:1,9
the file is deleted                        | 0 0 0 | 12 | =
a `# noqa` for nothing                     | 1 1 1 | 12 | - | noqa in shop/basket.py:2
it is taken back                           | 0 0 0 | 12 | =
the phase `desk` tolerates none            | 1 1 0 | 12 | = | desk/store.py:4,16,21
it is taken back                           | 0 0 0 | 12 | =
the deadline has come                      | 1 1 0 | 12 | = | desk/store.py:4,16,21 loan.py:1,5 pay.py:5,21,25 risk.py:1,5 sale.py:1,5
"""  # noqa: E501

IN_THE_END = """\
desk/store.py  SSOT001  <module>  shop.cart.Cart  1
desk/store.py  SSOT002  keep  shop.cart.Cart  1  # until winter
desk/store.py  SSOT002  total  shop.cart.Cart  1
loan.py  SSOT001  <module>  shop.cart.Cart  1  # to be moved
loan.py  SSOT002  begin  shop.cart.Cart  1  # to be moved
pay.py  SSOT001  <module>  shop.cart.Cart  1
pay.py  SSOT002  gift  shop.cart.Cart  1  # until spring
pay.py  SSOT002  wrap  shop.cart.Cart  1  # until autumn
risk.py  SSOT001  <module>  shop.cart.Cart  1  # came first
risk.py  SSOT002  begin  shop.cart.Cart  1  # came first
sale.py  SSOT001  <module>  shop.cart.Cart  1  # to be moved
sale.py  SSOT002  begin  shop.cart.Cart  1  # to be moved
"""  # two spaces for each tab


def module(*functions: str) -> str:
    """Return a module of functions, each of which makes a cart."""
    bodies = [f"\n\ndef {name}():\n    return Cart()\n" for name in functions]
    return "from shop.cart import Cart\n" + "".join(bodies)


class Team:
    """A repository at `top` in which everyone has the same name; all commands run in it."""

    def __init__(
        self, top: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
    ) -> None:
        self.top = top
        self._capsys = capsys
        self._patch = patch
        self._minutes = 0

    def git(self, *arguments: str, may_fail: bool = False) -> str:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
        assert may_fail or done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def write(self, name: str, content: str) -> None:
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.top / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new))

    def ssot(self, *arguments: str) -> tuple[int, str, str]:
        self._capsys.readouterr()
        code = main(list(arguments))
        out, err = self._capsys.readouterr()
        return code, out, err

    def baseline(self, *arguments: str) -> str:
        """Run `ssot baseline`, which must succeed; return what it tells."""
        code, _, told = self.ssot("baseline", *arguments, "--jobs=1")
        assert code == 0, told
        return told

    def commit(self) -> None:
        """Commit all, a minute after the last commit; what is in conflict has to wait."""
        if self.git("ls-files", "--unmerged"):
            return
        self._minutes += 1
        for role in ("AUTHOR", "COMMITTER"):
            self._patch.setenv(f"GIT_{role}_DATE", f"{1700000000 + 60 * self._minutes} +0000")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=work")

    def add(self, name: str, function: str) -> None:
        old = (self.top / name).read_text() if os.path.exists(name) else module()
        self.write(name, old + module(function).removeprefix(module()))

    def fix(self, name: str, function: str) -> None:
        before, definition, after = (self.top / name).read_text().partition(f"def {function}():\n")
        assert definition
        self.write(name, before + definition + after.replace("Cart()", "[]", 1))

    # --- what the gate says

    def check(self, *arguments: str, ci: str = "") -> tuple[int, list[str]]:
        """Return the exit code of `ssot check`, and what it names."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CI", ci)
            code, out, err = self.ssot("check", "--jobs=1", "--format=json", *arguments)
        if code == 2:
            return code, [err.strip().removeprefix(f"ssot: {self.top / BASELINE}:")[:25]]
        found = [one for one in json.loads(out)["violations"] if not one["baselined"]]
        return code, [*lines_by_file(found), *self._stale(found)]

    def _stale(self, found: list[Violation]) -> list[str]:
        """Return the files of the entries that nothing needs, with how many these are."""
        if not os.path.exists(BASELINE):
            return []
        lines = (self.top / BASELINE).read_text().splitlines()
        stale = [lines[one["line"] - 1] for one in found if one["path"] == BASELINE]
        return [f"-{name}×{n}" for name, n in Counter(e.split("\t")[0] for e in stale).items()]

    def flake8(self) -> list[str]:
        self._capsys.readouterr()
        line = '{"path": "%(path)s", "line": %(row)d, "code": "%(code)s"}'
        flake8.main(["--isolated", "--jobs=1", "--select=SSO", f"--format={line}", "."])
        out, err = self._capsys.readouterr()
        if out.startswith("There was a critical error"):
            return ["an error"]
        assert not err
        return lines_by_file([json.loads(one) for one in out.splitlines()])

    def held(self) -> str:
        lines = (self.top / BASELINE).read_text().splitlines() if os.path.exists(BASELINE) else []
        if any(line.startswith("<<<<<<< ") for line in lines):
            return "?"
        return str(sum(int(line.split("\t")[4]) for line in lines if not line.startswith("#")))

    def tell(self, what: str) -> str:
        """Return a row of the table."""
        code, named = self.check()
        in_ci, named_in_ci = self.check(ci="true")
        assert named == named_in_ci
        since, _ = self.check("--new-since=main")
        flake8 = self.flake8()
        cells = [
            f"{what:42}",
            f"{code} {in_ci} {since}",
            f"{self.held():>2}",
            "=" if flake8 == named else " ".join(flake8) or "-",
            " ".join(named),
        ]
        return " | ".join(cells).rstrip(" |")


Violation = dict[str, Any]


def lines_by_file(found: list[Violation]) -> list[str]:
    lines: dict[str, list[int]] = {}
    for one in found:
        path = one["path"].removeprefix("./")
        if path != BASELINE:
            name = f"noqa in {path}" if one["code"] == "SSOT009" else path
            lines.setdefault(name, []).append(one["line"])
    return [f"{path}:{','.join(map(str, sorted(lines[path])))}" for path in sorted(lines)]


@pytest.fixture
def team(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Team:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Team")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "team@example.org")
    top = tmp_path / "team"
    top.mkdir()
    monkeypatch.chdir(top)
    team = Team(top, capsys, monkeypatch)
    team.git("init", "--quiet", "--initial-branch=main")
    return team


# --- what the team does


def begin(team: Team) -> None:
    team.write("ssot.toml", CONFIG)
    team.write("shop/__init__.py", "")
    team.write("shop/cart.py", "class Cart:\n    pass\n")
    team.write("shop/basket.py", "class Basket:\n    pass\n")
    team.commit()
    team.git("checkout", "--quiet", "-b", "work")
    team.write("pay.py", module("pay", "refund"))
    team.write("stock.py", module("count", "order"))
    team.write("mail.py", module("send"))


def create(team: Team) -> None:
    team.baseline("create")


def update(team: Team) -> None:
    team.baseline("update")


def undo(team: Team) -> None:
    team.git("revert", "--no-commit", "HEAD")


def tolerate_void(team: Team) -> None:
    team.add("pay.py", "void")
    assert "1 violation added" in team.baseline("add", "pay.py", "--reason", "see ticket 12")


def add_lines_above(team: Team) -> None:
    team.replace("pay.py", "from shop", '"""Payments."""\n\nimport os\n\nfrom shop')


def move_function(team: Team) -> None:
    team.write("stock.py", module("order", "count"))


def rename_function(team: Team) -> None:
    team.replace("stock.py", "def count", "def total")


def add_above_the_tolerated(team: Team) -> None:
    team.replace("stock.py", "def total():\n", "def total():\n    Cart()\n")


def reformat(team: Team) -> None:
    team.replace("stock.py", "import Cart", "import (\n    Cart,\n)")
    team.replace("stock.py", "    return Cart()", "    return (\n        Cart()\n    )")


def swap(team: Team) -> None:
    team.fix("mail.py", "send")
    team.add("mail.py", "read")


def swap_within_a_function(team: Team) -> None:
    team.replace("mail.py", "    return Cart()\n", "    cart = Cart()\n    return cart\n")


def rename_by_git(team: Team) -> None:
    team.git("mv", "mail.py", "post.py")


def rename_and_edit(team: Team) -> None:
    os.rename("stock.py", "store.py")
    team.replace("store.py", "from shop", '"""What there is."""\n\nfrom shop')


def rename_again(team: Team) -> None:
    os.makedirs("depot")
    os.rename("store.py", "depot/store.py")


def rename_folder(team: Team) -> None:
    os.rename("depot", "desk")


def leave_a_shim(team: Team) -> None:
    """Git calls it no renaming where the old name is still there."""
    os.rename("pay.py", "desk/pay.py")
    team.write("pay.py", "from desk.pay import pay, refund, void\n")


def branch(team: Team, name: str) -> None:
    team.git("checkout", "--quiet", "-B", name, "main")


def accept(team: Team) -> None:
    """Merge the branch that stands into main."""
    team.git("checkout", "--quiet", "-B", "work")
    team.git("branch", "--force", "main")


def merge(team: Team, name: str, *settings: str) -> None:
    """Merge what others did into this branch."""
    team.git(*settings, "merge", "--quiet", "--no-edit", name, may_fail=True)


def fix_pay(team: Team) -> None:
    branch(team, "fixing")
    team.fix("pay.py", "pay")
    team.baseline("update")


def tolerate_gift(team: Team) -> None:
    branch(team, "growing")
    team.add("pay.py", "gift")
    team.baseline("add", "pay.py", "--reason", "until spring")


def merge_by_hand(team: Team) -> None:
    merge(team, "fixing")


def resolve(team: Team) -> None:
    assert "merged, tolerates" in team.baseline("merge")
    team.git("add", BASELINE)


def fix_void(team: Team) -> None:
    accept(team)
    branch(team, "fixing")
    team.fix("pay.py", "void")
    team.baseline("update")


def tolerate_wrap(team: Team) -> None:
    branch(team, "growing")
    team.add("pay.py", "wrap")
    team.baseline("add", "pay.py", "--reason", "until autumn")


def merge_with_diff3(team: Team) -> None:
    merge(team, "fixing", "-c", "merge.conflictStyle=diff3")


def resolve_what_was_added(team: Team) -> None:
    """The conflict is in the file alone: someone ran `git add` on it."""
    team.git("add", BASELINE)
    resolve(team)


def install_driver(team: Team) -> None:
    """Let git itself merge baselines from now on."""
    accept(team)
    program = f"{shlex.quote(sys.executable)} -m flake8_ssot_engine"
    team.git("config", "merge.ssot-baseline.driver", f"{program} baseline merge %O %A %B")
    team.write(".gitattributes", f"{BASELINE} merge=ssot-baseline\n")


def fix_and_tolerate_by_driver(team: Team) -> None:
    """Merge two branches of which one shrinks the baseline and the other extends it."""
    branch(team, "fixing")
    team.fix("desk/store.py", "order")
    team.baseline("update")
    team.commit()
    branch(team, "growing")
    team.add("desk/store.py", "keep")
    team.baseline("add", "desk/store.py", "--reason", "until winter")
    team.commit()
    merge(team, "fixing")


def rebase(team: Team) -> None:
    """Move two commits, which both touch the baseline, onto another that does."""
    accept(team)
    branch(team, "moving")
    for name in ("sale.py", "loan.py"):
        team.add(name, "begin")
        team.baseline("add", name, "--reason", "to be moved")
        team.commit()
    branch(team, "growing")
    team.add("risk.py", "begin")
    team.baseline("add", "risk.py", "--reason", "came first")
    team.commit()
    accept(team)
    team.git("checkout", "--quiet", "moving")
    team.git("rebase", "--quiet", "main")


def squash(team: Team) -> None:
    """Put a branch of three commits, with a violation that came and went, into one."""
    accept(team)
    branch(team, "squashed")
    team.add("till.py", "open")
    team.commit()
    team.fix("till.py", "open")
    team.commit()
    team.add("till.py", "close")
    team.commit()
    team.git("checkout", "--quiet", "work")
    team.git("merge", "--quiet", "--squash", "squashed")


def suppress_nothing(team: Team) -> None:
    team.replace("shop/basket.py", "pass", "pass  # noqa: SSOT002")


def enforce_phase(team: Team) -> None:
    team.replace("ssot.toml", '"ratchet"', '"error"')


def let_the_deadline_come(team: Team) -> None:
    team.replace("ssot.toml", "2999-12-31", "2000-01-01")


DEEDS: list[tuple[str, Callable[[Team], None]]] = [
    ("the code as it was", begin),
    ("the baseline is created", create),
    ("one is fixed, the baseline left as it is", lambda team: team.fix("pay.py", "refund")),
    ("`ssot baseline update`", update),
    ("a new one", lambda team: team.add("pay.py", "void")),
    ("it is taken back", undo),
    ("a new one, tolerated for a reason", tolerate_void),
    ("lines added above", add_lines_above),
    ("a function moved within its file", move_function),
    ("a function renamed", rename_function),
    ("`ssot baseline update`", update),
    ("a new one above a tolerated one", add_above_the_tolerated),
    ("it is taken back", undo),
    ("reformatted", reformat),
    ("one swapped for another", swap),
    ("it is taken back", undo),
    ("one rewritten where it stands", swap_within_a_function),
    ("a file renamed, `git mv`", rename_by_git),
    ("`ssot baseline update`", update),
    ("a file renamed, `mv`, and edited", rename_and_edit),
    ("renamed again, into a folder", rename_again),
    ("the folder renamed", rename_folder),
    ("`ssot baseline update`", update),
    ("a file deleted", lambda team: os.remove("post.py")),
    ("`ssot baseline update`", update),
    ("a file renamed, a shim under its old name", leave_a_shim),
    ("it is taken back", undo),
    ("a branch: one fixed, the baseline updated", fix_pay),
    ("another: a new one, tolerated", tolerate_gift),
    ("the first is merged into it: a conflict", merge_by_hand),
    ("`ssot baseline merge`", resolve),
    ("a branch: one fixed, the baseline updated", fix_void),
    ("another: a new one, tolerated", tolerate_wrap),
    ("the first merged into it, diff3", merge_with_diff3),
    ("`ssot baseline merge`, after `git add`", resolve_what_was_added),
    ("it is the merge driver from now on", install_driver),
    ("one fixed, one tolerated: git merges", fix_and_tolerate_by_driver),
    ("two commits rebased onto one", rebase),
    ("a branch squashed, one left of it", squash),
    ("the file is deleted", lambda team: os.remove("till.py")),
    ("a `# noqa` for nothing", suppress_nothing),
    ("it is taken back", undo),
    ("the phase `desk` tolerates none", enforce_phase),
    ("it is taken back", undo),
    ("the deadline has come", let_the_deadline_come),
]


def test_the_story(team: Team) -> None:
    rows = []
    for what, deed in DEEDS:
        deed(team)
        team.commit()
        rows.append(team.tell(what))
        team.git("branch", "--force", "main", "work")
    assert "".join(f"{row}\n" for row in rows) == STORY
    head, *entries = (team.top / BASELINE).read_text().splitlines(keepends=True)
    assert head.startswith("# What is tolerated for now.")
    assert "".join(entries) == IN_THE_END.replace("  ", "\t")


# --- what is easily missed


def test_one_more_above_in_a_function_renamed_since(team: Team) -> None:
    """The baseline still knows the function by its old name."""
    for _, deed in DEEDS[:2]:
        deed(team)
        team.commit()
    rename_function(team)
    team.commit()
    add_above_the_tolerated(team)
    team.commit()
    assert team.check() == (1, ["stock.py:5"])
    assert team.flake8() == ["stock.py:5"]


def test_one_more_in_a_file_renamed_and_not_committed(team: Team) -> None:
    for _, deed in DEEDS[:2]:
        deed(team)
        team.commit()
    rename_and_edit(team)
    team.replace("store.py", "def count():\n", "def count():\n    Cart(1)\n")
    assert team.check() == (1, ["store.py:7", "-stock.py×3"])


def test_two_who_each_created_a_baseline(team: Team) -> None:
    """Nothing is tolerated that neither of the two tolerates."""
    begin(team)
    team.commit()
    accept(team)
    for name, count in (("one", 1), ("other", 2)):
        branch(team, name)
        team.replace("mail.py", "return Cart()", "return " + "[" + "Cart()," * count + "]")
        team.baseline("create")
        team.commit()
    team.git("checkout", "--quiet", "other")
    merge(team, "one", "-c", "merge.conflictStyle=diff3")
    team.git("checkout", "--quiet", "--ours", "mail.py")
    team.git("add", "mail.py")
    resolve(team)
    assert team.check(ci="true") == (0, [])
