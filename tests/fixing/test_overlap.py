"""Overlapping edits: ast-grep drops them in silence, and we must not."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from ast_grep_py import SgNode, SgRoot

from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.edits import Edit, apply_edits
from flake8_ssot_engine.source import Span
from tests.rules.harness import CONFIGURATION, write

NESTED = "'𝒳é'; Called(Called('𝒳'), b)"


def calls_of(text: str) -> tuple[SgNode, list[SgNode]]:
    """Return the root, and the calls of `Called`, the outermost first."""
    root = SgRoot(text, "python").root()
    return root, root.find_all(pattern="Called($$$ALL)")


def test_ast_grep_drops_an_edit_inside_another() -> None:
    """Documents ast-grep: were this ever to change, nothing of ours would have to."""
    root, calls = calls_of(NESTED)
    assert len(calls) == 2
    edits = [call.replace("NEW()") for call in calls]
    assert root.commit_edits(edits) == "'𝒳é'; NEW()"
    callees = [call.field("function") for call in calls]
    arguments = calls[0].field("arguments")
    assert arguments is not None
    both = [callee.replace("Renewed") for callee in callees if callee is not None]
    dropped = root.commit_edits([arguments.replace("(1)"), *both])
    assert dropped == "'𝒳é'; Renewed(1)", "the inner callee's edit went in silence"


def test_the_offsets_of_ast_grep_are_code_points() -> None:
    _, calls = calls_of(NESTED)
    spans = [(call.range().start.index, call.range().end.index) for call in calls]
    assert [NESTED[start:end] for start, end in spans] == ["Called(Called('𝒳'), b)", "Called('𝒳')"]


def test_ours_reports_an_edit_inside_another() -> None:
    _, calls = calls_of(NESTED)
    outer, inner = (
        Edit("x.py", Span(call.range().start.index, call.range().end.index), "NEW()")
        for call in calls
    )
    applied = apply_edits(NESTED, [inner, outer])
    assert applied.text == "'𝒳é'; NEW()"
    assert [(skipped.edit, skipped.conflict) for skipped in applied.skipped] == [(inner, outer)]


CASES = (
    ("once", "Called(a)", "await Renewed.build(a)"),
    ("nested", "Called(Called(a), b)", "await Renewed.build(await Renewed.build(a), b)"),
    (
        "nested thrice",
        "Called(Called(Called(a)), Called(b))",
        "await Renewed.build(await Renewed.build(await Renewed.build(a)), await Renewed.build(b))",
    ),
    (
        "nested, as an attribute",
        "Called(Called(a).x, b).y",
        "(await Renewed.build((await Renewed.build(a)).x, b)).y",
    ),
    (
        "wide characters before each",
        "'é𝒳'; Called('é𝒳' + Called('𝒳', '𝒳'), '𝒳'); '𝒳'; Called('𝒳')",
        "'é𝒳'; await Renewed.build('é𝒳' + await Renewed.build('𝒳', '𝒳'), '𝒳'); '𝒳'; "
        "await Renewed.build('𝒳')",
    ),
    (
        "lines and comments",
        "Called(  # é𝒳\n        Called(a),  # 𝒳\n        b,\n    )",
        "await Renewed.build(  # é𝒳\n        await Renewed.build(a),  # 𝒳\n        b,\n    )",
    ),
    (
        "in an f-string",
        "f'𝒳{Called(a)}{Called(Called(b))}'",
        "f'𝒳{await Renewed.build(a)}{await Renewed.build(await Renewed.build(b))}'",
    ),
)
SWAPPED = CONFIGURATION.replace(
    'pattern = "$CLASS($REGISTRY, $$$REST)"\nrewrite = "await $NEW.build($REGISTRY, $$$REST)"',
    'pattern = "$CLASS($A, $B)"\nrewrite = "$NEW.build($B, $A)"',
)
SWAPPED_CASES = (
    ("once", "Called(a, b)", "Renewed.build(b, a)"),
    ("nested", "Called(Called(a, b), c)", "Renewed.build(c, Renewed.build(b, a))"),
    (
        "nested on both sides",
        "Called(Called(1, 2), Called(3, 4))",
        "Renewed.build(Renewed.build(4, 3), Renewed.build(2, 1))",
    ),
    (
        "wide characters before each",
        "'𝒳'; Called('𝒳', Called('é', 𝒳)); '𝒳'; Called(1, '𝒳')",
        "'𝒳'; Renewed.build(Renewed.build(𝒳, 'é'), '𝒳'); '𝒳'; Renewed.build('𝒳', 1)",
    ),
    (
        "arguments with commas before brackets",
        "Called((1,), [',)', 2,])",
        "Renewed.build([',)', 2,], (1,))",
    ),
)


def fix(folder: Path, configuration: str, body: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what `ssot fix` makes of the body of an async function."""
    text = f"from pkg.calls import Called\nasync def f(a, b):\n    {body}\n"
    write(folder, {"ssot.toml": dedent(configuration), "app.py": text})
    main(["fix", "--config", str(folder / "ssot.toml"), str(folder / "app.py")])
    capsys.readouterr()
    after = (folder / "app.py").read_bytes().decode()
    head = "from pkg.called import Renewed\nasync def f(a, b):\n    "
    return after.removeprefix(head).removesuffix("\n")


@pytest.mark.parametrize(("before", "after"), [pytest.param(*c[1:], id=c[0]) for c in CASES])
def test_every_call_is_rewritten(
    before: str, after: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fix(tmp_path, CONFIGURATION, before, capsys) == after


@pytest.mark.parametrize(
    ("before", "after"), [pytest.param(*c[1:], id=c[0]) for c in SWAPPED_CASES]
)
def test_every_call_is_written_anew(
    before: str, after: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fix(tmp_path, SWAPPED, before, capsys) == after


def test_an_await_inside_a_rewrite_needs_an_async_function_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`ast.parse` takes an `await` anywhere; `compile` does not."""
    inner = CONFIGURATION.replace(
        '"await $NEW.build($REGISTRY, $$$REST)"', '"wrap(await $NEW.build($REGISTRY, $$$REST))"'
    )
    write(
        tmp_path,
        {
            "ssot.toml": inner,
            "app.py": "from pkg.calls import Called\ndef f(a): return Called(a)\n",
        },
    )
    main(["fix", "--config", str(tmp_path / "ssot.toml"), str(tmp_path / "app.py")])
    capsys.readouterr()
    compile((tmp_path / "app.py").read_bytes(), "app.py", "exec")
