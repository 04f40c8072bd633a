"""The command `python -m benchmarks.replay`: moves that the tests of libraries judge.

For each library it unpacks the source distribution, runs the test suite, moves a class, a function
and a module as a person would (the definitions, and what their old homes need of them), lets
`ssot fix` do the rest, and runs the suite again. What passed before has to pass after.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from benchmarks.contenders import find_tool


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


LIBRARIES = (
    Library(
        "click",
        "8.5.1",
        ("src", "."),
        ("click==8.5.1",),  # for its metadata, which a test reads; the code is the tree's
        (),
        (
            Move("click.types.Choice", "click.choices.Choice"),
            Move("click.core.CommandCollection", "click.command_sets.CommandSet"),
            Move("click.utils.echo", "click.echoing.echo"),
            Move("click.utils.format_filename", "click.filenames.display_filename"),
            Move("click.shell_completion", "click.completion"),
            Move("click._termui_impl", "click._terminal"),
        ),
        (  # what `echo` takes from its module is replaced there
            Edit("src/click/testing.py", "utils.should_strip_ansi", "echoing.should_strip_ansi"),
            Edit("src/click/testing.py", "from . import utils", "from . import echoing, utils"),
            Edit(
                "tests/test_shell_completion.py",
                '"click.utils._default_text_stdout"',
                '"click.echoing._default_text_stdout"',
            ),
        ),
    ),
    Library(
        "jinja2",
        "3.1.6",
        ("src", "."),
        ("markupsafe", "trio"),
        (),
        (
            Move("jinja2.loaders.DictLoader", "jinja2.mappings.MappingLoader"),
            Move("jinja2.utils.LRUCache", "jinja2.caching.LRUCache"),
            Move("jinja2.utils.pass_context", "jinja2.passing.pass_context"),
            Move("jinja2.utils.pass_eval_context", "jinja2.passing.pass_eval_ctx"),
            Move("jinja2.utils.pass_environment", "jinja2.passing.pass_environment"),
            Move("jinja2.utils._PassArg", "jinja2.passing.PassedArgument"),
            Move("jinja2.nodes", "jinja2.syntax_nodes"),
        ),
    ),
    Library(
        "packaging",
        "26.3",
        ("src", "."),
        ("pretend", "tomli_w", "hypothesis"),
        (),
        (
            Move("packaging.version.InvalidVersion", "packaging.invalid.BadVersion"),
            Move("packaging.utils.InvalidName", "packaging.naming.InvalidName"),
            Move("packaging.utils.NormalizedName", "packaging.naming.NormalizedName"),
            Move(
                "packaging.utils.canonicalize_name",
                "packaging.naming.normalize_name",
                ("_validate_regex",),
            ),
            Move("packaging.ranges", "packaging.version_ranges"),
        ),
    ),
    Library(
        "kombu",
        "5.7.0",
        (".",),
        (
            *("amqp", "vine", "tzdata", "packaging", "hypothesis", "pytest-freezer", "redis"),
            *("PyYAML", "msgpack", "brotli", "zstandard", "backports.zstd", "sqlalchemy"),
            *("pymongo", "python-consul2", "kazoo", "boto3", "urllib3", "Pyro4", "pycurl", "pgmq"),
            *("azure-servicebus", "azure-storage-queue", "azure-identity", "psycopg[binary]"),
            *("google-cloud-pubsub", "google-cloud-monitoring"),
        ),
        (),
        (
            Move("kombu.messaging.Consumer", "kombu.consumers.MessageConsumer"),
            Move("kombu.log.get_logger", "kombu.loggers.fetch_logger"),
            Move("kombu.utils.div.emergency_dump_state", "kombu.utils.emergency.dump_state"),
            Move("kombu.transport.virtual.base", "kombu.transport.virtual.core"),
            Move("kombu.asynchronous.hub", "kombu.asynchronous.event_hub"),
        ),
        (
            Edit(  # the package's table of what it loads lazily
                "kombu/__init__.py",
                "    'kombu.messaging': ['Consumer', 'Producer'],\n",
                "    'kombu.consumers': ['MessageConsumer'],\n"
                "    'kombu.messaging': ['Producer'],\n",
                in_dry=False,
            ),
            Edit("kombu/utils/url.py", "# flake8: noqa\n", ""),  # it would silence our codes too
            Edit("kombu/transport/base.py", "# flake8: noqa\n", ""),
            Edit(  # the logger has the name of its module
                "t/unit/transport/virtual/test_base.py",
                'logger="kombu.transport.virtual.base"',
                'logger="kombu.transport.virtual.core"',
            ),
        ),
    ),
)


def main() -> int:
    """Replay the moves and return the exit code: 1 if a test that passed does not pass any more."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay")
    parser.add_argument("sdists", type=Path, help="where the source distributions are")
    parser.add_argument("folder", type=Path, help="where they are unpacked and tested")
    parser.add_argument("--only", default="", help="one library")
    parser.add_argument(
        "--dry", action="store_true", help="no fix: the old homes hand the moved names on"
    )
    options = parser.parse_args()
    chosen = [library for library in LIBRARIES if options.only in ("", library.name)]
    rows = [
        replay(library, options.sdists, options.folder.resolve(), options) for library in chosen
    ]
    heads = ("library", "version", "moves", "files", "found", "left", "before", "after", "differ")
    print("\n" + "".join(f"{head:>10}" for head in heads))
    for row in rows:
        print("".join(f"{cell!s:>10}" for cell in row.cells))
    return int(any(row.is_bad for row in rows))


class Row(NamedTuple):
    """A line of the table; bad if the moves broke something."""

    cells: tuple[object, ...]
    is_bad: bool


def replay(library: Library, sdists: Path, folder: Path, options: argparse.Namespace) -> Row:
    """Move, fix and test one library. What the suite says before is kept for the next time."""
    home = folder / library.name
    python = str(home / "venv/bin/python")
    if not (home / "venv/ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
        install = [python, "-m", "pip", "install", "-q", "pytest", *library.needs]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
        (home / "venv/ready").touch()
    print(f"== {library.name} {library.version}", flush=True)
    before, after = home / "before", home / "after"
    if not (home / "before.xml").exists():
        _unpack(library, sdists, before)
        _test(library, python, before)
    _unpack(library, sdists, after)
    names = move_definitions(library, after, is_dry=options.dry)
    moves = "".join(
        f'\n[[migration.move]]\nold = "{m.old}"\nnew = "{m.new}"\n' for m in library.moves
    )
    roots = ", ".join(f'"{root}"' for root in library.roots)
    toml = f'source-roots = [{roots}]\n\n[[migration]]\nid = "replay"\n{moves}'
    (after / "ssot.toml").write_text(toml)
    found = _ssot(after, "check", "--format", "concise", "--statistics")
    moved, is_stable = _contents(after), True
    if not options.dry:
        _ssot(after, "fix", is_shown=True)
        fixed = _contents(after)
        _ssot(after, "fix")
        is_stable = _contents(after) == fixed
    contents = _contents(after)
    changed = sum(contents.get(path) != moved.get(path) for path in contents | moved)
    left = _ssot(after, "check", "--format", "concise", "--statistics", is_shown=not options.dry)
    environment = os.environ | {"PYTHONPYCACHEPREFIX": str(home / "pycache")}
    compileall = [python, "-m", "compileall", "-q", "-f", "."]
    is_compiled = not subprocess.run(compileall, cwd=after, env=environment, check=False).returncode
    _test(library, python, after)
    was, now = outcomes(home / "before.xml", names), outcomes(home / "after.xml", names)
    differ = sorted(test for test in was | now if was.get(test) != now.get(test))
    for test in differ[:40]:
        print(f"  {test}: {was.get(test)} -> {now.get(test)}")
    print(f"  second fix changed nothing: {is_stable}; every file compiles: {is_compiled}")
    passed = [sum(outcome == "passed" for outcome in tests.values()) for tests in (was, now)]
    counts = (
        library.name,
        library.version,
        len(library.moves),
        changed,
        _total(found),
        _total(left),
    )
    lost = any(was.get(test) == "passed" for test in differ)
    return Row((*counts, *passed, len(differ)), lost or not is_stable or not is_compiled)


def _unpack(library: Library, sdists: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    with tarfile.open(sdists / f"{library.name}-{library.version}.tar.gz") as archive:
        archive.extractall(target.parent, filter="data")
    (target.parent / f"{library.name}-{library.version}").rename(target)


def _test(library: Library, python: str, tree: Path) -> None:
    """Run the suite on the code of a tree; what it says goes to a file beside the tree."""
    path = os.pathsep.join(str(tree / root) for root in library.roots)
    environment = os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTHONHASHSEED"] = "0"
    origin = [python, "-c", f"import {library.name} as it; print(it.__file__)"]
    output = subprocess.run(origin, cwd=tree, env=environment, capture_output=True, text=True)
    if output.returncode == 0 and not Path(output.stdout.strip()).is_relative_to(tree):
        sys.exit(f"the tests would run on {output.stdout}")
    report = ("-o", "junit_family=xunit1", f"--junitxml={tree}.xml")
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *report, *library.options]
    Path(f"{tree}.xml").unlink(missing_ok=True)
    start = time.monotonic()
    with Path(f"{tree}.log").open("w") as log:
        subprocess.run(command, cwd=tree, env=environment, stdout=log, stderr=log, check=False)
    last = Path(f"{tree}.log").read_text().rstrip().rpartition("\n")[2]
    print(f"  tests {tree.name}: {last} ({time.monotonic() - start:.0f} s)", flush=True)


def outcomes(report: Path, renamed: dict[str, str]) -> dict[str, str]:
    """Read a JUnit report: what became of each test, which a parameter's name may be part of."""
    found: dict[str, str] = {}
    if not report.exists():  # the suite did not start
        return found
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = {child.tag for child in case} & {"failure", "error", "skipped"}
        outcome = min(kinds, default="passed")
        test = f"{case.get('file') or ''}::{case.get('classname')}::{case.get('name')}"
        test = re.sub(r"\w+", lambda word: renamed.get(word[0], word[0]), test)
        found[test] = outcome if found.get(test, "passed") == "passed" else found[test]
    return found


def _ssot(tree: Path, *arguments: str, is_shown: bool = False) -> str:
    """Run the command in a tree and return what it says on standard error."""
    # the program, since `python -m` would import the tree's own modules
    command = [find_tool("ssot") or sys.exit("ssot is not installed"), *arguments]
    start = time.monotonic()
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:  # it exits with 1, too
        sys.exit(f"ssot {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    seconds = f"{time.monotonic() - start:.1f} s"
    shown = (done.stdout + done.stderr).splitlines()[-30:] if is_shown else []
    print("\n".join([f"  ssot {' '.join(arguments)}: {seconds}", *(f"    {s}" for s in shown)]))
    return done.stderr


def _total(errors: str) -> int:
    return sum(int(count) for count in re.findall(r"ssot: (\d+) violation", errors))


def _contents(tree: Path) -> dict[Path, str]:
    files = (path for path in tree.rglob("*") if path.is_file())
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# --- what a person does of a move


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


if __name__ == "__main__":
    sys.exit(main())
