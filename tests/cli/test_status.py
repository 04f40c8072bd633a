"""`ssot status`: the figures, their kinds, and that they fit a terminal."""

from __future__ import annotations

import datetime
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.campaign.journal import Change, Journal
from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.sample import lay_out as lay_out_sample
from flake8_ssot_engine.sample.by_hand import apply_by_hand

CONFIG = """\
source-roots = ["."]

[[migration]]
id = "1"
title = "Old to new"
owners = ["pkg/old.py"]

[[migration.move]]
old = "pkg.old.OldEngine"
new = "pkg.new.NewEngine"

[[migration.phase]]
name = "first"
paths = ["app/**"]
enforce = "off"

[[migration.phase]]
name = "second"
paths = ["docs/**", "tests/**"]
enforce = "error"
"""
FILES = {
    "ssot.toml": CONFIG,
    "pkg/__init__.py": "",
    "pkg/new.py": "class NewEngine: ...\n",
    "pkg/old.py": "class OldEngine: ...\n",
    "app/a.py": "from pkg.old import OldEngine\n\nx: OldEngine = OldEngine()  # an OldEngine\n",
    "tests/t.py": "from pkg.old import OldEngine as E\n\nisinstance(1, E)\nOldEngineTest = 1\n",
    "docs/d.md": "`pkg.old.OldEngine`, the OldEngine; TheOldEngine\n",
    "rest.py": "class OldEngine: ...  # another one\n",
    "left.py": "import pkg.old\n\npkg.old.OldEngine\n",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def status(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["status", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == 1
    (migration,) = document["migrations"]
    assert isinstance(migration, dict)
    return migration


def test_every_count_by_phase_and_kind(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = status(capsys)
    assert (found["id"], found["title"], found["retired"]) == ("1", "Old to new", None)
    phases = {phase["name"]: phase for phase in found["phases"]}
    assert list(phases) == ["first", "second", None]
    assert {name: phase["enforce"] for name, phase in phases.items()} == {
        "first": "off",
        "second": "error",
        None: "ratchet",
    }
    assert {name: phase["left"]["references"] for name, phase in phases.items()} == {
        "first": {"annotation": 1, "import": 1, "instantiation": 1},
        "second": {"import": 1, "isinstance": 1, "text": 1},
        None: {"attribute": 1},
    }
    # That a phase is off hides nothing here.
    assert [phase["left"]["violations"] for phase in phases.values()] == [2, 2, 1]
    assert [phase["left"]["fixable"] for phase in phases.values()] == [2, 2, 1]
    assert [phase["was"]["violations"] for phase in phases.values()] == [2, 2, 1]
    assert [phase["done"] for phase in phases.values()] == [None] * 3


def test_look_alikes_add_up_to_what_grep_counts(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grep = ["grep", "-ro", "OldEngine", "app", "docs", "tests", "pkg", "rest.py", "left.py"]
    hits = len(subprocess.run(grep, capture_output=True, text=True, check=True).stdout.splitlines())
    (alike,) = status(capsys)["look_alikes"]
    assert alike == {
        "name": "OldEngine",
        "hits": hits,
        "references": 5,  # app/a.py three, tests/t.py and left.py one each
        "texts": 1,
        "longer_names": 2,  # OldEngineTest, TheOldEngine
        "owned": 1,
        "others": 3,  # a comment, a word of prose, another class
        "others_in": [{"path": path, "words": 1} for path in ("app/a.py", "docs/d.md", "rest.py")],
    }
    assert hits == 12


def test_text_fits_eighty_columns(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = (root / "ssot.toml").read_text("utf-8")
    for number in range(9):
        config += f'\n[[migration.phase]]\nname = "{"long name " * 5}{number}"\npaths = ["x"]\n'
    (root / "ssot.toml").write_text(config, "utf-8")
    assert main(["status"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1: Old to new: 5 of 5 violations left"
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("import") for line in lines)


def test_hostile_names_are_escaped(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = CONFIG.replace('"first"', '"[red]\u202efirst"').replace("Old to new", "a \\u001b[31m")
    (root / "ssot.toml").write_text(config, "utf-8")
    assert main(["status"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "[red]" in out


def test_what_was_there_and_when_it_was_done_outlast_a_phase(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate", "--phase", "first"]) == 0
    capsys.readouterr()
    first, second, _ = status(capsys)["phases"]
    assert first["left"]["violations"] == 0
    assert first["was"] == {
        "violations": 2,
        "references": {"annotation": 1, "import": 1, "instantiation": 1},
    }
    assert first["done"] is not None
    assert first["run"] == "0001-first"
    assert (second["done"], second["was"]["violations"]) == (None, 2)
    # A phase that was rolled back is not done, and what there was is still known.
    assert main(["rollback"]) == 0
    capsys.readouterr()
    found = status(capsys)
    assert [phase["done"] for phase in found["phases"]] == [None] * 3
    assert found["next"] == "`ssot migrate --phase first`"


def test_a_run_that_was_cut_short_is_told_of(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = Journal.begin(str(root), "first", {"migration": "1", "phase": "first"})
    journal.record([Change(str(root / "left.py"), b"x", b"y")])
    assert main(["status"]) == 0
    assert "the run 0001-first was cut short" in capsys.readouterr().err


def test_next_step_leads_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out_sample(tmp_path / "sample")
    monkeypatch.chdir(tmp_path / "sample")
    config = tmp_path / "sample" / "ssot.toml"
    lines = config.read_text("utf-8").splitlines()
    config.write_text("\n".join(line for line in lines if "python " not in line), "utf-8")
    config.write_text(config.read_text("utf-8").replace("validate = [\n]", ""), "utf-8")
    told = []
    for _ in range(4):
        told.append(status(capsys)["next"])
        assert main(["migrate"]) == 0
        capsys.readouterr()
    assert told == [
        f"`ssot migrate --phase {name}`"
        for name in ("critical-path", "integration", "tests", "documentation-and-cleanup")
    ]
    assert status(capsys)["next"] == ("7 violations for a person: `ssot check` says where and what")
    apply_by_hand(tmp_path / "sample")
    assert status(capsys)["next"] == "`ssot retire`"
    assert main(["retire"]) == 0
    capsys.readouterr()
    assert status(capsys)["next"].startswith("nothing; the bridge was removed on 20")
    assert main(["migrate"]) == 0
    assert "nothing left to fix" in capsys.readouterr().err


# --- what is enforced, and what has to be done about it


def test_what_fails_and_what_the_baseline_tolerates(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def of_phases() -> dict[str | None, tuple[int, int]]:
        found = status(capsys)["phases"]
        return {p["name"]: (p["left"]["failing"], p["left"]["tolerated"]) for p in found}

    assert of_phases() == {"first": (0, 0), "second": (2, 0), None: (1, 0)}
    assert main(["baseline", "create"]) == 0
    capsys.readouterr()
    # What is off is not held by a baseline, and where all are errors none is tolerated.
    assert of_phases() == {"first": (0, 0), "second": (2, 0), None: (0, 1)}
    (root / "left.py").write_text(
        "import pkg.old\n\npkg.old.OldEngine\npkg.old.OldEngine\n", "utf-8"
    )
    assert of_phases() == {"first": (0, 0), "second": (2, 0), None: (1, 1)}
    assert main(["check", "--exit-zero", "--format=json"]) == 0
    reported = json.loads(capsys.readouterr().out)["violations"]
    assert sum(not one["baselined"] for one in reported) == 3
    main(["status"])
    told = (
        "of these, `ssot check` fails for 3, the baseline tolerates 1, phases that are off hold 2"
    )
    assert told in " ".join(capsys.readouterr().out.split())


def test_a_stale_baseline_is_to_be_updated(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["baseline", "create"]) == 0
    for name in ("left.py", "tests/t.py"):
        (root / name).unlink()
    capsys.readouterr()
    assert status(capsys)["next_step"] == {
        "what": "update-baseline",
        "command": "ssot baseline update",
        "reason": "nothing needs 1 entry of the baseline any more; in CI that fails",
    }
    (root / "app" / "a.py").unlink()
    assert status(capsys)["next_step"]["what"] == "update-baseline"  # though no file is left
    (root / "app" / "a.py").write_text(FILES["app/a.py"], "utf-8")
    assert main(["baseline", "update"]) == 0
    capsys.readouterr()
    assert status(capsys)["next_step"]["command"] == "ssot migrate --phase first"


def test_a_baseline_of_several_migrations_is_judged_as_one(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = '\n[[migration]]\nid = "2"\n[[migration.move]]\nold = "pkg.b.B"\nnew = "pkg.new.B"\n'
    (root / "ssot.toml").write_text(CONFIG + config, "utf-8")
    (root / "both.py").write_text("from pkg.b import B\nfrom pkg.old import OldEngine\n", "utf-8")
    assert main(["baseline", "create"]) == 0
    capsys.readouterr()
    assert main(["status", "--format=json"]) == 0
    first, second = json.loads(capsys.readouterr().out)["migrations"]
    assert first["next_step"]["what"] == second["next_step"]["what"].replace("fix", "migrate")
    assert first["phases"][-1]["left"]["tolerated"] == 2
    assert second["phases"][-1]["left"]["tolerated"] == 1


@pytest.mark.parametrize(
    ("days", "told", "enforce"),
    [
        (40, "40 days left: from then on each violation left (5 now) is an error", "off"),
        (1, "1 day left: from then on each violation left (5 now) is an error", "off"),
        (0, ", today: every violation is an error, whatever was tolerated", "error"),
        (-3, ", 3 days ago: every violation is an error, whatever was tolerated", "error"),
    ],
)
def test_the_deadline(
    days: int, told: str, enforce: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    date = datetime.date.today() + datetime.timedelta(days)
    config = CONFIG.replace('id = "1"', f'id = "1"\ndeadline = {date}')
    (root / "ssot.toml").write_text(config, "utf-8")
    found = status(capsys)
    assert (found["deadline"], found["days_left"]) == (str(date), days)
    assert found["phases"][0]["enforce"] == enforce
    assert main(["status"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert f"deadline {date}" in out
    assert told in out


# --- by owner, by package


def test_by_owner(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / ".github").mkdir()
    (root / ".github" / "CODEOWNERS").write_text("*.py @py\n/app/ @py @app\n[\n", "utf-8")
    found = status(capsys)
    assert {one["name"]: (one["files"], one["violations"]) for one in found["owners"]} == {
        "@py": (3, 4),
        "@app": (1, 2),
        "(no owner)": (1, 1),
    }
    assert main(["status", "--by=owner"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1: Old to new: 5 of 5 violations left",
        "of these, `ssot check` fails for 3, phases that are off hold 2",
        "owner       files  left  fixable  references",
        "@py             3     4        4           6",
        "@app            1     2        2           3",
        "(no owner)      1     1        1           1",
        "a file with several owners counts for each of them",
        "CODEOWNERS: 1 line passed over, as a code host does with what is invalid: 3",
        "next: `ssot migrate --phase first`: 2 of 2 violations can be fixed safely",
    ]


def test_without_codeowners_nobody_is_known(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(capsys)["owners"] is None
    assert main(["status", "--by=owner"]) == 0
    out = capsys.readouterr().out
    assert "(no owner)      4     5        5           7\n" in out
    assert "the repository has no CODEOWNERS, so nobody is known to own a file\n" in out


def test_by_package(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = status(capsys)["packages"]
    assert [(one["name"], one["files"], one["references"]) for one in found] == [
        ("app", 1, {"annotation": 1, "import": 1, "instantiation": 1}),
        ("tests", 1, {"import": 1, "isinstance": 1}),
        ("(no package)", 1, {"attribute": 1}),
        ("docs", 1, {"text": 1}),
    ]
    assert main(["status", "--by=package"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:7]] == ["package", "app", "tests", "(no", "docs"]
    assert "references     1" not in lines


@pytest.mark.parametrize("place", [".", "services/api"])
def test_codeowners_are_of_the_repository_and_not_of_the_project(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in FILES.items():
        path = tmp_path / place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    (tmp_path / "CODEOWNERS").write_text("/services/api/app/ @inner\n/app/ @outer\n", "utf-8")
    monkeypatch.chdir(tmp_path / place)
    owner = "@outer" if place == "." else "@inner"
    assert [one["name"] for one in status(capsys)["owners"]] == ["(no owner)", owner]


def test_hostile_owners_and_packages_are_escaped(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "CODEOWNERS").write_bytes(b"/app/ @a\x1b[31m @[red]\xe2\x80\xae\n*.py @\xff\xfe\n")
    (root / "a|`@team\u202e").mkdir()
    (root / "a|`@team\u202e" / "x.py").write_text("from pkg.old import OldEngine\n", "utf-8")
    for form in ("text", "json", "markdown"):
        for by in ([], ["--by=owner"], ["--by=package"]):
            assert main(["status", "--color=never", f"--format={form}", *by]) == 0
            out = capsys.readouterr().out
            assert "\x1b" not in out
            assert "\u202e" not in out


# --- where there is little


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_an_empty_folder(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["status", f"--format={form}"]) == 0
    out = capsys.readouterr().out
    assert "ssot retire" in out


def test_colour_is_for_a_terminal_alone(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 0
    plain = capsys.readouterr().out
    assert main(["status", "--color=always"]) == 0
    coloured = capsys.readouterr().out
    assert "\x1b[" in coloured
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
