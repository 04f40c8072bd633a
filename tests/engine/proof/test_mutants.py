"""Mutants: right results with one mistake made in each, all of which must be refused.

The results are those of the rules' tables. They must be certified; then each mutant of them must
be refused, by the certificate or since it leaves a violation that the result does not have.
`why_it_means_the_same` says which mutants are none.
"""

from __future__ import annotations

import ast
import io
import keyword
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.engine.fix import plan_fixes
from flake8_ssot_engine.engine.proof.trees import Uncertified
from flake8_ssot_engine.engine.rewrite import Rewrite
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.errors import SourceError
from tests.engine.proof.projects import Renamed, SmallProject
from tests.rules.harness import CLOSING, OPENING, Case

TABLES = {
    "test_deprecated_import": "SSOT001",
    "test_re_exports": "SSOT001",
    "test_direct_instantiation": "SSOT002",
    "test_alias_shadowing": "SSOT003",
    "test_deprecated_string_reference": "SSOT004",
    "test_deprecated_base_class": "SSOT005",
    "test_deprecated_re_export": "SSOT007",
}


class Mutant(NamedTuple):
    """A text with one mistake; `what` names it."""

    kind: str
    what: str
    text: str
    place: tuple[int, int, str] = (0, 0, "")


def fixed_cases(table: str) -> Iterator[Case]:
    for case in import_module(f"tests.rules.{table}").INVALID:
        if case.after is not None:
            yield case


def mutants_of(before: str, after: str) -> Iterator[Mutant]:
    """Yield texts with one mistake each."""
    yield from renamed_identifiers(before, after)
    yield from other_strings(after)
    yield from without_a_line(after)
    yield from swapped_statements(after)
    yield from swapped_arguments(after)
    yield from without_await(after)


def words(text: str) -> list[tokenize.TokenInfo]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [t for t in tokens if t.type == tokenize.NAME and not keyword.iskeyword(t.string)]


def renamed_identifiers(before: str, after: str) -> Iterator[Mutant]:
    was = {token.string for token in words(before)}
    now = {token.string for token in words(after)}
    lines = after.splitlines(keepends=True)
    for token in words(after):
        line, column = token.start
        back = sorted(was - now) if token.string not in was else []
        for new in [*back, "other"]:
            head, tail = lines[line - 1][:column], lines[line - 1][column + len(token.string) :]
            text = "".join([*lines[: line - 1], head + new + tail, *lines[line:]])
            kind = "to the old name" if new in back else "to another name"
            what = f"{line}:{column} {token.string} -> {new}"
            yield Mutant(kind, what, text, (line, column, token.string))


def other_strings(after: str) -> Iterator[Mutant]:
    lines = after.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(after).readline):
        if token.type == tokenize.STRING and token.start[0] == token.end[0]:
            line, column = token.end
            head, tail = lines[line - 1][: column - 1], lines[line - 1][column - 1 :]
            text = "".join([*lines[: line - 1], head + "X" + tail, *lines[line:]])
            yield Mutant("string", f"{token.start} {token.string}", text)


def without_a_line(after: str) -> Iterator[Mutant]:
    lines = after.splitlines(keepends=True)
    for number, line in enumerate(lines):
        yield Mutant(
            "line", f"{number + 1} {line!r}", "".join(lines[:number] + lines[number + 1 :])
        )


def swapped_statements(after: str) -> Iterator[Mutant]:
    tree = ast.parse(after)
    bodies = [
        body for node in ast.walk(tree) if isinstance(body := getattr(node, "body", None), list)
    ]
    for body in bodies:
        for index in range(len(body) - 1):
            one, two = body[index : index + 2]
            if type(one) is not type(two):
                body[index : index + 2] = two, one
                yield Mutant("order", f"{one.lineno} {type(one).__name__}", ast.unparse(tree))
                body[index : index + 2] = one, two


def swapped_arguments(after: str) -> Iterator[Mutant]:
    tree = ast.parse(after)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) > 1:
            node.args[:2] = node.args[1::-1]
            yield Mutant("arguments", f"{node.lineno}", ast.unparse(tree))
            node.args[:2] = node.args[1::-1]


def without_await(after: str) -> Iterator[Mutant]:
    tree = ast.parse(after)
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.Await):
                setattr(node, name, value.value)
                yield Mutant("await", f"{value.lineno}", ast.unparse(tree))
                setattr(node, name, value)


def why_it_means_the_same(mutant: Mutant, before: str, after: str, gone: set[str]) -> str:
    """Return why a mutant may be certified; empty where it must not."""
    old, new = ast.parse(after), ast.parse(mutant.text)
    if mutant.kind == "order" and all(isinstance(x, IMPORT) for x in differing(old, new)):
        return "imports that stand together are a set"
    if mutant.kind == "line":
        left = Counter(imported(old)) - Counter(imported(new))
        if set(left) <= set(imported(new)):
            return "it is imported twice"
        plain = {name for kind, name in left if kind == "import"}
        bound = {name.split(".")[0] for kind, name in imported(new) if kind == "import"}
        if plain and len(plain) == len(left) and {name.split(".")[0] for name in plain} <= bound:
            was = {name for kind, name in imported(ast.parse(before)) if kind == "import"}
            if plain <= was:
                return "its package is bound by another import"
            if not any("." in name for name in was):
                return "that some other module loads it was taken for granted before, too"
    if mutant.kind == "to another name":
        line, column, name = mutant.place
        if name in gone:
            return "nobody asks for it"
        if is_written_alone(old, line, column, name):
            return "it is a variable of a function which nobody reads"
    return ""


IMPORT = (ast.Import, ast.ImportFrom)


def differing(a: ast.Module, b: ast.Module) -> Iterator[ast.stmt]:
    for one, two in zip(a.body, b.body, strict=False):
        if ast.dump(one) != ast.dump(two):
            yield from (one, two)


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield ast.unparse(ast.ImportFrom(node.module, [alias], node.level)), alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield ("import" if alias.asname is None else f"as {alias.asname}"), alias.name


def is_written_alone(tree: ast.AST, line: int, column: int, name: str) -> bool:
    reads = [
        node
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load))
        or (isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names)
    ]
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ListComp)
    writes = [
        node
        for scope in ast.walk(tree)
        if isinstance(scope, inner)
        for node in ast.walk(scope)
        if isinstance(node, ast.Name) and (node.lineno, node.col_offset) == (line, column)
    ]
    return bool(writes) and not reads


class Harvest(NamedTuple):
    """What came of the mutants of one table."""

    counts: Counter[str]
    survivors: list[str]
    refused: list[str]


def try_mutants(project: SmallProject, change: Rewrite, renamed: Renamed, found: Harvest) -> None:
    path = str(Path(change.place.path).relative_to(project.folder))
    before = project.before(path)
    text, after = before.model.source.text, change.after.decode()
    gone = {name.last for name in change.plan.gone}
    try:
        project.certify(before, after, renamed=renamed, gone=gone)
    except Uncertified as error:
        found.refused.append(f"{error}\n{text}\n->\n{after}")
        return
    counts = found.counts
    left = project.violations(path, after)
    seen = {ast.dump(ast.parse(after))}
    for mutant in mutants_of(text, after):
        try:
            dumped = ast.dump(ast.parse(mutant.text))
        except SyntaxError:
            counts["does not parse"] += 1
            continue
        if dumped in seen:
            continue
        seen.add(dumped)
        try:
            project.certify(before, mutant.text, renamed=renamed, gone=gone)
        except (Uncertified, SourceError):
            counts[f"{mutant.kind}: refused"] += 1
            continue
        if project.violations(path, mutant.text) - left:
            counts[f"{mutant.kind}: leaves a violation"] += 1
        elif why := why_it_means_the_same(mutant, text, after, gone):
            counts[f"means the same: {why}"] += 1
        else:
            counts[f"{mutant.kind}: SURVIVES"] += 1
            found.survivors.append(f"{mutant.what}\n{text}\n->\n{mutant.text}")


@pytest.mark.parametrize("table", TABLES)
def test_mutants_are_refused(table: str, tmp_path: Path) -> None:
    found = Harvest(Counter(), [], [])
    code = TABLES[table]
    for number, case in enumerate(fixed_cases(table)):
        text = dedent(case.code).lstrip("\n").replace(OPENING, "").replace(CLOSING, "")
        folder = tmp_path / str(number)
        project = SmallProject(folder, {**case.files, case.path: text})
        finder = ConfigFinder(fixed=project.settings)
        settings = project.settings.overridden(select=(code,))
        task = Task(str(folder / case.path), case.path, settings)
        report = plan_fixes([task], finder, jobs=1, allow_unsafe=True)
        assert report.changes, case.title
        renamed = {old: new for c in report.changes for old, new in c.plan.renames.items()}
        for change in report.changes:
            try_mutants(project, change, renamed, found)
    assert not found.refused, "the certificate refuses what the engine had it certify"
    told = "\n".join(f"{count:5} {what}" for what, count in sorted(found.counts.items()))
    sys.stdout.write(f"{table}\n{told}\n")
    assert sum(found.counts.values()) > 20
    survivors = "\n\n".join(found.survivors)
    assert not found.survivors, f"{len(found.survivors)} survive\n\n{survivors}"
