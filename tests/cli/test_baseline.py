"""`ssot baseline` and what it makes of `ssot check`."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_engine.cli import baseline as command
from flake8_ssot_engine.engine.verdict import judge_results
from tests.cli.tolerating import CONFIG, HEAD, IMPORT, NAME, Project, line, make_project

GIT = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="file names are text elsewhere")
NOT_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")

PHASE = '[[migration.phase]]\nname = "p"\npaths = ["a.py"]\nenforce = "{}"\n'
IN_F = "def f():\n    from old import Old\n"
IN_G = IN_F.replace("def f", "def g")
BROKEN = "def (\n"


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Project:
    return make_project(tmp_path, monkeypatch, capsys)


# --- create


def test_create_tolerates_all_that_there_is(project: Project) -> None:
    project.write(
        {
            "a.py": f"{IMPORT}Old()\n{IN_F}    class Q(Old): ...\n",
            "sub/b.py": IMPORT * 2,
            "broken.py": IMPORT + BROKEN,
            "clean.py": "x = 1\n",
        }
    )
    assert project.ssot("baseline", "create") == (
        0,
        "",
        f"ssot: {NAME}: tolerates 8 violations\n",
    )
    assert project.read() == HEAD + (
        line("a.py")
        + line("a.py", scope="f")
        + line("a.py", code="SSOT002")
        + line("a.py", code="SSOT005", scope="f.Q")
        + line("broken.py", code="E999")
        + line("broken.py")
        + line("sub/b.py", count=2)
    )
    assert project.check() == 0
    assert project.errors() == []


def test_create_tolerates_what_a_check_with_the_same_option_reports(project: Project) -> None:
    project.write({"broken.py": BROKEN, "a.py": IMPORT})
    assert project.create() == line("a.py")
    assert project.check() == 0
    assert project.check("--syntax=all") == 1
    (project.root / NAME).unlink()
    assert project.ssot("baseline", "create", "--quiet", "--syntax=all") == (0, "", "")
    assert project.read() == HEAD + line("a.py") + line("broken.py", code="E999")
    assert project.check() == project.check("--syntax=all") == project.check("broken.py") == 0


def test_update_keeps_a_broken_file_until_it_is_mended(project: Project) -> None:
    entries = line("a.py", code="E999") + line("b.py", code="E999")
    project.write({"a.py": BROKEN, "b.py": "# Old\n" + BROKEN, NAME: HEAD + entries})
    assert project.update() == entries
    project.write({"a.py": "x = 1\n"})
    assert project.update() == line("b.py", code="E999")
    project.write({"b.py": "# Old\n"})
    assert project.update() == ""


def test_create_where_there_is_nothing_to_tolerate(project: Project) -> None:
    project.write({"a.py": "x = 1\n"})
    assert project.ssot("baseline", "create") == (
        0,
        "",
        f"ssot: {NAME}: tolerates 0 violations\n",
    )
    assert project.read() == HEAD


def test_create_gives_the_file_the_usual_mode(project: Project) -> None:
    project.create()
    assert (project.root / NAME).stat().st_mode & 0o777 == 0o644


def test_create_leaves_what_is_there_already(project: Project) -> None:
    project.write({"a.py": IMPORT, NAME: ""})
    assert project.ssot("baseline", "create") == (
        2,
        "",
        f"ssot: {NAME}: is there already; `ssot baseline update` shrinks it, `ssot baseline add`"
        " extends it\n",
    )
    assert project.read() == ""


def test_create_in_a_folder_below_is_for_the_whole_project(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write({"a.py": IMPORT, "sub/b.py": IMPORT})
    monkeypatch.chdir(project.root / "sub")
    assert project.ssot("baseline", "create")[2] == f"ssot: ../{NAME}: tolerates 2 violations\n"
    assert project.read() == HEAD + line("a.py") + line("sub/b.py")


def test_create_leaves_out_what_none_can_tolerate(project: Project) -> None:
    project.write(
        {"ssot.toml": CONFIG + PHASE.format("error"), "a.py": IMPORT + "Old()\n", "b.py": IMPORT}
    )
    assert project.ssot("baseline", "create") == (
        0,
        "",
        f"ssot: {NAME}: tolerates 1 violation\n"
        "ssot: errors all the same: 2 violations that a phase or deadline forbids\n",
    )
    assert project.read() == HEAD + line("b.py")
    assert project.errors() == ["a.py:1 SSOT001", "a.py:2 SSOT002"]


def test_without_a_configuration_the_preset_is_tolerated(project: Project) -> None:
    home = "netra_backend.app.agents.supervisor.execution_engine"
    project.write({"sub/a.py": f"from {home} import ExecutionEngine\n", "setup.py": ""})
    (project.root / "ssot.toml").unlink()
    assert project.create() == f"sub/a.py\tSSOT001\t<module>\t{home}.ExecutionEngine\t1\n"
    assert project.check() == 0


def test_an_interrupt_leaves_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    project.write({"a.py": IMPORT})
    before = sorted(os.listdir(project.root))
    for place in ("check_each", "render_baseline"):
        with monkeypatch.context() as patched:
            patched.setattr(command, place, interrupt)
            assert project.ssot("baseline", "create") == (130, "", "ssot: interrupted\n")
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", interrupt)
        assert project.ssot("baseline", "create", "--quiet") == (130, "", "ssot: interrupted\n")
    assert sorted(os.listdir(project.root)) == before


def test_an_interrupt_of_an_update_leaves_what_was_there(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    project.write({"a.py": "", NAME: line("a.py")})
    before = sorted(os.listdir(project.root))
    monkeypatch.setattr(os, "replace", interrupt)
    assert project.ssot("baseline", "update", "--quiet") == (130, "", "ssot: interrupted\n")
    assert project.read() == line("a.py")
    assert sorted(os.listdir(project.root)) == before


# --- what is wrong

ACTIONS = [
    pytest.param(("create",), id="create"),
    pytest.param(("update",), id="update"),
    pytest.param(("add", "a.py", "--reason=why"), id="add"),
]


@pytest.mark.parametrize("action", [*ACTIONS, pytest.param(("merge",), id="merge")])
def test_a_wrong_configuration_is_told(project: Project, action: tuple[str, ...]) -> None:
    project.write({"ssot.toml": "selct = []\n", "a.py": ""})
    code, out, err = project.ssot("baseline", *action)
    assert (code, out) == (2, "")
    assert err.startswith(f"ssot: {project.root}/ssot.toml:1: selct: unknown key")


@pytest.mark.parametrize("action", ACTIONS[1:])
def test_all_that_is_wrong_in_the_file_is_told(project: Project, action: tuple[str, ...]) -> None:
    project.write({"a.py": "", NAME: "one\n" + line("a.py") + "a.py\tX1\tf\tx\t1\n"})
    path = project.root / NAME
    expected = (
        2,
        "",
        f"ssot: {path}:1: is not `path<TAB>code<TAB>scope<TAB>symbol<TAB>count`\n"
        f"{path}:3: `X1` is not a code such as `SSOT001`\n",
    )
    assert project.ssot("baseline", *action) == expected
    assert project.ssot("check") == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["update"],
            f"{NAME}: there is no baseline; `ssot baseline create` makes it",
            id="update",
        ),
        pytest.param(["update", "gone.py"], "there is no baseline", id="update-of-a-path"),
        pytest.param(
            ["merge"], "{root}/" + NAME + ": cannot be read: No such file or directory", id="merge"
        ),
        pytest.param(["add", "gone.py", "--reason=x"], "{root}/gone.py: no such file", id="add"),
        pytest.param(
            ["add", "a.py", "--reason="], "--reason: say why, in a few words", id="reason"
        ),
        pytest.param(["add", "a.py", "--reason", " \t\n"], "--reason: say why", id="blank-reason"),
        pytest.param(["merge", "a", "b"], "takes no file, or three: BASE OURS THEIRS", id="two"),
        pytest.param(
            ["merge", "a.py", "gone", "a.py"], "{root}/gone: cannot be read", id="no-ours"
        ),
        pytest.param(["create", "--config=gone.toml"], "gone.toml: cannot be read", id="config"),
    ],
)
def test_what_is_wrong_with_the_command_line(
    project: Project, arguments: list[str], message: str
) -> None:
    project.write({"a.py": ""})
    code, out, err = project.ssot("baseline", *arguments)
    assert (code, out) == (2, "")
    assert message.format(root=project.root) in err
    assert err.startswith("ssot: ")
    assert not (project.root / NAME).exists()


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="no-action"),
        pytest.param(["nonsense"], id="unknown-action"),
        pytest.param(["add", "a.py"], id="no-reason"),
        pytest.param(["add", "--reason=x"], id="no-path"),
        pytest.param(["create", "a.py"], id="create-takes-no-path"),
        pytest.param(["create", "--jobs=0"], id="no-jobs"),
    ],
)
def test_what_argparse_refuses(project: Project, arguments: list[str]) -> None:
    assert project.ssot("baseline", *arguments)[0] == 2
    assert not (project.root / NAME).exists()


@pytest.mark.parametrize(
    ("make", "told"),
    [
        pytest.param(lambda path: os.mkdir(path), "cannot be read: Is a directory", id="folder"),
        pytest.param(
            lambda path: os.symlink("gone", path),
            "cannot be read: No such file or directory",
            id="dangling-link",
        ),
    ],
)
def test_what_is_no_file(project: Project, make: Callable[[str], None], told: str) -> None:
    project.write({"a.py": ""})
    make(str(project.root / NAME))
    for words in (("check",), ("baseline", "update"), ("baseline", "add", "a.py", "--reason=x")):
        assert project.ssot(*words) == (2, "", f"ssot: {project.root / NAME}: {told}\n")
    assert "is there already" in project.ssot("baseline", "create")[2]


@NOT_ROOT
@pytest.mark.parametrize("action", ACTIONS)
def test_a_folder_that_may_not_be_written(project: Project, action: tuple[str, ...]) -> None:
    project.write({"a.py": IMPORT * 2})
    if action != ("create",):
        project.write({NAME: line("a.py") + line("b.py")})
    os.chmod(project.root, 0o555)
    try:
        answer = project.ssot("baseline", *action)
    finally:
        os.chmod(project.root, 0o755)
    assert answer == (2, "", f"ssot: {NAME}: cannot be written: Permission denied\n")


@pytest.mark.parametrize("action", ACTIONS)
def test_a_disk_that_is_full(
    project: Project, monkeypatch: pytest.MonkeyPatch, action: tuple[str, ...]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    project.write({"a.py": IMPORT * 2})
    if action != ("create",):
        project.write({NAME: line("a.py") + line("b.py")})
    before = sorted(os.listdir(project.root))
    monkeypatch.setattr(os, "fsync", fail)
    assert project.ssot("baseline", *action) == (
        2,
        "",
        f"ssot: {NAME}: cannot be written: No space left on device\n",
    )
    assert sorted(os.listdir(project.root)) == before


def test_an_update_does_not_cut_off_a_hard_link(project: Project) -> None:
    project.write({"a.py": "", NAME: line("a.py")})
    os.link(project.root / NAME, project.root / "other")
    code, _, err = project.ssot("baseline", "update")
    assert code == 2
    assert err.startswith(f"ssot: {NAME}: cannot be written: has other hard links")


def test_someone_else_writes_at_the_same_time(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interfere(*arguments: object, **options: object) -> object:
        project.write({NAME: line("b.py")})
        return judge_results(*arguments, **options)  # type: ignore[arg-type]

    project.write({"a.py": "", NAME: line("a.py")})
    monkeypatch.setattr(command, "judge_results", interfere)
    assert project.ssot("baseline", "update") == (
        2,
        "",
        f"ssot: {NAME}: cannot be written: changed since it was read\n",
    )
    assert project.read() == line("b.py")


# --- what changes nothing

BEFORE = """\
import os
from old import Old

def f(a, b):
    from old import Old as Other
    return Other(a, b), Old(a)

class C(Old):
    def m(self): return Old()
"""
REFORMATTED = """\
import os
from old import (
    Old,
)


def f(
    a,
    b,
):
    from old import (
        Old as Other,
    )

    return Other(
        a,
        b,
    ), Old(
        a
    )


class C(
    Old,
):
    def m(self):
        return Old()
"""
REORDERED = """\
from old import Old

class C(Old):
    x = 1
    def m(self): return Old()

def f(a, b):
    c = Old(a)
    from old import Old as Other
    return Other(a, b), c

import os
"""


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(BEFORE, id="nothing"),
        pytest.param("# more\n" * 20 + BEFORE, id="lines-above"),
        pytest.param(BEFORE.replace("\n", "\n\n"), id="lines-between"),
        pytest.param(REFORMATTED, id="reformatted"),
        pytest.param(REORDERED, id="moved-within-the-file"),
        pytest.param(BEFORE.replace("\n", "\r\n"), id="CRLF"),
        pytest.param("\ufeff" + BEFORE, id="BOM"),
        pytest.param(BEFORE.rstrip(), id="no-final-newline"),
        pytest.param(BEFORE.replace("    ", "\t"), id="tabs"),
        pytest.param(BEFORE.replace("os\n", "os, sys\nx = '''\n\n'''\n"), id="text-above"),
        pytest.param("def g(): ...\nclass D:\n    def f(self): ...\n" + BEFORE, id="more-scopes"),
        pytest.param(BEFORE.replace("def f(a, b)", "@a\n@b\nasync def f(a, *, b)"), id="signature"),
    ],
)
def test_what_does_not_change_the_baseline(project: Project, after: str) -> None:
    project.write({"a.py": BEFORE})
    entries = project.create()
    assert entries.count("\n") == 5
    project.write({"a.py": after})
    assert project.errors() == []
    assert project.update() == entries


def test_a_second_update_changes_nothing(project: Project) -> None:
    project.write({"a.py": BEFORE, "b.py": IMPORT, "broken.py": "# Old\n" + BROKEN})
    project.create()
    project.write({"b.py": ""})
    entries = project.update()
    stamp = (project.root / NAME).stat().st_mtime_ns
    assert project.ssot("baseline", "update") == (
        0,
        "",
        f"ssot: {NAME}: nothing to take out; tolerates 7 violations\n",
    )
    assert project.read() == HEAD + entries
    assert (project.root / NAME).stat().st_mtime_ns == stamp


# --- what is new


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(IMPORT, IMPORT * 2, 1, id="one-more"),
        pytest.param(IMPORT, IMPORT + "Old()\n", 1, id="another-code"),
        pytest.param(IMPORT, IN_F, 1, id="swapped-for-one-in-a-function"),
        pytest.param(IN_F, IN_G + IN_F, 1, id="a-function-more"),
        pytest.param(
            IN_F + "def g(): ...\n",
            "def f(): ...\n" + IN_G,
            1,
            id="swapped-between-functions",
        ),
        pytest.param(IN_F, IN_G, 0, id="renamed-function"),
        pytest.param(IN_F, IMPORT, 0, id="function-dissolved"),
        pytest.param(
            IN_F, "class C:\n    def f(self):\n        from old import Old\n", 0, id="method"
        ),
        pytest.param(IMPORT, "import old\nold.Old\n", 0, id="the-same-symbol-by-its-module"),
        pytest.param("x = 1\n", "# Old\n" + BROKEN, None, id="newly-broken"),
    ],
)
def test_a_change_within_a_file(
    project: Project, before: str, after: str, expected: int | None
) -> None:
    project.write({"a.py": before})
    project.create()
    project.write({"a.py": after})
    assert project.check() == int(expected != 0)
    if expected is not None:
        code, out, _ = project.ssot("check", "--format=json", "--stale=warn")
        found = [one for one in json.loads(out)["violations"] if not one["baselined"]]
        assert sum(one["code"] != "SSOT009" for one in found) == expected
        assert code == int(expected > 0)


def test_an_update_never_absorbs_what_is_new(project: Project) -> None:
    project.write({"a.py": IMPORT})
    entries = project.create()
    project.write({"a.py": IMPORT * 3, "b.py": IMPORT, "broken.py": BROKEN})
    assert project.ssot("baseline", "update") == (
        0,
        "",
        f"ssot: {NAME}: nothing to take out; tolerates 1 violation\n"
        "ssot: 3 violations not tolerated; `ssot check` shows them\n",
    )
    assert project.read() == HEAD + entries
    assert project.check() == 1


@GIT
@pytest.mark.parametrize(
    ("after", "new"),
    [
        pytest.param("from old import Old as A\n" + IMPORT, 1, id="above"),
        pytest.param(IMPORT + "from old import Old as A\n", 2, id="below"),
        pytest.param("\n\nx = 1\nfrom old import Old as A\n\n" + IMPORT, 4, id="far-above"),
    ],
)
@pytest.mark.parametrize("is_committed", [False, True], ids=["work-tree", "committed"])
@pytest.mark.parametrize("folder", ["", "sub/"], ids=["top", "below"])
def test_of_several_that_are_alike_the_newest_is_named(
    project: Project, after: str, new: int, is_committed: bool, folder: str
) -> None:
    project.write({f"{folder}a.py": IMPORT})
    project.create()
    project.commit()
    project.write({f"{folder}a.py": after})
    if is_committed:
        project.commit(date="2021-01-01T00:00:00Z")
    assert project.errors() == [f"{folder}a.py:{new} SSOT001"]


@GIT
def test_without_a_commit_the_last_one_is_named(project: Project) -> None:
    project.write({"a.py": IMPORT})
    project.create()
    project.write({"a.py": "from old import Old as A\n" + IMPORT})
    assert project.errors() == ["a.py:2 SSOT001"]
    project.git("init", "--quiet")
    assert project.errors() == ["a.py:2 SSOT001"]
    project.git("add", "--all")
    assert project.errors() == ["a.py:2 SSOT001"]


@GIT
def test_git_that_is_not_there_is_no_matter(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write({"a.py": IMPORT, "b.py": IMPORT})
    project.create()
    project.commit()
    project.write({"a.py": IMPORT * 2})
    (project.root / "b.py").unlink()
    monkeypatch.setenv("PATH", "")
    assert project.errors() == ["a.py:2 SSOT001", f"{NAME}:3 SSOT009"]


# --- renamed files


@GIT
@pytest.mark.parametrize("how", ["staged", "not-staged", "committed"])
def test_a_renamed_file_keeps_its_entries(project: Project, how: str) -> None:
    text = IMPORT + "".join(f"x{number} = {number}\n" for number in range(9))
    project.write({"a.py": text, "b.py": IMPORT})
    project.create()
    project.commit()
    (project.root / "sub").mkdir()
    (project.root / "a.py").rename(project.root / "sub" / "c.py")
    if how != "not-staged":
        project.git("add", "--all")
    if how == "committed":
        project.commit()
    assert project.errors() == [f"{NAME}:2 SSOT009"]
    assert project.ssot("check", "--quiet", "--stale=warn")[0] == 0
    assert project.ssot("baseline", "update") == (
        0,
        "",
        f"ssot: {NAME}: 1 renamed file followed; tolerates 2 violations\n",
    )
    assert project.read() == HEAD + line("b.py") + line("sub/c.py")
    assert project.errors() == []


@GIT
def test_a_renamed_file_with_one_more(project: Project) -> None:
    text = IMPORT + "".join(f"x{number} = {number}\n" for number in range(9))
    project.write({"a.py": text})
    project.create()
    project.commit()
    (project.root / "a.py").rename(project.root / "c.py")
    project.write({"c.py": "from old import Old as A\n" + text})
    assert [one for one in project.errors() if NAME not in one] != []
    assert project.update() == line("c.py")


@GIT
def test_a_copied_file_takes_nothing_along(project: Project) -> None:
    text = IMPORT + "".join(f"x{number} = {number}\n" for number in range(9))
    project.write({"a.py": text})
    project.create()
    project.commit()
    project.write({"copy.py": text})
    assert project.errors() == ["copy.py:1 SSOT001"]


@GIT
def test_a_reason_follows_a_renamed_file(project: Project) -> None:
    text = IMPORT + "".join(f"x{number} = {number}\n" for number in range(9))
    project.write({"a.py": text, NAME: line("a.py", reason="why")})
    project.commit()
    project.git("mv", "a.py", "c.py")
    assert project.update() == line("c.py", reason="why")


# --- update


def test_an_update_takes_out_what_is_fixed(project: Project) -> None:
    broken = "# Old\n" + BROKEN
    project.write({"a.py": IMPORT + "Old()\n", "b.py": IMPORT * 3, "broken.py": broken})
    project.create()
    project.write({"a.py": IMPORT, "b.py": IMPORT, "broken.py": ""})
    assert project.errors() == [f"{NAME}:{number} SSOT009" for number in (3, 4, 5)]
    assert project.ssot("baseline", "update") == (
        0,
        "",
        f"ssot: {NAME}: 4 taken out; tolerates 2 violations\n",
    )
    assert project.read() == HEAD + line("a.py") + line("b.py")
    assert project.errors() == []


def test_an_update_of_some_paths_leaves_the_others(project: Project) -> None:
    entries = [line("a.py"), line("gone.py"), line("sub/b.py"), line("sub/gone.py")]
    project.write({"a.py": "", "sub/b.py": "", NAME: "".join(entries)})
    assert project.ssot("baseline", "update", "sub", "--quiet") == (0, "", "")
    assert project.read() == HEAD + entries[0], "no commit hook is told of a deleted file"
    assert project.ssot("baseline", "update", "a.py", "--quiet") == (0, "", "")
    assert project.read() == HEAD
    assert project.update() == ""


def test_an_update_writes_what_a_merge_by_union_left_anew(project: Project) -> None:
    project.write(
        {"a.py": IMPORT, "b.py": IMPORT, NAME: line("b.py") + line("a.py") + line("b.py")}
    )
    assert project.ssot("baseline", "update")[2] == (
        f"ssot: {NAME}: rewritten; tolerates 2 violations\n"
    )
    assert project.read() == HEAD + line("a.py") + line("b.py")


@pytest.mark.parametrize("action", ACTIONS[1:])
def test_a_file_with_CRLF_keeps_it(project: Project, action: tuple[str, ...]) -> None:
    before = (HEAD + line("a.py", count=5) + line("b.py")).replace("\n", "\r\n")
    project.write({"a.py": IMPORT * 6, "b.py": IMPORT, NAME: before})
    if action == ("update",):
        project.write({"a.py": IMPORT})
    assert project.ssot("baseline", *action, "--quiet")[0] == 0
    after = project.read()
    count = 1 if action == ("update",) else 6
    reason = "" if action == ("update",) else "why"
    expected = HEAD + line("a.py", count=count, reason=reason) + line("b.py")
    assert after == expected.replace("\n", "\r\n")


def test_a_link_to_the_file_stays_one(project: Project) -> None:
    project.write({"a.py": "", "elsewhere.txt": line("a.py")})
    os.symlink("elsewhere.txt", project.root / NAME)
    assert project.update() == ""
    assert (project.root / NAME).is_symlink()
    assert project.read("elsewhere.txt") == HEAD


# --- add


def test_add_tolerates_what_is_new_in_some_files(project: Project) -> None:
    project.write({"a.py": IMPORT})
    project.create()
    project.write({"a.py": IMPORT * 2, "b.py": IMPORT + "Old()\n", "c.py": BROKEN, "d.py": IMPORT})
    assert project.ssot(
        "baseline", "add", "b.py", "c.py", "--reason", " until \n the  bridge "
    ) == (
        0,
        "",
        f"ssot: {NAME}: 3 violations added\n",
    )
    assert project.read() == HEAD + (
        line("a.py")
        + line("b.py", reason="until the bridge")
        + line("b.py", code="SSOT002", reason="until the bridge")
        + line("c.py", code="E999", reason="until the bridge")
    )
    assert project.errors("b.py", "c.py") == []
    assert project.check() == 1


def test_add_counts_up_what_is_there(project: Project) -> None:
    project.write({"a.py": IMPORT * 3, NAME: line("a.py")})
    assert project.ssot("baseline", "add", "a.py", "--reason=why", "--quiet") == (0, "", "")
    assert project.read() == HEAD + line("a.py", count=3, reason="why")


def test_add_makes_the_file_where_there_is_none(project: Project) -> None:
    project.write({"a.py": IMPORT, "b.py": IMPORT})
    assert project.ssot("baseline", "add", "a.py", "--reason=why", "--quiet") == (0, "", "")
    assert project.read() == HEAD + line("a.py", reason="why")


def test_add_of_what_none_can_tolerate(project: Project) -> None:
    project.write({"ssot.toml": CONFIG + PHASE.format("error"), "a.py": IMPORT, "b.py": IMPORT})
    project.write({NAME: ""})
    assert project.ssot("baseline", "add", "a.py", "b.py", "--reason=why") == (
        1,
        "",
        f"ssot: {NAME}: 1 violation added\n"
        "ssot: errors all the same: 1 violation that a phase or deadline forbids\n",
    )
    assert project.read() == HEAD + line("b.py", reason="why")


def test_add_of_a_file_that_is_excluded_adds_nothing(project: Project) -> None:
    project.write({"ssot.toml": 'exclude = ["a.py"]\n' + CONFIG, "a.py": IMPORT, NAME: HEAD})
    told = "ssot: a.py: no Python file that is looked at\n"
    assert project.ssot("baseline", "add", "a.py", "--reason=why") == (2, "", told)
    assert project.read() == HEAD


# --- merge


def test_merge_of_three_files_is_a_driver_for_git(project: Project) -> None:
    a, b, c = line("a.py"), line("b.py"), line("c.py")
    project.write({"base": a + b, "ours": b, "theirs": a + b + c, NAME: "untouched"})
    assert project.ssot("baseline", "merge", "base", "ours", "theirs") == (0, "", "")
    assert project.read("ours") == HEAD + b + c
    assert (project.read("base"), project.read("theirs")) == (a + b, a + b + c)
    assert project.read() == "untouched"


def test_merge_of_a_file_with_markers_and_no_git(project: Project) -> None:
    text = f"<<<<<<< HEAD\n{line('a.py')}=======\n{line('b.py')}>>>>>>> topic\n{line('c.py')}"
    project.write({"a.py": "", NAME: text})
    assert project.ssot("check")[0] == 2
    assert project.ssot("baseline", "merge") == (
        0,
        "",
        f"ssot: {NAME}: merged, tolerates 3 violations; next: `git add {NAME}`\n",
    )
    assert project.read() == HEAD + line("a.py") + line("b.py") + line("c.py")
    assert project.ssot("baseline", "merge") == (0, "", f"ssot: {NAME}: holds no conflict\n")


@GIT
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_merge_of_a_conflict_in_git(project: Project, newline: str) -> None:
    def put(*lines: str) -> None:
        project.write({NAME: (HEAD + "".join(lines)).replace("\n", newline)})
        project.commit()

    project.write({"a.py": ""})
    put(line("a.py", count=3), line("b.py"))
    project.git("checkout", "--quiet", "-b", "topic")
    put(line("a.py", count=2), line("b.py"), line("c.py"))
    project.git("checkout", "--quiet", "main")
    put(line("a.py", count=1))
    with pytest.raises(AssertionError):  # git says that there is a conflict
        project.git("merge", "--quiet", "topic")
    assert "<<<<<<<" in project.read()
    code, _, err = project.ssot("check")
    assert (code, err.partition(": holds")[2]) == (
        2,
        " a merge conflict; `ssot baseline merge` resolves it\n",
    )
    for _ in range(2):  # again, before `git add`: the same
        assert project.ssot("baseline", "merge")[0] == 0
        assert project.read() == (HEAD + line("a.py") + line("c.py")).replace("\n", newline)
    project.git("add", NAME)
    assert project.ssot("baseline", "merge")[2] == f"ssot: {NAME}: holds no conflict\n"


@GIT
def test_merge_as_a_driver_within_git(project: Project) -> None:
    project.write({".gitattributes": f"{NAME} merge=ssot-baseline\n"})
    project.write({NAME: HEAD + line("a.py") + line("b.py")})
    project.commit()
    driver = f"'{sys.executable}' -m flake8_ssot_engine baseline merge %O %A %B"
    project.git("config", "merge.ssot-baseline.driver", driver)
    project.git("checkout", "--quiet", "-b", "topic")
    project.write({NAME: HEAD + line("a.py")})
    project.commit()
    project.git("checkout", "--quiet", "main")
    project.write({NAME: HEAD + line("b.py") + line("c.py")})
    project.commit()
    project.git("merge", "--quiet", "--no-edit", "topic")
    assert project.read() == HEAD + line("c.py")
    assert project.git("status", "--porcelain") == ""


# --- where the file is


def test_a_file_elsewhere(project: Project) -> None:
    project.write({"ssot.toml": 'baseline = "conf/base.txt"\n' + CONFIG, "sub/a.py": IMPORT})
    assert project.ssot("baseline", "create", "--quiet") == (0, "", "")
    assert project.read("conf/base.txt") == HEAD + line("sub/a.py")
    assert project.check() == 0
    project.write({"sub/a.py": ""})
    assert project.errors() == ["conf/base.txt:2 SSOT009"]
    assert project.ssot("baseline", "update", "--quiet") == (0, "", "")
    assert project.read("conf/base.txt") == HEAD
    assert not (project.root / NAME).exists()


def test_a_configuration_that_is_named(project: Project) -> None:
    project.write({"conf/other.toml": CONFIG.replace("old.Old", "very.Old")})
    project.write({"conf/a.py": IMPORT + "from very import Old as O\n"})
    named = "--config=conf/other.toml"
    assert project.ssot("baseline", "create", named, "--quiet")[0] == 0
    assert project.read(f"conf/{NAME}") == HEAD + line("a.py").replace("old.Old", "very.Old")
    assert project.check(named) == 0
    assert project.check() == 1


def test_flake8s_own_configuration_may_name_it(project: Project) -> None:
    (project.root / "ssot.toml").unlink()
    project.write(
        {"setup.cfg": "[flake8]\nssot-moves = old.Old -> new.New\nssot-baseline = b.txt\n"}
    )
    project.write({"a.py": IMPORT})
    assert project.ssot("baseline", "create", "--quiet")[0] == 0
    assert project.read("b.txt") == HEAD + line("a.py")
    assert project.check() == 0


def test_a_nested_configuration_has_its_own(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write({"a.py": IMPORT, "sub/ssot.toml": CONFIG, "sub/b.py": IMPORT})
    assert project.create() == line("a.py")
    assert project.errors() == ["sub/b.py:1 SSOT001"]
    with monkeypatch.context() as patched:
        patched.chdir(project.root / "sub")
        assert project.ssot("baseline", "create", "--quiet")[0] == 0
    assert project.read(f"sub/{NAME}") == HEAD + line("b.py")
    assert project.errors() == []
    project.write({"a.py": "", "sub/b.py": ""})
    assert project.errors() == [f"{NAME}:2 SSOT009", f"sub/{NAME}:2 SSOT009"]
    assert project.update() == ""
    assert project.read(f"sub/{NAME}") == HEAD + line("b.py")


def test_configurations_that_extend_one_may_share_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write({"ssot.toml": 'baseline = "base.txt"\n' + CONFIG, "a.py": IMPORT})
    project.write({"sub/ssot.toml": 'extends = "../ssot.toml"\n', "sub/b.py": IMPORT})
    assert project.ssot("baseline", "create", "--quiet")[0] == 0
    assert project.read("base.txt") == HEAD + line("a.py") + line("sub/b.py")
    monkeypatch.chdir(project.root / "sub")
    assert project.errors() == []
    project.write({"a.py": "", "sub/b.py": ""})
    assert project.errors() == ["../base.txt:3 SSOT009"]
    assert project.ssot("baseline", "update", "--quiet")[0] == 0
    assert project.read("base.txt") == HEAD + line("a.py")


# --- the configuration


@pytest.mark.parametrize(
    ("enforce", "code"),
    [pytest.param("off", 0, id="off"), ("ratchet", 0), pytest.param("error", 1, id="error")],
)
def test_enforcement(project: Project, enforce: str, code: int) -> None:
    project.write({"a.py": IMPORT})
    entries = project.create()
    project.write({"ssot.toml": CONFIG + PHASE.format(enforce)})
    assert project.check() == code
    assert project.update() == entries
    project.write({"a.py": IMPORT * 2})
    assert project.check() == int(enforce != "off")


@pytest.mark.parametrize(
    ("days", "code"),
    [
        pytest.param(-1, 1, id="yesterday"),
        pytest.param(0, 1, id="today"),
        pytest.param(1, 0, id="tomorrow"),
    ],
)
@pytest.mark.parametrize("enforce", ["off", "ratchet"])
def test_deadline(project: Project, days: int, code: int, enforce: str) -> None:
    project.write({"a.py": IMPORT})
    project.create()
    day = datetime.date.today() + datetime.timedelta(days)
    dated = CONFIG.replace('"1"', f'"1"\ndeadline = {day}')
    project.write({"ssot.toml": dated + PHASE.format(enforce)})
    assert project.check() == code
    assert project.update() == line("a.py")


def test_a_deadline_is_for_one_migration_alone(project: Project) -> None:
    other = CONFIG.replace('"1"', '"2"\ndeadline = 2020-01-01').replace("old.Old", "old2.Old")
    project.write({"ssot.toml": CONFIG + other, "a.py": IMPORT + "from old2 import Old as O\n"})
    assert project.create() == line("a.py")
    assert project.errors() == ["a.py:2 SSOT001"]


@pytest.mark.parametrize(
    "config",
    [
        pytest.param('per-file-ignores = { "a.py" = ["SSOT001"] }\n' + CONFIG, id="per-file"),
        pytest.param('ignore = ["SSOT001"]\n' + CONFIG, id="ignore"),
        pytest.param('select = ["SSOT002"]\n' + CONFIG, id="select"),
        pytest.param(CONFIG.replace('"1"', '"1"\nowners = ["a.py"]'), id="owner"),
        pytest.param('exclude = ["a.py"]\n' + CONFIG, id="exclude"),
    ],
)
def test_what_is_not_reported_is_not_written(project: Project, config: str) -> None:
    project.write({"ssot.toml": config, "a.py": IMPORT, "b.py": ""})
    assert project.create() == ""
    assert project.check() == 0


def test_a_noqa_needs_no_entry(project: Project) -> None:
    noted = IMPORT.replace("\n", "  # noqa: SSOT001\n")
    project.write({"a.py": noted + IMPORT})
    assert project.create() == line("a.py")
    project.write({"a.py": noted * 2})
    assert project.errors() == [f"{NAME}:2 SSOT009"]
    assert project.update() == ""
    project.write({"a.py": noted + IMPORT})
    assert project.errors() == ["a.py:2 SSOT001"]


def test_a_noqa_that_suppresses_nothing_is_tolerated_as_well(project: Project) -> None:
    project.write({"a.py": "x = 1  # noqa: SSOT001\n"})
    assert project.create() == "a.py\tSSOT009\t<module>\tSSOT001\t1\n"
    assert project.check() == 0


# --- names of files


@LINUX
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a b.py", id="blank"),
        pytest.param("a\tb.py", id="tab"),
        pytest.param("a\nb.py", id="newline"),
        pytest.param("a\\tb.py", id="backslash"),
        pytest.param("a\udcff.py", id="not-utf-8"),
        pytest.param("é𝒳.py", id="wide"),
        pytest.param(" a.py", id="blank-in-front"),
        pytest.param("-a.py", id="dash-in-front"),
        pytest.param("a\u2028\x0c.py", id="line-separators"),
    ],
)
def test_odd_names(project: Project, name: str) -> None:
    project.write({name: IMPORT, "z/" + name: IMPORT})
    assert project.create().count("\n") == 2
    assert project.errors() == []
    project.write({name: ""})
    assert project.check() == 1
    assert project.update().count("\n") == 1
    assert project.errors() == []


def test_the_number_of_processes_changes_nothing(project: Project) -> None:
    project.write({f"m{number:03}.py": IMPORT * (number % 3) for number in range(300)})
    assert project.ssot("baseline", "create", "--jobs=1", "--quiet")[0] == 0
    alone = project.read()
    (project.root / NAME).unlink()
    assert project.ssot("baseline", "create", "--jobs=3", "--quiet")[0] == 0
    assert project.read() == alone
    assert alone.count("\n") == 201
    assert project.errors() == []


# --- merges that are hard


def test_merge_of_three_files_keeps_CRLF(project: Project) -> None:
    both = (HEAD + line("a.py") + line("b.py")).replace("\n", "\r\n")
    project.write({"base": both, "ours": both, "theirs": HEAD + line("b.py")})
    assert project.ssot("baseline", "merge", "base", "ours", "theirs") == (0, "", "")
    assert project.read("ours") == (HEAD + line("b.py")).replace("\n", "\r\n")


def test_merge_of_three_files_of_which_ours_cannot_be_replaced(project: Project) -> None:
    project.write({"base": "", "ours": "", "theirs": line("a.py")})
    os.link(project.root / "ours", project.root / "other")
    code, out, err = project.ssot("baseline", "merge", "base", "ours", "theirs")
    assert (code, out) == (2, "")
    assert err.startswith("ssot: ours: cannot be written: has other hard links")


@GIT
def test_merge_where_the_common_ancestor_is_in_conflict_itself(project: Project) -> None:
    def put(count: int, *lines: str) -> None:
        project.write({NAME: HEAD + line("a.py", count=count) + "".join(lines)})
        project.commit()

    project.write({"a.py": ""})
    put(9, line("b.py"))
    project.git("checkout", "--quiet", "-b", "topic")
    put(8, line("b.py"))
    project.git("checkout", "--quiet", "main")
    put(7, line("b.py"))
    for branch, other, count in (("main", "topic", 6), ("topic", "main~1", 5)):
        project.git("checkout", "--quiet", branch)
        with pytest.raises(AssertionError):
            project.git("merge", "--quiet", other)
        put(count)
    with pytest.raises(AssertionError):  # two common ancestors, which are in conflict
        project.git("merge", "--quiet", "main")
    assert "Temporary merge branch" in project.git("show", f":1:{NAME}")
    assert project.ssot("baseline", "merge")[0] == 0
    lines = project.read().removeprefix(HEAD).splitlines()
    assert [one.split("\t")[0] for one in lines] == ["a.py"]


# --- adding what is not of this project


def test_add_of_files_of_another_configuration_says_so(project: Project) -> None:
    project.write({"sub/ssot.toml": CONFIG, "sub/b.py": IMPORT})
    code, _, err = project.ssot("baseline", "add", "sub", "--reason=why")
    assert code == 2
    assert "sub/ssot.toml" in err
    assert not (project.root / NAME).exists()


def test_add_of_nothing_makes_no_file(project: Project) -> None:
    project.write({"a.py": ""})
    assert project.ssot("baseline", "add", "a.py", "--reason=why")[0] == 0
    assert not (project.root / NAME).exists()


def test_create_in_a_nested_project_that_shares_the_baseline(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write({"ssot.toml": 'baseline = "base.txt"\n' + CONFIG, "a.py": IMPORT})
    project.write({"sub/ssot.toml": 'extends = "../ssot.toml"\n', "sub/b.py": IMPORT})
    monkeypatch.chdir(project.root / "sub")
    assert project.ssot("baseline", "create", "--quiet")[0] == 0
    assert project.read("base.txt") == HEAD + line("a.py") + line("sub/b.py")


@pytest.mark.parametrize(
    "name", [pytest.param("#a.py", id="hash"), pytest.param("=======a.py", id="marker")]
)
def test_names_that_look_like_something_else(project: Project, name: str) -> None:
    project.write({name: IMPORT})
    assert project.create().count("\n") == 1
    assert project.errors() == []


@GIT
def test_of_several_in_a_renamed_function_the_newest_is_named(project: Project) -> None:
    project.write({"a.py": "def f():\n    from old import Old\n"})
    project.create()
    project.commit()
    project.write({"a.py": "def g():\n    from old import Old as A\n    from old import Old\n"})
    assert project.errors() == ["a.py:2 SSOT001"]


def test_add_of_files_of_which_some_are_of_another_configuration(project: Project) -> None:
    project.write({"sub/ssot.toml": CONFIG, "sub/b.py": IMPORT, "a.py": IMPORT})
    _, _, err = project.ssot("baseline", "add", "a.py", "sub/b.py", "--reason=why")
    assert "sub/b.py" in err


@GIT
def test_the_newest_is_named_whatever_blame_is_told_to_ignore(project: Project) -> None:
    project.write({"a.py": IMPORT})
    project.create()
    project.commit()
    project.git("config", "blame.ignoreRevsFile", ".git-blame-ignore-revs")
    project.write({"a.py": "from old import Old as A\n" + IMPORT})
    assert project.errors() == ["a.py:1 SSOT001"]


def test_what_people_note_in_the_file_stays(project: Project) -> None:
    note = "# the till goes in spring: leave it alone\n"
    project.write({"a.py": IMPORT, "b.py": "", NAME: line("b.py") + note + line("a.py")})
    assert project.ssot("baseline", "update", "--quiet")[0] == 0
    assert project.read() == HEAD + note + line("a.py")
    assert project.update() == note + line("a.py")
