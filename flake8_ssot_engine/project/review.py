"""A review of settings against the files: declarations that may be meant but probably are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import ConfigProblem
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.globs import any_matches
from flake8_ssot_engine.project.modules import Modules


def review(settings: Settings, files: Iterable[str]) -> Iterator[ConfigProblem]:
    """Yield what `review_phases` and `review_moves` do."""
    yield from review_phases(settings, files)
    yield from review_moves(settings)


def review_phases(settings: Settings, files: Iterable[str]) -> Iterator[ConfigProblem]:
    """Yield a warning for each phase without files, of all files of the project."""
    for migration in settings.migrations:
        for phase in migration.phases:
            if not any_matches(phase.paths, files):
                yield phase.place.told(f"no Python file is in the phase `{phase.name}`")


def review_moves(settings: Settings, modules: Modules | None = None) -> Iterator[ConfigProblem]:
    """Yield a warning for each end of a move that nothing defines.

    One whose top package is not in the project is somebody else's and is not looked for; nor is an
    `old` whose definition is at its new home already. `modules` are those of the project, and tell
    afterwards what was looked into.
    """
    modules = modules or Modules(settings.source_roots)
    for _, move in settings.index:
        near = _is_undefined(move.old, modules)
        if near is not None and not (move.new and _is_ours(move.new, modules)):
            yield move.place.told(f"nothing defines `{move.old}`{near}")
        new = None if move.new is None else settings.index.final(move.new)
        near = None if new is None else _is_undefined(new, modules)
        if near is not None:
            told = f"nothing defines `{new}`, to which a fix would lead{near}"
            yield move.place.told(told)


def may_matter(settings: Settings) -> bool:
    """Whether the project has the home of anything that moves.

    The built-in preset holds wherever nothing is configured, and matters in one project.
    """
    modules = Modules(settings.source_roots)
    return any(modules.is_module(move.old.parent or move.old) for _, move in settings.index)


def _is_ours(name: QualifiedName, modules: Modules) -> bool:
    is_in_project = modules.file_of(QualifiedName(name[:1])) is not None
    return is_in_project and _is_undefined(name, modules) is None


def _is_undefined(name: QualifiedName, modules: Modules) -> str | None:
    """Return None for a name that is defined or cannot be known, else a hint or ""."""
    if modules.file_of(QualifiedName(name[:1])) is None:
        return None
    module, attributes = modules.split(name)
    if not attributes or modules.file_of(module) is None:
        return None if not attributes else ""
    if modules.surely_defines(module, attributes[0]):  # which takes no parse
        return None
    every = modules.exports_of(module)
    if not every or any(e.is_open or e.targets(attributes[0]) for e in every):
        return None
    import difflib  # it was misspelt

    near = difflib.get_close_matches(attributes[0], every[0].names(), n=1)
    return f"; did you mean `{module.child(near[0])}`?" if near else ""
