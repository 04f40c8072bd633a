"""The command `python -m benchmarks.oracle`: our findings against Ruff's and LibCST's.

It takes five source distributions from PyPI, declares twenty moves in each (ten symbols and ten
modules that its files import most), and compares place by place what Ruff's TID251 and LibCST's
QualifiedNameProvider say is one of them with what ssot says. What only one of the two sides has
is sorted into classes and written out to be looked at.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import io
import json
import multiprocessing
import re
import subprocess
import sys
import tarfile
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from benchmarks.tools import find_tool
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.fixing.structural import tree_of_names
from flake8_ssot_engine.migrations import Migration, Move
from flake8_ssot_engine.names import QualifiedName, absolute_module, package_of
from flake8_ssot_engine.project.modules import is_package_file, module_name
from flake8_ssot_engine.project.needles import find_needles
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind
from flake8_ssot_engine.source import SourceFile


class Sdist(NamedTuple):
    """A source distribution: its file on PyPI, and where its imports start."""

    project: str
    file: str
    sha256: str
    folder: str
    roots: tuple[str, ...]


SDISTS = (
    Sdist(
        "django",
        "Django-5.2.tar.gz",
        "1a47f7a7a3d43ce64570d350e008d2949abe8c7e21737b351b6a1611277c6d89",
        "Django-5.2",
        (".", "tests"),
    ),
    Sdist(  # of 2013, and written for Python 2
        "twisted",
        "Twisted-13.2.0.tar.bz2",
        "095175638c019ac7c0604f4c291724a16ff1acd062e181b01293bf4dcbc62cf3",
        "Twisted-13.2.0",
        (".",),
    ),
    Sdist(
        "sympy",
        "sympy-1.13.3.tar.gz",
        "b27fd2c6530e0ab39e275fc9b683895367e51d5da91baa8d3d64db2565fec4d9",
        "sympy-1.13.3",
        (".",),
    ),
    Sdist(
        "salt",
        "salt-3007.1.tar.gz",
        "b933ac4cb3e4b1118b46dada55c9cc6bdc6f0f94b4c92877aec44b25c6a28c9a",
        "salt-3007.1",
        (".",),
    ),
    Sdist(
        "sqlalchemy",
        "sqlalchemy-2.0.36.tar.gz",
        "7f2767680b6d2398aea7082e45a774b2b0767b5c8d8ffb9c8b683088ea9b29c5",
        "sqlalchemy-2.0.36",
        ("lib", "."),
    ),
)
_MOST_FILES = 150
"""A name that more files import is passed over: LibCST takes a second for a large one."""
_CHUNK = 64
"""Files that a process looks at in one go."""


class Place(NamedTuple):
    """Where a name starts: the file, its line from 1, its column from 0 in code points."""

    path: str
    line: int
    column: int


class Ours(NamedTuple):
    """One thing that we say names a moved symbol; `kind` is the class that explains it.

    `statement` is where its import statement starts: Ruff reports a moved module there.
    """

    place: Place
    symbol: str
    kind: str
    statement: Place | None = None

    def is_among(self, places: set[Place]) -> bool:
        """Whether another tool says the same."""
        return self.place in places or self.statement in places


def main() -> int:
    """Run the comparison and return the exit code: 1 if something found by others is missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.oracle")
    parser.add_argument("folder", type=Path, help="where the distributions are, or are put")
    parser.add_argument("--only", default="", help="one project")
    parser.add_argument("--details", type=Path, help="write every disagreement to this file")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    details: list[str] = []
    missing = 0
    print(f"{'project':<12}{'files':>7}{'broken':>8}{'Ruff':>7}{'found':>7}", end="")
    print(f"{'LibCST':>8}{'found':>7}{'ours':>8}  only ours, by class")
    for sdist in SDISTS:
        if options.only in ("", sdist.project):
            missing += _compare(sdist, options.folder, details)
    if options.details:
        options.details.write_text("\n".join(details) + "\n", "utf-8")
    return 1 if missing else 0


def _compare(sdist: Sdist, folder: Path, details: list[str]) -> int:
    root = (_fetched(sdist, folder) / ".").resolve()
    files = sorted(path for path in root.rglob("*.py") if path.is_file())
    roots = tuple(str((root / name).resolve()) for name in sdist.roots)
    moves = _moves(files, roots)
    details += [f"{sdist.project}: move {move}" for move in moves]
    settings = Settings(
        root=str(root),
        source_roots=roots,
        migrations=(
            Migration(
                "oracle",
                moves=tuple(
                    Move(QualifiedName.parse(m), QualifiedName.parse(f"moved.{m}")) for m in moves
                ),
            ),
        ),
    )
    needles = find_needles(settings, jobs=2)
    cache = folder / f"libcst-{sdist.project}-{_digest(moves)}.json"
    known = json.loads(cache.read_text("utf-8")) if cache.exists() else {}
    tasks = [
        (settings, needles, files[at : at + _CHUNK], known) for at in range(0, len(files), _CHUNK)
    ]
    ours: list[Ours] = []
    broken = 0
    by_file: dict[str, list[list[int]]] = {}
    with multiprocessing.get_context("fork").Pool() as pool:
        for chunk in pool.imap(_look_at_chunk, tasks):
            for path, opinion in chunk:
                ours += opinion.ours
                broken += opinion.is_broken
                by_file[path] = opinion.libcst
    cache.write_text(json.dumps(by_file), "utf-8")
    exempt = {str(path) for path in files if _defines(settings, path)}
    named = (Place(path, *where) for path, every in by_file.items() for where in every)
    theirs = {place for place in named if not _is_no_use(place)}
    ruff = _ruff_places(root, roots, moves)
    mine = {item.place: item for item in reversed(ours)}
    told = {*mine, *(item.statement for item in ours if item.statement)}
    # A home may use what it defines; what it uses of other moves is compared.
    ruff = {place for place in ruff if place in told or place.path not in exempt}
    theirs = {place for place in theirs if place in told or place.path not in exempt}
    lost_ruff, lost_libcst = sorted(ruff - told), sorted(theirs - told)
    others = ruff | theirs
    extra = [item for _, item in sorted(mine.items()) if not item.is_among(others)]
    kinds = Counter(item.kind for item in extra)
    print(
        f"{sdist.project:<12}{len(files):>7}{broken:>8}"
        f"{len(ruff):>7}{len(ruff) - len(lost_ruff):>7}"
        f"{len(theirs):>8}{len(theirs) - len(lost_libcst):>7}{len(mine):>8}  "
        + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())),
        flush=True,
    )
    for what, places in (("Ruff only", lost_ruff), ("LibCST only", lost_libcst)):
        details += [f"{sdist.project}: {what}: {_shown(place)}" for place in places]
    for item in extra:
        told_as = f"{item.kind}: {item.symbol}: {_shown(item.place)}"
        details.append(f"{sdist.project}: ours only: {told_as}")
    return len(lost_ruff) + len(lost_libcst)


def _digest(moves: list[str]) -> str:
    return hashlib.sha256("\n".join(moves).encode()).hexdigest()[:12]


def _defines(settings: Settings, path: Path) -> bool:
    """Whether a file is the home of a move, which is an owner and exempt."""
    module = module_name(str(path), settings.source_roots)
    return any(move.old.parent == module or module.is_under(move.old) for _, move in settings.index)


def _is_no_use(place: Place) -> bool:
    """Whether LibCST has a name where nothing is used.

    It gives the name of a definition what else binds that name, and the attribute of a call's
    result what is called: `(f()).x` starts at the parenthesis, `f` itself is another place.
    """
    line = _lines(place.path)[place.line - 1]
    before = line[: place.column].split()[-1:]
    return line[place.column] == "(" or before in (["def"], ["class"])


def _shown(place: Place) -> str:
    line = _lines(place.path)[place.line - 1]
    return f"{place.path}:{place.line}:{place.column + 1}: {line.strip()[:110]}"


@lru_cache(maxsize=64)
def _lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8", "replace").split("\n")


# --- the material


def _fetched(sdist: Sdist, folder: Path) -> Path:
    """Return the unpacked distribution; it is fetched from PyPI where it is not there yet."""
    target = folder / sdist.folder
    if target.is_dir():
        return target
    index = f"https://pypi.org/simple/{sdist.project}/"
    with urllib.request.urlopen(index) as answer:
        page = answer.read().decode()
    links = [link for link in re.findall(r'href="([^"]+)"', page) if f"/{sdist.file}#" in link]
    with urllib.request.urlopen(urllib.parse.urljoin(index, links[0])) as answer:
        data = answer.read()
    if hashlib.sha256(data).hexdigest() != sdist.sha256:
        sys.exit(f"{sdist.file} is not the file that was compared before")
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(folder, filter="data")
    return target


def _moves(files: list[Path], roots: tuple[str, ...]) -> list[str]:
    """Return ten symbols and ten modules that many files import."""
    symbols: Counter[str] = Counter()
    modules: Counter[str] = Counter()
    for path in files:
        found: set[tuple[str, str]] = set()
        for node in ast.walk(_parsed(path) or ast.Module([], [])):
            if isinstance(node, ast.Import):
                found.update(("module", alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = module_name(str(path), roots)
                package = package_of(module, is_package=is_package_file(str(path)))
                source = absolute_module(package, node.level, node.module)
                if source:
                    found.add(("module", str(source)))
                    found.update(
                        ("symbol", f"{source}.{a.name}") for a in node.names if a.name != "*"
                    )
        for kind, name in found:
            (symbols if kind == "symbol" else modules)[name] += 1
    for name in list(symbols):
        if name in modules:
            del symbols[name]
    picked = [_spread(symbols, 3), _spread(modules, 5)]
    return sorted({name for names in picked for name in names})


def _spread(counts: Counter[str], step: int) -> list[str]:
    """Return ten names: every `step`th of the most frequent, those in very many files left out."""
    usual = [n for n, c in sorted(counts.items(), key=lambda x: (-x[1], x[0])) if c <= _MOST_FILES]
    usual = [name for name in usual if not name.startswith("__future__")]
    return usual[step - 1 : 10 * step : step]


def _parsed(path: Path) -> ast.Module | None:
    try:
        return SourceFile.from_bytes(str(path), path.read_bytes()).parse()
    except SourceError:
        return None


# --- the three opinions


class _Opinion(NamedTuple):
    ours: list[Ours]
    libcst: list[list[int]]
    is_broken: bool = False


_Task = tuple[Settings, Needles, list[Path], dict[str, list[list[int]]]]


def _look_at_chunk(task: _Task) -> list[tuple[str, _Opinion]]:
    settings, needles, files, known = task
    checker = Checker(settings, needles)
    return [(str(path), _look_at(checker, path, known.get(str(path)))) for path in files]


def _look_at(checker: Checker, path: Path, libcst: list[list[int]] | None) -> _Opinion:
    """Return what we find in a file, and what LibCST does unless that is known already."""
    data = path.read_bytes()
    is_candidate = checker.screen.prefilter.passes(data)
    try:
        source = SourceFile.from_bytes(str(path), data)
    except SourceError:
        return _Opinion([], [], is_broken=True)
    try:
        tree = source.parse()
    except SourceError:
        every = _ours(checker, path, source, tree_of_names(source)) if is_candidate else ()
        return _Opinion([found._replace(kind="broken file") for found in every], [], is_broken=True)
    ours = list(_ours(checker, path, source, tree)) if is_candidate else []
    if libcst is None:
        index = checker.settings.index
        concerns_it = any(map(index.is_relevant, _imported(tree)))
        libcst = _libcst_places(checker.settings, source) if concerns_it else []
    return _Opinion(ours, libcst)


def _imported(tree: ast.Module) -> Iterator[QualifiedName]:
    """Yield what the absolute imports of a file name; LibCST sees no others."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (QualifiedName(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            module = QualifiedName((node.module or "").split("."))
            yield from (module.child(alias.name) for alias in node.names)


def _ours(checker: Checker, path: Path, source: SourceFile, tree: ast.Module) -> Iterator[Ours]:
    context = checker.analysis.context_of(str(path), source, tree)
    for binding, match in context.imports:
        span = context.model.span_of_binding(binding)
        reached = (
            binding.imported if binding.kind is BindingKind.SUBMODULE_IMPORT else binding.target
        )
        kind = _kind(binding, is_own=match.symbol == reached)
        start = source.span_of(binding.statement).start if binding.statement else span.start
        statement = _place(path, source, start)
        yield Ours(_place(path, source, span.start), str(match.symbol), kind, statement)
    for use in context.uses:
        span = context.model.span_of_reference(use.reference)
        spelled = use.candidate.name.child(*use.reference.attributes)
        origin = use.candidate.binding
        kind = (
            "string"
            if use.reference.is_quoted
            else _kind(origin, is_own=use.match.symbol == spelled)
        )
        yield Ours(_place(path, source, span.start), str(use.match.symbol), kind)
    for moved in context.strings:
        start = source.span_of(moved.node).start
        yield Ours(_place(path, source, start), str(moved.match.symbol), "string")


def _kind(binding: Binding | None, *, is_own: bool) -> str:
    if binding is None:
        return "other"
    if binding.kind is BindingKind.STAR_IMPORT:
        return "star"
    if not is_own:
        return "re-export"
    if binding.kind is BindingKind.ALIAS:
        return "alias"
    if isinstance(binding.statement, ast.ImportFrom) and binding.statement.level:
        return "relative"
    return "other"


def _place(path: Path, source: SourceFile, offset: int) -> Place:
    position = source.position(offset)
    return Place(str(path), position.line, position.column - 1)


def _libcst_places(settings: Settings, source: SourceFile) -> list[list[int]]:
    """Return where LibCST sees a name that an import brought from under a move."""
    import libcst
    from libcst.metadata import (
        MetadataWrapper,
        PositionProvider,
        QualifiedNameProvider,
        QualifiedNameSource,
    )

    try:
        wrapper = MetadataWrapper(libcst.parse_module(source.text), unsafe_skip_copy=True)
        positions = wrapper.resolve(PositionProvider)
        resolved = wrapper.resolve(QualifiedNameProvider)
    except (libcst.ParserSyntaxError, RecursionError):
        return []
    found: set[tuple[int, int]] = set()
    for node, names in resolved.items():
        if not isinstance(node, (libcst.Name, libcst.Attribute)):
            continue
        for name in names() if callable(names) else names:
            if name.source is not QualifiedNameSource.IMPORT or name.name.startswith("."):
                continue
            if settings.index.match(QualifiedName(name.name.split("."))) is not None:
                start = positions[node].start
                found.add((start.line, start.column))
    return [list(where) for where in sorted(found)]


def _ruff_places(root: Path, roots: tuple[str, ...], moves: Iterable[str]) -> set[Place]:
    ruff = find_tool("ruff")
    if ruff is None:
        sys.exit("Ruff is not installed: pip install -e '.[bench]'")
    banned = ", ".join(f'"{name}".msg = "x"' for name in moves)
    command = [
        ruff,
        "check",
        "--isolated",
        "--no-cache",
        "--ignore-noqa",
        "--exit-zero",
        "--select=TID251",
        "--output-format=json",
        f"--config=lint.flake8-tidy-imports.banned-api = {{{banned}}}",
        f"--config=src = {json.dumps(list(roots))}",
        "--config=exclude = []",
        "--no-respect-gitignore",
        str(root),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {
        Place(item["filename"], item["location"]["row"], item["location"]["column"] - 1)
        for item in json.loads(done.stdout)
        if item["code"] == "TID251"
    }


if __name__ == "__main__":
    sys.exit(main())
