"""Moving: what a person does of a move before a tool follows: definitions go to their new home."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple


class Move(NamedTuple):
    """A symbol or a module that gets another home in the same package.

    `along` are names that nobody else uses, which go with it and are not declared.
    """

    old: str
    new: str
    along: tuple[str, ...] = ()


class Edit(NamedTuple):
    """What a person changes by hand, since it knows where a definition is in its own way."""

    path: str
    before: str
    after: str
    in_dry: bool = True


class Library(NamedTuple):
    """A source distribution, how its tests are run, and what is moved in it."""

    name: str
    version: str
    roots: tuple[str, ...]
    needs: tuple[str, ...]
    options: tuple[str, ...]
    moves: tuple[Move, ...]
    edits: tuple[Edit, ...] = ()


class _Home(NamedTuple):
    """A module that is taken apart; `bound` says what its imports bind, and by which text."""

    module: str
    path: Path
    text: str
    tree: ast.Module
    bound: dict[str, str]
    defined: set[str]


def move_definitions(library: Library, root: Path, *, is_dry: bool) -> dict[str, str]:
    """Cut the definitions out and put them into their new homes; return the new names by the old.

    When dry, the old homes hand on what they had, so that nothing else has to change.
    """
    renamed = {_last(move.old): _last(move.new) for move in library.moves}
    homes = {move: _file(library, root, move.old) for move in library.moves}
    symbols = [move for move in library.moves if not homes[move]]
    for old, moves in groupby(symbols, lambda move: _parent(move.old)):
        for new, together in groupby(moves, lambda move: _parent(move.new)):
            _move_symbols(library, root, (old, new), list(together), is_dry=is_dry)
    for move, path in homes.items():
        if path:
            path.rename(path.with_name(f"{_last(move.new)}.py"))
            if is_dry:
                alias = f"import sys\n\nimport {move.new}\n\n"
                path.write_text(f'{alias}sys.modules[__name__] = sys.modules["{move.new}"]\n')
    edits = [edit for edit in library.edits if edit.in_dry or not is_dry]
    for edit in edits:
        text = (root / edit.path).read_text("utf-8")
        if edit.before not in text:
            sys.exit(f"{edit.path} has no {edit.before!r}")
        (root / edit.path).write_text(text.replace(edit.before, edit.after), "utf-8")
    modules = len(library.moves) - len(symbols)
    print(f"  {len(symbols)} symbols, {modules} modules moved, {len(edits)} edits by hand")
    return {} if is_dry else {old: new for old, new in renamed.items() if old != new}


def _move_symbols(
    library: Library, root: Path, modules: tuple[str, str], moves: list[Move], *, is_dry: bool
) -> None:
    """Move symbols from one module to a new one beside it."""
    old, new = modules
    path = _file(library, root, old)
    target = path.with_name(f"{_last(new)}.py") if path else None
    if path is None or target is None or target.exists() or _parent(old) != _parent(new):
        sys.exit(f"cannot move from {old} to {new}")
    home = _home(old, path)
    names = {name for move in moves for name in (_last(move.old), *move.along)}
    renamed = {_last(move.old): _last(move.new) for move in moves}
    segments = sorted({segment for name in names for segment in _segments(home, name)})
    lines = home.text.splitlines(keepends=True)
    bodies = ["".join(lines[first:last]) for first, last in segments]
    for first, last in reversed(segments):
        del lines[first:last]
    needed = _names_in(ast.parse("".join(bodies)))
    own = sorted(needed & home.defined - names)
    blocks = [text for name, text in home.bound.items() if name in needed and "\n" in text]
    needed |= {name for block in blocks for name in _names_in(ast.parse(block))}
    imports = [text for name, text in home.bound.items() if name in needed]
    imports += [f"from .{_last(old)} import {name}" for name in own]
    future = ["from __future__ import annotations"] * ("import annotations\n" in home.text)
    head = "\n".join((f'"""Moved here from `{old}`."""\n', *future, *dict.fromkeys(imports)))
    target.write_text(_renamed(f"{head}\n\n\n" + "\n\n".join(bodies), renamed), "utf-8")

    rest = _without_exports("".join(lines), names)
    uses = sorted(_names_in(ast.parse(rest)) & names)
    if uses and own:
        sys.exit(f"{old} and {new} would import each other, for {uses} and {own}")
    lines = _renamed(rest, renamed).splitlines(keepends=True)
    back = [f"from .{_last(new)} import {renamed.get(name, name)}\n" for name in uses]
    lines[(place := _end_of_imports(rest)) : place] = back
    if is_dry:
        handed_on = [(renamed.get(name, name), name) for name in sorted(names)]
        lines += [f"from .{_last(new)} import {it} as {name}\n" for it, name in handed_on]
    path.write_text("".join(lines), "utf-8")


def _home(module: str, path: Path) -> _Home:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    bound: dict[str, str] = {}
    defined: set[str] = set()
    for node, block in _statements(tree.body):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                whole = ast.get_source_segment(text, block) if block else None
                bound[_bound(alias)] = whole or _import_of(node, alias)
        elif isinstance(node, _DEFINITIONS):
            defined.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            defined.update(ast.unparse(target) for target in targets)
    guarded = bound.get("TYPE_CHECKING")
    if guarded:  # before the blocks that ask for it
        bound = {"TYPE_CHECKING": guarded, **bound}
    return _Home(module, path, text, tree, bound, defined - set(bound))


def _statements(
    body: list[ast.stmt], block: ast.stmt | None = None
) -> Iterator[tuple[ast.stmt, ast.stmt | None]]:
    """Yield the statements of a module, those in an `if` or `try` with the outermost such block."""
    for node in body:
        yield node, block
        if isinstance(node, (ast.If, ast.Try)):
            handled = [item for handler in getattr(node, "handlers", ()) for item in handler.body]
            yield from _statements([*node.body, *handled, *node.orelse], block or node)


_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _import_of(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    source = (
        f"from {'.' * node.level}{node.module or ''} " if isinstance(node, ast.ImportFrom) else ""
    )
    return f"{source}import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")


def _segments(home: _Home, name: str) -> Iterator[tuple[int, int]]:
    """Yield the lines, from 0, of what defines a name, with the comments and decorators above."""
    lines = home.text.splitlines()
    count = 0
    for node, after in zip(home.tree.body, [*home.tree.body[1:], None], strict=True):
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        if isinstance(node, _DEFINITIONS) and node.name == name:
            first = min([first, *(decorator.lineno - 1 for decorator in node.decorator_list)])
        elif isinstance(node, ast.Assign) and [ast.unparse(it) for it in node.targets] == [name]:
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                last = after.end_lineno or last  # its documentation
        else:
            continue
        while first and lines[first - 1].startswith("#"):
            first -= 1
        count += 1
        yield first, last
    if not count:
        sys.exit(f"{home.module} does not define {name}")


def _names_in(tree: ast.AST) -> set[str]:
    """Return the names that code uses, those in quoted annotations too."""
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        annotations = [getattr(node, field, None) for field in ("annotation", "returns")]
        for item in (it for top in annotations if top is not None for it in ast.walk(top)):
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                found.update(re.findall(r"\w+", item.value))
    return found


def _renamed(text: str, renamed: dict[str, str]) -> str:
    """Rename what module code defines and uses; attributes and methods of that name stay."""
    tree = ast.parse(text)
    edits: list[tuple[int, int, str]] = []
    for node in ast.walk(tree):
        spelled = node.id if isinstance(node, ast.Name) else None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            spelled = node.value  # a quoted annotation
        elif isinstance(node, _DEFINITIONS) and node in tree.body:
            spelled = node.name
        if spelled in renamed and isinstance(node, (ast.expr, *_DEFINITIONS)):
            edits.append((node.lineno - 1, node.col_offset, spelled))
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    for line, column, name in sorted(edits, reverse=True):
        start = lines[line].index(name.encode(), column)
        end = start + len(name.encode())
        lines[line] = lines[line][:start] + renamed[name].encode() + lines[line][end:]
    return b"".join(lines).decode()


def _without_exports(text: str, names: Iterable[str]) -> str:
    """Take names out of `__all__`."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            listed = ast.get_source_segment(text, node) or ""
            pattern = rf"""\s*(?:,\s*)?["'](?:{"|".join(names)})["'](?=\s*[,)\]])"""
            kept = re.sub(r"([\[(])\s*,", r"\1", re.sub(pattern, "", listed))
            text = text.replace(listed, kept)
    return text


def _end_of_imports(text: str) -> int:
    """Return the number of lines up to the last import of the module's first block of them."""
    end = 0
    for node in ast.parse(text).body:
        is_import = isinstance(node, (ast.Import, ast.ImportFrom))
        if not is_import and not isinstance(node, ast.Expr):
            break
        end = node.end_lineno or end
    return end


def _file(library: Library, root: Path, module: str) -> Path | None:
    paths = (root / start / f"{module.replace('.', '/')}.py" for start in library.roots)
    packages = (root / start / module.replace(".", "/") / "__init__.py" for start in library.roots)
    return next((path for path in (*paths, *packages) if path.is_file()), None)


def _parent(name: str) -> str:
    return name.rpartition(".")[0]


def _last(name: str) -> str:
    return name.rpartition(".")[2]
