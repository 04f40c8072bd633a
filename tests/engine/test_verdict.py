"""The verdict on a run: what is held, what is stale, what was not looked at."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.engine.baseline import Baseline, render_baseline
from flake8_ssot_engine.engine.run import check_each
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.engine.verdict import Verdict, judge_results
from flake8_ssot_engine.errors import ConfigError
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.violations import Severity

CONFIG = """\
[[migration]]
id = "1"
[[migration.move]]
old = "old.Old"
new = "new.New"
"""
PHASE = '[[migration.phase]]\nname = "p"\npaths = ["a.py"]\nenforce = "{}"\n'
IMPORT = "from old import Old\n"
IN_F = "def f():\n    from old import Old\n"


def line(path: str, *, code: str = "SSOT001", scope: str = "<module>", count: int = 1) -> str:
    symbol = "SyntaxError" if code == "E999" else "old.Old"
    return f"{path}\t{code}\t{scope}\t{symbol}\t{count}\n"


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def judged(
    root: Path,
    *paths: str,
    covered: Sequence[str] | None = None,
    severity: Severity = Severity.WARNING,
) -> Verdict:
    """Judge some paths of a project (default: all of it), all of which is covered by default."""
    finder = ConfigFinder()
    top = [str(root / path) for path in paths] or [str(root)]
    tasks = [
        Task(path, os.path.relpath(path, root), settings)
        for path, settings in find_files(top, finder)
    ]
    results = check_each(tasks, jobs=1)
    looked_at = top if covered is None else [str(root / path) for path in covered]
    return judge_results(tasks, results, covered=looked_at, severity=severity)


def told(verdict: Verdict) -> list[str]:
    """Return `path:line code severity` of all findings and errors, the stale entries last."""
    found = [one for result in verdict.results for one in result.findings] + verdict.unused
    lines = [
        f"{one.path}:{one.start.line} {one.violation.code} {one.severity.value}" for one in found
    ]
    errors = [result.error for result in verdict.results if result.error]
    return lines + [
        f"{one.path} {one.code} {'hint' if one.is_baselined else 'error'}" for one in errors
    ]


def after(verdict: Verdict) -> str:
    """Return what is to become of the only baseline, without its head."""
    ((_, new),) = verdict.baselines
    return render_baseline(new).decode().partition("\n")[2]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ssot.toml").write_text(CONFIG)


STALE = "ssot-baseline.txt:1 SSOT009 warning"
TABLE = [
    # files, the baseline; what is told, what becomes of the baseline
    pytest.param({"a.py": IMPORT}, "", ["a.py:1 SSOT001 error"], "", id="new"),
    pytest.param(
        {"a.py": IMPORT}, line("a.py"), ["a.py:1 SSOT001 hint"], line("a.py"), id="tolerated"
    ),
    pytest.param({"a.py": "x = 1\n"}, line("a.py"), [STALE], "", id="fixed"),
    pytest.param({"b.py": "x = 1\n"}, line("a.py"), [STALE], "", id="file-gone"),
    pytest.param(
        {"a.py": IMPORT},
        line("a.py", count=3),
        ["a.py:1 SSOT001 hint", STALE],
        line("a.py"),
        id="some-fixed",
    ),
    pytest.param(
        {"a.py": IMPORT * 2},
        line("a.py"),
        ["a.py:1 SSOT001 hint", "a.py:2 SSOT001 error"],
        line("a.py"),
        id="one-more",
    ),
    pytest.param(
        {"a.py": "\n\n# more\n" + IMPORT},
        line("a.py"),
        ["a.py:4 SSOT001 hint"],
        line("a.py"),
        id="moved-down",
    ),
    pytest.param(
        {"a.py": IN_F},
        line("a.py", scope="g"),
        ["a.py:2 SSOT001 hint"],
        line("a.py", scope="f"),
        id="renamed-function",
    ),
    pytest.param(
        {"a.py": IN_F},
        line("a.py"),
        ["a.py:2 SSOT001 error", STALE],
        "",
        id="swapped-for-one-in-a-function",
    ),
    pytest.param(
        {"b.py": IMPORT, "a.py": "x = 1\n"},
        line("a.py"),
        ["b.py:1 SSOT001 error", STALE],
        "",
        id="swapped-for-one-in-another-file",
    ),
    pytest.param({"a.py": "def ("}, "", ["a.py E999 error"], "", id="newly-broken"),
    pytest.param(
        {"a.py": "def ("},
        line("a.py", code="E999"),
        ["a.py E999 hint"],
        line("a.py", code="E999"),
        id="broken-and-tolerated",
    ),
    pytest.param({"a.py": "x = 1\n"}, line("a.py", code="E999"), [STALE], "", id="mended"),
    pytest.param(
        {"a.py": IMPORT + "def ("},
        line("a.py", code="E999") + line("a.py"),
        ["a.py:1 SSOT001 hint", "a.py E999 hint"],
        line("a.py", code="E999") + line("a.py"),
        id="broken-with-an-import",
    ),
    pytest.param(
        {"a.py": IMPORT + "def ("},
        line("a.py", code="SSOT002"),
        ["a.py:1 SSOT001 error", "a.py E999 error"],
        line("a.py", code="SSOT002"),
        id="what-a-broken-file-does-not-show-is-kept",
    ),
]


@pytest.mark.parametrize(("files", "baseline", "expected", "remaining"), TABLE)
def test_whole_project(
    tmp_path: Path, files: dict[str, str], baseline: str, expected: list[str], remaining: str
) -> None:
    write(tmp_path, files)
    (tmp_path / "ssot-baseline.txt").write_text(baseline)
    verdict = judged(tmp_path)
    assert told(verdict) == expected
    assert after(verdict) == remaining


def test_without_a_baseline_everything_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": IMPORT})
    verdict = judged(tmp_path)
    assert told(verdict) == ["a.py:1 SSOT001 error"]
    assert after(verdict) == ""
    assert not (tmp_path / "ssot-baseline.txt").exists()


# --- what a stale entry says


def test_a_stale_entry_stands_where_it_is_written(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": IMPORT, "b.py": ""})
    text = "# head\n\n" + line("b.py", count=2) + line("a.py", count=2)
    (tmp_path / "ssot-baseline.txt").write_text(text)
    (fixed, some) = judged(tmp_path, severity=Severity.ERROR).unused
    assert [(one.path, one.start.line, one.severity.value) for one in (fixed, some)] == [
        ("ssot-baseline.txt", 3, "error"),
        ("ssot-baseline.txt", 4, "error"),
    ]
    assert fixed.violation.message == (
        "the baseline tolerates 2 SSOT001 of `old.Old` in `<module>` of `b.py` more than there"
        " are; run `ssot baseline update`"
    )
    assert some.violation.message == (
        "the baseline tolerates 1 SSOT001 of `old.Old` in `<module>` of `a.py` more than there"
        " are; run `ssot baseline update`"
    )
    assert fixed.lines == (line("b.py", count=2).rstrip(),)
    assert (fixed.start.column, fixed.end.column) == (1, len(fixed.lines[0]) + 1)


def test_a_wrong_baseline_is_an_error_of_its_user(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "ssot-baseline.txt": "broken\n"})
    with pytest.raises(ConfigError, match=r"ssot-baseline.txt:1: is not"):
        judged(tmp_path)


# --- what was not looked at

EVERY = line("a.py") + line("gone.py") + line("sub/b.py") + line("sub/gone.py")


@pytest.mark.parametrize(
    ("paths", "covered", "stale", "remaining"),
    [
        pytest.param([], None, [1, 2, 3, 4], "", id="all"),
        pytest.param(["a.py"], None, [1], EVERY.partition("\n")[2], id="a-file"),
        pytest.param(["sub"], None, [3, 4], line("a.py") + line("gone.py"), id="a-folder"),
        pytest.param(
            ["sub"],
            [],
            [3],
            line("a.py") + line("gone.py") + line("sub/gone.py"),
            id="not-all-of-it",
        ),
    ],
)
def test_only_what_was_looked_at_is_stale(
    tmp_path: Path, paths: list[str], covered: list[str] | None, stale: list[int], remaining: str
) -> None:
    write(tmp_path, {"a.py": "", "sub/b.py": "", "subway.py": "", "ssot-baseline.txt": EVERY})
    verdict = judged(tmp_path, *paths, covered=covered)
    assert [one.start.line for one in verdict.unused] == stale
    assert after(verdict) == remaining


def test_a_folder_covers_no_folder_whose_name_begins_alike(tmp_path: Path) -> None:
    write(tmp_path, {"sub/b.py": "", "ssot-baseline.txt": line("subway/gone.py")})
    assert judged(tmp_path, "sub").unused == []


@pytest.mark.parametrize(
    ("config", "code"),
    [
        pytest.param('ignore = ["SSOT001"]\n' + CONFIG, "SSOT001", id="ignored"),
        pytest.param('select = ["SSOT002"]\n' + CONFIG, "SSOT001", id="not-selected"),
        pytest.param(CONFIG + PHASE.format("off"), "SSOT001", id="phase-off"),
    ],
)
def test_what_was_not_looked_for_is_kept(tmp_path: Path, config: str, code: str) -> None:
    write(tmp_path, {"ssot.toml": config, "a.py": "", "ssot-baseline.txt": line("a.py", code=code)})
    verdict = judged(tmp_path)
    assert told(verdict) == []
    assert after(verdict) == line("a.py", code=code)


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(
            'per-file-ignores = { "a.py" = ["SSOT001"] }\n' + CONFIG, id="per-file-ignores"
        ),
        pytest.param(CONFIG.replace('"1"', '"1"\nowners = ["a.py"]'), id="owner"),
        pytest.param('exclude = ["a.py"]\n' + CONFIG, id="excluded"),
    ],
)
def test_what_the_configuration_lets_pass_needs_no_entry(tmp_path: Path, config: str) -> None:
    write(
        tmp_path,
        {"ssot.toml": config, "a.py": IMPORT, "b.py": "", "ssot-baseline.txt": line("a.py")},
    )
    verdict = judged(tmp_path)
    assert told(verdict) == [STALE]
    assert after(verdict) == ""


def test_a_file_that_cannot_be_read_keeps_its_entries(tmp_path: Path) -> None:
    entries = line("a.py", code="E999") + line("a.py")
    write(tmp_path, {"ssot-baseline.txt": entries})
    os.symlink("nowhere", tmp_path / "a.py")
    verdict = judged(tmp_path)
    assert told(verdict) == ["a.py E902 error"]
    assert after(verdict) == entries


# --- what is enforced


def test_a_strict_phase_tolerates_nothing_and_says_why(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "ssot.toml": CONFIG + PHASE.format("error"),
            "a.py": IMPORT,
            "b.py": IMPORT,
            "ssot-baseline.txt": line("a.py") + line("b.py"),
        },
    )
    verdict = judged(tmp_path)
    assert told(verdict) == ["a.py:1 SSOT001 error", "b.py:1 SSOT001 hint"]
    message = verdict.results[0].findings[0].violation.message
    assert message.endswith("[enforced: the phase `p` tolerates none] (1)")
    assert after(verdict) == line("a.py") + line("b.py")


@pytest.mark.parametrize(
    ("days", "severity"),
    [
        pytest.param(-1, "error", id="yesterday"),
        pytest.param(0, "error", id="today"),
        pytest.param(1, "hint", id="tomorrow"),
    ],
)
def test_a_deadline(tmp_path: Path, days: int, severity: str) -> None:
    day = datetime.date.today() + datetime.timedelta(days)
    config = CONFIG.replace('"1"', f'"1"\ndeadline = {day}')
    write(tmp_path, {"ssot.toml": config, "a.py": IMPORT, "ssot-baseline.txt": line("a.py")})
    verdict = judged(tmp_path)
    assert told(verdict) == [f"a.py:1 SSOT001 {severity}"]
    told_why = f"[enforced: the deadline {day} has come]" in (
        verdict.results[0].findings[0].violation.message
    )
    assert told_why is (severity == "error")
    assert after(verdict) == line("a.py")


def test_what_is_new_is_not_said_to_be_enforced(tmp_path: Path) -> None:
    write(tmp_path, {"ssot.toml": CONFIG + PHASE.format("error"), "a.py": IMPORT})
    (result,) = judged(tmp_path).results
    assert "enforced" not in result.findings[0].violation.message


# --- several baselines


def test_each_configuration_has_its_own_baseline(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.py": IMPORT,
            "sub/a.py": IMPORT,
            "sub/ssot.toml": CONFIG,
            "ssot-baseline.txt": line("sub/a.py"),
            "sub/ssot-baseline.txt": line("a.py"),
        },
    )
    verdict = judged(tmp_path)
    assert told(verdict) == ["a.py:1 SSOT001 error", "sub/a.py:1 SSOT001 hint", STALE]
    assert [os.path.relpath(old.path, tmp_path) for old, _ in verdict.baselines] == [
        "ssot-baseline.txt",
        "sub/ssot-baseline.txt",
    ]


def test_a_shared_baseline_is_judged_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "ssot.toml": 'baseline = "conf/base.txt"\n' + CONFIG,
            "sub/ssot.toml": 'extends = "../ssot.toml"\n',
            "a.py": IMPORT,
            "sub/a.py": IMPORT,
            "conf/base.txt": line("a.py") + line("sub/a.py") + line("sub/gone.py"),
        },
    )
    verdict = judged(tmp_path)
    assert told(verdict) == [
        "a.py:1 SSOT001 hint",
        "sub/a.py:1 SSOT001 hint",
        "conf/base.txt:3 SSOT009 warning",
    ]
    assert after(verdict) == line("a.py") + line("sub/a.py")


def test_reasons_stay_with_their_entries(tmp_path: Path) -> None:
    with_reason = line("a.py").replace("\n", "\t# why\n")
    write(tmp_path, {"a.py": IMPORT, "ssot-baseline.txt": with_reason + line("gone.py")})
    assert after(judged(tmp_path)) == with_reason


def test_nothing_looked_at_is_no_verdict() -> None:
    assert judge_results([], [], covered=["/"]) == Verdict([], [], [])


def test_the_baseline_before_is_handed_on_as_it_was_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "ssot-baseline.txt": line("a.py")})
    ((old, new),) = judged(tmp_path).baselines
    assert isinstance(old, Baseline)
    assert (len(list(old.entries())), len(list(new.entries()))) == (1, 0)


@pytest.mark.parametrize(
    ("code", "files"),
    [
        pytest.param("SSOT002", {"a.py": "from new import New\n"}, id="factory-only"),
        pytest.param("SSOT003", {"a.py": "from new import New\n"}, id="alias"),
        pytest.param("SSOT006", {"a.py": "x = 1\n"}, id="duplicate"),
    ],
)
def test_what_was_not_looked_for_is_kept_by_its_new_name_too(
    tmp_path: Path, code: str, files: dict[str, str]
) -> None:
    entries = line("a.py", code=code).replace("old.Old", "new.New")
    config = CONFIG + 'factory = "create"\n' + PHASE.format("off")
    write(tmp_path, {**files, "ssot.toml": config, "ssot-baseline.txt": entries})
    verdict = judged(tmp_path)
    assert told(verdict) == []
    assert after(verdict) == entries


def test_results_come_in_the_order_of_the_files(tmp_path: Path) -> None:
    write(tmp_path, {"m/ssot.toml": CONFIG, "a.py": IMPORT, "m/b.py": IMPORT, "z.py": IMPORT})
    assert [result.path for result in judged(tmp_path).results] == ["a.py", "m/b.py", "z.py"]


def test_the_line_of_a_stale_entry_is_shown_behind_an_odd_path(tmp_path: Path) -> None:
    entries = line("a\x0b\x0c\x1c\x85\u2028.py") + line("b.py")
    write(tmp_path, {"a\x0b\x0c\x1c\x85\u2028.py": IMPORT, "b.py": ""})
    (tmp_path / "ssot-baseline.txt").write_text(entries, "utf-8")
    (stale,) = judged(tmp_path).unused
    assert (stale.start.line, stale.lines) == (2, (line("b.py").rstrip(),))


def test_what_a_broken_file_tolerated_is_tolerated_when_it_is_mended(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": IN_F + "    return (\n"})
    entries = line("a.py", code="E999") + line("a.py")
    (tmp_path / "ssot-baseline.txt").write_text(entries)
    assert told(judged(tmp_path)) == ["a.py:2 SSOT001 hint", "a.py E999 hint"]
    write(tmp_path, {"a.py": IN_F + "    return ()\n"})
    verdict = judged(tmp_path)
    assert told(verdict) == ["a.py:2 SSOT001 hint", STALE]
    assert after(verdict) == line("a.py", scope="f")
