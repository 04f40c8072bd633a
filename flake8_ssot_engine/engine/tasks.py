"""Tasks: the files below some paths, each with its name in reports and its settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.run import MANY_FILES, KnownTasks, Task, TaskRow, Tasks, by_settings
from flake8_ssot_engine.project.ignores import ignores_above
from flake8_ssot_engine.project.paths import Row, folder_of

if TYPE_CHECKING:
    from flake8_ssot_engine.engine.memory import Memory
    from flake8_ssot_engine.project.discovery import Found
    from flake8_ssot_engine.project.listing import Listing


def find_tasks(
    named: Mapping[str, str],
    finder: ConfigFinder,
    *,
    listing: Listing | None = None,
    with_texts: bool = False,
    changed: Callable[[Settings], Settings] = lambda settings: settings,
    on_many: Callable[[], None] = lambda: None,
) -> Tasks:
    """Return the files below absolute paths, sorted; `named` tells what each path is called.

    `changed` says what holds in the place of the settings that a file declares. Texts are among
    them if asked for. `on_many` is called as soon as it is known that they are many. Raises
    UsageError for a path that does not exist.
    """
    from flake8_ssot_engine.project.discovery import find_rows  # not if the files are known

    found = find_rows(named, finder, listing=listing, with_texts=with_texts)
    return Tasks(_told_of_many(_rows(found, named, changed), on_many))


def _told_of_many(rows: Iterable[TaskRow], on_many: Callable[[], None]) -> Iterator[TaskRow]:
    count = 0
    for row in rows:
        are_many, count = count >= MANY_FILES, count + len(row.row.every)
        if count >= MANY_FILES and not are_many:
            on_many()
        yield row


def _rows(
    found: Iterable[Found], named: Mapping[str, str], changed: Callable[[Settings], Settings]
) -> Iterator[TaskRow]:
    shown_as = {path: os.path.normpath(name) for path, name in named.items()}
    by_id: dict[int, Settings] = {}
    left_out: set[str] = set()
    singled_out = set(map(folder_of, named))
    for row, declared in found:
        if id(declared) not in by_id:
            by_id[id(declared)] = changed(declared)
            # What configures this tool names what moves by right.
            ours = {declared.path, declared.baseline_file}
            left_out |= ours
            singled_out.update(map(folder_of, ours))
        settings, folder = by_id[id(declared)], row.folder
        if folder not in singled_out:
            yield TaskRow(row, _shown_folder(folder, shown_as), settings)
            continue
        for name in row.every:
            path = folder + name
            if path not in left_out:
                own = shown_as.get(path)
                shown = _shown_folder(folder, shown_as) if own is None else own[: -len(name)]
                yield TaskRow(Row(folder, name), shown, settings)


def _shown_folder(folder: str, shown_as: Mapping[str, str]) -> str:
    """Return how a folder is shown before a name, as Flake8 would: below what it was found under.

    With a separator at its end, or as "".
    """
    above = folder.rstrip(os.sep) or os.sep
    while above not in shown_as:
        above = os.path.dirname(above)
    inner = folder[len(above) :].lstrip(os.sep)
    shown = shown_as[above]
    return inner if shown == os.curdir else os.path.join(shown, inner)


def recalled_tasks(
    memory: Memory,
    named: Mapping[str, str],
    finder: ConfigFinder,
    *,
    with_texts: bool,
    changed: Callable[[Settings], Settings],
    on_many: Callable[[], None] = lambda: None,
) -> Sequence[Task]:
    """Return what `find_tasks` yields: as the last run did, where a walk would find the same.

    All of them have to be checked with this `memory`. Raises as `find_tasks` does.
    """
    declared = finder.settings_for(os.getcwd())
    question = _question_of(named, finder, declared, with_texts=with_texts)
    files = memory.found(question)
    if files is not None:
        return KnownTasks(memory.settings, files)
    tasks = find_tasks(
        named,
        finder,
        listing=memory.listing,
        changed=changed,
        with_texts=with_texts,
        on_many=on_many,
    )
    if all(settings == memory.settings for settings in settings_of(tasks)):
        memory.question = question
    return tasks


def _question_of(
    named: Mapping[str, str], finder: ConfigFinder, settings: Settings, *, with_texts: bool
) -> list[Any] | None:
    """Return what `find_tasks` is asked, with all that it goes by outside of the named folders.

    As plain values, for a memory. None where the answer depends on more than that and what is
    in them: some file is named, or other settings than `settings` hold.
    """
    folders = [path for path in named if os.path.isdir(path)]
    if len(folders) < len(named) or any(finder.settings_for(f) is not settings for f in folders):
        return None
    above = [[[globs.base, *globs.patterns] for globs in ignores_above(f)] for f in folders]
    return [os.getcwd(), list(map(list, named.items())), finder.is_fixed, with_texts, above]


def tasks_of_project(root: str, finder: ConfigFinder, *, with_texts: bool = False) -> Tasks:
    """Return the files of the project at `root`, by their paths from the current folder."""
    return find_tasks({root: os.path.relpath(root)}, finder, with_texts=with_texts)


def settings_of(tasks: Sequence[Task]) -> list[Settings]:
    """Return the settings of some files, each once."""
    return [settings for settings, _ in by_settings(tasks)]
