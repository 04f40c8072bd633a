"""Owns the trees that are measured: what is in one, and copies to write into."""

from __future__ import annotations

import ast
import json
import os
import random
import re
import shutil
import warnings
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path

from benchmarks.corpus import Corpus
from benchmarks.processes import BenchmarkError
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.project.prefilter import Prefilter

_CONFIGURATIONS = ("ssot.toml", "pyproject.toml", "setup.cfg", "tox.ini", ".flake8")


class Tree:
    """A tree as `ssot check` finds it, under the settings that hold there.

    `files` are relative paths, `candidates` those that name a moved symbol; `named` spell the first
    one or its module in any case, as part of other words too. `corpus` is what was generated.
    """

    def __init__(self, root: Path, corpus: Corpus | None = None) -> None:
        self.root = root
        self.corpus = corpus
        self.files: list[str] = []
        self.candidates: list[str] = []
        self.named: list[str] = []
        self.size_bytes = 0
        finder = ConfigFinder()
        self.settings = finder.settings_for(str(root))
        moves = [move for _, move in self.settings.index]
        if not moves:
            raise BenchmarkError(f"{root}: no move is declared")
        self.first = moves[0]
        words = [re.escape(part.encode()) for part in tuple(self.first.old)[-2:]]
        spelled = re.compile(b"|".join(words), re.IGNORECASE)
        prefilter = Prefilter(self.settings.index)
        for path, _ in find_files([str(root)], finder):
            if not os.path.isfile(path):  # a dangling link
                continue
            name = os.path.relpath(path, root)
            data = Path(path).read_bytes()
            self.files.append(name)
            self.size_bytes += len(data)
            if prefilter.passes(data):
                self.candidates.append(name)
            if spelled.search(data):
                self.named.append(name)

    @cached_property
    def moved(self) -> tuple[str, ...]:
        """The old names but for those below another: Ruff would report these twice."""
        return _topmost(self.settings)

    def sample(self, files: Collection[str], count: int, *, seed: int) -> list[str]:
        """Return some of the files, in order, the same ones for the same seed."""
        return sorted(random.Random(seed).sample(sorted(files), min(count, len(files))))


def _topmost(settings: Settings) -> tuple[str, ...]:
    names = [move.old for _, move in settings.index]
    return tuple(
        str(name)
        for name in names
        if not any(name != other and name.is_under(other) for other in names)
    )


def copy_tree(original: Path, copy: Path) -> None:
    """Copy a tree with its times, so that `restore` can tell what was written since."""
    shutil.copytree(original, copy, symlinks=True)


def restore(original: Path, copy: Path) -> None:
    """Make a copy what it was: files that were written, made or removed since."""
    for folder, folders, names in os.walk(copy):
        before = original / os.path.relpath(folder, copy)
        for name in list(folders):
            if not os.path.lexists(before / name):
                shutil.rmtree(os.path.join(folder, name))
                folders.remove(name)
        for name in names:
            if not os.path.lexists(before / name):
                os.remove(os.path.join(folder, name))
    for folder, _, names in os.walk(original):
        after = copy / os.path.relpath(folder, original)
        for name in names:
            old, new = os.path.join(folder, name), after / name
            if not os.path.lexists(new) or _stamp(old) != _stamp(new):
                new.unlink(missing_ok=True)
                shutil.copy2(old, new, follow_symlinks=False)


def _stamp(path: str | Path) -> tuple[int, int]:
    status = os.lstat(path)
    return status.st_mtime_ns, status.st_size


def link_part(tree: Tree, part: Path, files: Collection[str]) -> None:
    """Make a tree of some of the files of another one, under the same configuration."""
    found = (name for name in _CONFIGURATIONS if (tree.root / name).is_file())
    for name in (*files, *found):
        place = part / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            shutil.copy2(tree.root / name, place)


def link_copies(tree: Tree, folder: Path, count: int) -> None:
    """Make one project of several copies of a tree, as hard links below folders of their own."""
    folder.mkdir(parents=True)
    for name in _CONFIGURATIONS:
        if (tree.root / name).is_file():
            shutil.copy2(tree.root / name, folder / name)
    copies = [f"copy_{number}" for number in range(count)]
    for copy in copies:
        for name in tree.files:
            place = folder / copy / name
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(os.path.realpath(tree.root / name), place)
    own = folder / "ssot.toml"
    if own.exists() or not tree.settings.path:  # so that their imports lead somewhere
        text = own.read_text(encoding="utf-8") if own.exists() else 'preset = "execution-engine"\n'
        if "source-roots" not in text:
            own.write_text(f"source-roots = {json.dumps(copies)}\n{text}", encoding="utf-8")


def append_comment(files: Sequence[Path], number: int) -> None:
    """Change files as little as can be: a comment at the end, with a number."""
    for file in files:
        with file.open("ab") as stream:
            stream.write(b"\n# changed in round %d\n" % number)


def imports_of(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """Return the import statements of a file; none of one that does not parse."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            return []
    return [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]


def imported_files(tree: Tree, name: str) -> set[str]:
    """Return the files of a tree that one of them imports by an absolute name."""
    known = set(tree.files)
    modules: set[str] = set()
    for node in imports_of(tree.root / name):
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif node.module and not node.level:
            modules.add(node.module)
            modules.update(f"{node.module}.{alias.name}" for alias in node.names)
    found = set()
    for parts in (module.split(".") for module in modules):
        for length in range(1, len(parts) + 1):
            place = os.path.join(*parts[:length])
            found.update({f"{place}.py", os.path.join(place, "__init__.py")} & known)
    return found
