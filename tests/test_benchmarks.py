"""The benchmark measures what it says, undoes what it writes, and trusts no figure blindly."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="the benchmark runs on Linux and macOS")

from benchmarks import __main__ as command
from benchmarks.agreement import ask, compare_with_flake8
from benchmarks.corpus import Corpus, build_corpus
from benchmarks.processes import (
    BenchmarkError,
    Sample,
    Step,
    can_weigh_memory,
    peak_memory,
    ratio_of_pairs,
    run,
    run_in_rounds,
    wall,
)
from benchmarks.rows.base import Outcome, judged
from benchmarks.table import write_table
from benchmarks.trees import (
    Tree,
    append_comment,
    copy_tree,
    imported_files,
    link_copies,
    link_part,
    restore,
)

MEGABYTE = 1_000_000


def contents(root: Path) -> dict[str, tuple[bytes, int]]:
    return {
        os.path.relpath(path, root): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Corpus]:
    """A small generated tree that nobody writes into."""
    root = tmp_path_factory.mktemp("corpus").resolve()
    return root, build_corpus(root, files=30, candidates=0.4, seed=7)


# --- the table


def test_a_new_table_leaves_the_sections_below_it(tmp_path: Path) -> None:
    path = tmp_path / "B.md"
    write_table("# Benchmarks\n\n| a |\n", path)
    assert path.read_bytes() == b"# Benchmarks\n\n| a |\n"
    further = "\n## Figures\n\n- ×\n\n## More\n"
    path.write_text(path.read_text() + further, encoding="utf-8")
    write_table("# Benchmarks\n\n| b |\n", path)
    assert path.read_bytes().decode() == f"# Benchmarks\n\n| b |\n{further}"


# --- the tree


def test_the_same_arguments_generate_the_same_bytes(
    tmp_path: Path, corpus: tuple[Path, Corpus]
) -> None:
    assert build_corpus(tmp_path, files=30, candidates=0.4, seed=7) == corpus[1]
    texts = [{name: data for name, (data, _) in contents(r).items()} for r in (tmp_path, corpus[0])]
    assert texts[0] == texts[1]


def test_what_is_in_a_tree(corpus: tuple[Path, Corpus]) -> None:
    tree = Tree(*corpus)
    assert (len(tree.files), len(tree.candidates)) == (30, 12)
    assert set(tree.candidates) <= set(tree.named) <= set(tree.files)
    assert tree.size_bytes == sum((corpus[0] / name).stat().st_size for name in tree.files)
    assert tree.sample(tree.files, 5, seed=1) == tree.sample(tree.files, 5, seed=1)


def test_whatever_was_written_is_undone(tmp_path: Path, corpus: tuple[Path, Corpus]) -> None:
    copy = tmp_path / "copy"
    copy_tree(corpus[0], copy)
    before = contents(copy)
    assert before == contents(corpus[0])
    first, second, third = sorted(copy.rglob("*.py"))[:3]
    append_comment([first], 3)
    assert first.read_bytes().endswith(b"\n# changed in round 3\n")
    second.unlink()
    third.write_bytes(third.read_bytes())  # another time
    (copy / "new.py").write_text("x = 1\n")
    (copy / "folder" / "below").mkdir(parents=True)
    (copy / "folder" / "below" / "new.py").write_text("x = 1\n")
    restore(corpus[0], copy)
    assert contents(copy) == before
    assert not (copy / "folder").exists()


def test_copies_are_one_project_whose_imports_lead_somewhere(
    tmp_path: Path, corpus: tuple[Path, Corpus]
) -> None:
    tree = Tree(*corpus)
    link_copies(tree, tmp_path / "three", 3)
    copies = Tree(tmp_path / "three")
    assert len(copies.files) == 3 * len(tree.files)
    assert copies.size_bytes == 3 * tree.size_bytes
    assert [os.path.basename(root) for root in copies.settings.source_roots] == [
        "copy_0",
        "copy_1",
        "copy_2",
    ]
    assert (corpus[0] / "ssot.toml").read_text() == 'preset = "execution-engine"\n'


def test_a_part_has_the_configuration_of_the_whole(
    tmp_path: Path, corpus: tuple[Path, Corpus]
) -> None:
    tree = Tree(*corpus)
    link_part(tree, tmp_path / "part", tree.files[:4])
    assert Tree(tmp_path / "part").files == sorted(tree.files[:4])
    assert (tmp_path / "part" / "ssot.toml").exists()


def test_the_files_that_one_imports(tmp_path: Path) -> None:
    files = {
        "ssot.toml": 'preset = "execution-engine"\n',
        "a.py": "import pkg.one, json\nfrom pkg import two, X\nfrom . import c\n",
        "c.py": "",
        "pkg/__init__.py": "",
        "pkg/one.py": "",
        "pkg/two.py": "",
        "pkg/three.py": "",
        "broken.py": "import c\ndef (\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    tree = Tree(tmp_path)
    expected = {os.path.join("pkg", name) for name in ("__init__.py", "one.py", "two.py")}
    assert imported_files(tree, "a.py") == expected
    assert imported_files(tree, "broken.py") == set()


# --- what is measured


def test_rounds_are_interleaved_after_one_to_warm_up(tmp_path: Path) -> None:
    script = "import sys; open('log', 'a').write(sys.argv[1])"

    def mark(number: int) -> None:
        with (tmp_path / "log").open("a") as log:
            log.write(str(number))

    steps = [
        Step("a", (sys.executable, "-c", script, "a"), tmp_path),
        Step("b", (sys.executable, "-c", script, "b"), tmp_path, mark),
    ]
    samples = run_in_rounds(steps, 2, what="test")
    assert (tmp_path / "log").read_text() == "a0ba1ba2b"
    assert {label: len(timed) for label, timed in samples.items()} == {"a": 2, "b": 2}
    assert wall(samples["a"]) > 0


def test_a_ratio_is_that_of_each_round() -> None:
    assert ratio_of_pairs([1.0, 10.0, 3.0], [2.0, 10.0, 1.0]) == 1.0
    assert wall([Sample(one, 0, 0, "") for one in (3.0, 1.0, 2.0)]) == 2.0


@pytest.mark.skipif(not can_weigh_memory(), reason="Linux alone tells")
def test_the_memory_of_children_counts(tmp_path: Path) -> None:
    hold = "import time; held = bytearray(b'x') * {}; time.sleep(0.3)"
    child = hold.format(40 * MEGABYTE)
    both = f"import subprocess, sys; held = bytearray(b'x') * {30 * MEGABYTE}\n"
    both += f"subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    one = peak_memory((sys.executable, "-c", child), tmp_path)
    two = peak_memory((sys.executable, "-c", both), tmp_path)
    assert 40 * MEGABYTE < one.proportional <= one.resident < 70 * MEGABYTE
    assert 70 * MEGABYTE < two.proportional <= two.resident < 120 * MEGABYTE


@pytest.mark.parametrize("code", ["raise SystemExit(2)", "print(1 / 0)"])
def test_a_command_that_fails_is_no_figure(tmp_path: Path, code: str) -> None:
    with pytest.raises(BenchmarkError, match="exit code"):
        run((sys.executable, "-c", code), tmp_path)


def test_a_target_is_reached_or_it_is_not() -> None:
    assert judged(0.5, 0.5) is Outcome.REACHED
    assert judged(0.51, 0.5) is Outcome.MISSED


# --- what must agree


def test_the_linters_find_what_was_written(corpus: tuple[Path, Corpus]) -> None:
    root, written = corpus
    findings = ask(Tree(root, written))
    assert findings.ssot_statements == findings.ruff_statements == written.statements > 0
    wrong = written._replace(statements=written.statements + 1)
    with pytest.raises(BenchmarkError, match="deprecated imports by ssot: "):
        ask(Tree(root, wrong))


def test_flake8_is_compared_over_the_files_it_was_given(corpus: tuple[Path, Corpus]) -> None:
    findings = ask(Tree(*corpus))
    name = os.path.normpath(findings.violations[0]["path"])
    ours = sum(os.path.normpath(one["path"]) == name for one in findings.violations)
    line = f"{name}:1:1: SSOT001 told\n"
    assert compare_with_flake8(findings, [name], {True: line * 2, False: ""}) == (ours, 2)
    with pytest.raises(BenchmarkError, match="without the plugin"):
        compare_with_flake8(findings, [name], {True: "", False: line})


# --- the command


def table(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--files=30", "--rounds=1", *arguments])
    return command.main()


def test_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "B.md"
    options = ["--candidates=0.4", "--only=tree", "--only=memory", "--quick", f"--write={file}"]
    assert table(monkeypatch, *options) == 0
    text = file.read_text(encoding="utf-8")
    assert text == capsys.readouterr().out
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    assert [len(row) for row in rows if row[0].startswith("`ssot check`")] == [6, 6, 6]
    assert [row[0] for row in rows[2:5]] == [
        "`ssot check`, nothing cached",
        "`ssot check` again, nothing changed",
        "`ssot check` again, ten files changed",
    ]
    assert "A generated tree: 30 files" in text
    assert "Not to be quoted" in text


def test_no_table_where_the_figures_cannot_be_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(folder: Path, **arguments: int) -> Corpus:
        return build_corpus(folder, **arguments)._replace(candidates=7)

    monkeypatch.setattr(command, "build_corpus", wrong)
    assert table(monkeypatch, "--only=tree", f"--write={tmp_path / 'B.md'}") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "not 7 as there should be" in err
    assert not (tmp_path / "B.md").exists()
