"""Tasks: the files below some paths, each with its name in reports and its settings."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, overload

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.project.deferred import Deferred
from flake8_ssot_engine.project.ignores import ignores_above
from flake8_ssot_engine.project.paths import Paths, Row, folder_of, row_of
from flake8_ssot_engine.records import NamedTuple

if TYPE_CHECKING:
    from flake8_ssot_engine.engine.memory import Known, Memory
    from flake8_ssot_engine.project.discovery import Found
    from flake8_ssot_engine.project.listing import Listing


MANY_FILES = 200
"""Files from which on it is worth the while to remember what was found."""


class Task(NamedTuple):
    """One file to check: where it is, what reports call it, and whose settings hold for it."""

    path: str
    shown_as: str
    settings: Settings


class TaskRow(NamedTuple):
    """Files of one folder: what stands before their names in reports, and whose settings hold."""

    row: Row
    shown: str
    settings: Settings


class Tasks(Sequence[Task]):
    """The files that a walk found, in its order; each task is made when it is asked for.

    What stands before a name in reports is most often how its folder ends: then, only where that
    begins is kept.
    """

    def __init__(self, rows: Iterable[TaskRow]) -> None:
        self._cuts = array("l")
        self._odd: dict[int, str] = {}
        self._settings: list[Settings] = []
        self.paths = Paths(map(self._noted, rows))

    def _noted(self, task_row: TaskRow) -> Row:
        row, shown, settings = task_row
        if not row.folder.endswith(shown):
            self._odd[len(self._cuts)] = shown
        self._cuts.append(len(row.folder) - len(shown))
        self._settings.append(settings)
        return row

    @property
    def _rows(self) -> Iterator[TaskRow]:
        return map(self._row, range(len(self._cuts)))

    def _row(self, number: int) -> TaskRow:
        row = self.paths.row(number)
        shown = self._odd.get(number)
        if shown is None:
            shown = row.folder[self._cuts[number] :]
        return TaskRow(row, shown, self._settings[number])

    def __len__(self) -> int:
        return len(self.paths)

    def __iter__(self) -> Iterator[Task]:
        for row, shown, settings in self._rows:
            for name in row.every:
                yield Task(row.folder + name, shown + name, settings)

    @overload
    def __getitem__(self, at: int) -> Task: ...

    @overload
    def __getitem__(self, at: slice) -> list[Task]: ...

    def __getitem__(self, at: int | slice) -> Task | list[Task]:
        if isinstance(at, slice):
            return [self[number] for number in range(len(self))[at]]
        number = range(len(self))[at]
        row, shown, settings = self._row(self.paths.row_at(number))
        path = self.paths[number]
        return Task(path, shown + path[len(row.folder) :], settings)

    @property
    def settings(self) -> list[Settings]:
        """The settings that hold for any of them, each once."""
        return list({id(settings): settings for settings in self._settings}.values())

    def among(self, paths: Set[str]) -> Tasks:
        """Return those that are among some paths."""

        def rows() -> Iterator[TaskRow]:
            for row, shown, settings in self._rows:
                if names := [name for name in row.every if row.folder + name in paths]:
                    yield TaskRow(row_of(row.folder, names), shown, settings)

        return Tasks(rows())

    def by_settings(self) -> list[tuple[Settings, Sequence[Task]]]:
        """Return those with the same settings together."""
        groups: dict[int, list[int]] = {}
        for number, settings in enumerate(self._settings):
            groups.setdefault(id(settings), []).append(number)
        if len(groups) == 1:
            return [(self._settings[0], self)]
        return [
            (self._settings[numbers[0]], Tasks(map(self._row, numbers)))
            for numbers in groups.values()
        ]


class KnownTasks(Deferred[Task]):
    """The files that the last run found, to all of which the same settings hold."""

    def __init__(self, settings: Settings, known: Known) -> None:
        super().__init__(known.size, lambda: [Task(*f, settings) for f in known.files.items()])
        self.settings = settings
        self._known = known

    @property
    def files(self) -> Mapping[str, str]:
        """Their paths, with their names in reports."""
        return self._known.files


def by_settings(tasks: Sequence[Task]) -> list[tuple[Settings, Sequence[Task]]]:
    """Return the tasks with the same settings together, in their order."""
    if isinstance(tasks, KnownTasks):
        return [(tasks.settings, tasks)]
    if isinstance(tasks, Tasks):
        return tasks.by_settings()
    groups: dict[int, list[Task]] = {}
    for task in tasks:
        groups.setdefault(id(task.settings), []).append(task)
    return [(group[0].settings, group) for group in groups.values()]


def paths_of(tasks: Sequence[Task]) -> Paths:
    """Return the paths of some tasks, sorted, each once."""
    return tasks.paths if isinstance(tasks, Tasks) else Paths.of(sorted({t.path for t in tasks}))


def tasks_among(tasks: Sequence[Task], paths: Iterable[str]) -> Sequence[Task]:
    """Return those of some tasks whose paths are among others, in their order."""
    wanted = frozenset(paths)
    if isinstance(tasks, Tasks):
        return tasks.among(wanted)
    return [task for task in tasks if task.path in wanted]


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
        before, count = count, count + row.row.size
        if before < MANY_FILES <= count:
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
    known = memory.found(question)
    if known is not None:
        return KnownTasks(memory.settings, known)
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
    if isinstance(tasks, Tasks):
        return tasks.settings
    return [settings for settings, _ in by_settings(tasks)]
