"""Past inventory: what the snapshots of a project hold that names what its migrations move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from flake8_ssot_engine.campaign.examined import Examined, VerdictKey
from flake8_ssot_engine.campaign.past_texts import (
    Place,
    TextKey,
    find_past_texts,
    text_key,
)
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.past import (
    PastChecker,
    PastFileTask,
    Project,
    Task,
    Verdict,
    check_past,
)
from flake8_ssot_engine.engine.screening import wants
from flake8_ssot_engine.migrations import Migration
from flake8_ssot_engine.project.git_objects import shared_objects
from flake8_ssot_engine.project.globs import matches
from flake8_ssot_engine.project.parallel import Workers
from flake8_ssot_engine.project.past_files import PastFile, PastFolder, PastWalk
from flake8_ssot_engine.project.past_modules import PastModules, Readings
from flake8_ssot_engine.project.past_names import NamedFiles, past_old_names
from flake8_ssot_engine.project.past_needles import (
    IS_MISSING,
    MAY_BREAK,
    MAY_MENTION,
    Content,
    Searched,
    needles_among,
    search,
)
from flake8_ssot_engine.project.snapshots import Snapshot
from flake8_ssot_engine.project.text_formats import is_text
from flake8_ssot_engine.project.texts import OldName, is_passed_over, keeps_history
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.deprecated_text_reference import DEPRECATED_TEXT

_CHUNK = 4
"""Files a worker takes at a time, each with all of its contents."""


class PastInventory(NamedTuple):
    """What one snapshot holds of one migration, by absolute paths; `missing` are not here."""

    verdicts: dict[str, Verdict]
    mentions: dict[str, tuple[Place, ...]]
    missing: int


class Surveyor:
    """Takes the inventories of some snapshots, which are known by their trees."""

    def __init__(
        self,
        settings: Settings,
        place: tuple[str, str],
        prefix: tuple[str, ...],
        trees: Sequence[str],
        workers: Workers,
        examined: Examined,
        *,
        is_fixed: bool,
    ) -> None:
        """Take what `shared_objects` takes as `place`; all folders of the trees must be here."""
        self._settings = settings
        self._place = place
        self._prefix = prefix
        self._workers = workers
        self._examined = examined
        objects = shared_objects(*place)
        walk = PastWalk(settings, is_fixed=is_fixed)
        self._snapshots = {tree: Snapshot(objects, tree, settings.root, prefix) for tree in trees}
        self._folders = {tree: walk.files(one) for tree, one in self._snapshots.items()}
        self._modules = {tree: walk.modules(one) for tree, one in self._snapshots.items()}
        every = {id(f): f for folders in self._folders.values() for f in folders}
        of_modules = {id(f): f for folders in self._modules.values() for f in folders}
        self._contents = _contents(every.values(), of_modules.values())
        self._searched = self._search()
        self._mattering = {number: self._sorted_out(folder) for number, folder in every.items()}
        self._used: dict[VerdictKey, list[Verdict]] = {}
        self._texts: set[TextKey] = set()
        self._by_content: dict[str, dict[str, list[str]]] = {}

    def project_of(self, migration: Migration) -> Project:
        """Return what the tasks of a migration share."""
        own = self._settings.of_migration(migration.id)
        return Project(self._place, self._prefix, own, self._searched.needles)

    def inventories(self, migration: Migration) -> dict[str, PastInventory]:
        """Return what each snapshot holds of a migration."""
        verdicts = self._check(migration)
        mentions = self._find_texts(migration)
        return {
            tree: PastInventory(
                verdicts[tree],
                mentions[tree],
                sum(self._mattering[id(folder)].missing for folder in folders),
            )
            for tree, folders in self._folders.items()
        }

    @property
    def missing(self) -> list[str]:
        """The contents that are not in this clone."""
        return [name for name, flags in self._searched.flags.items() if flags & IS_MISSING]

    def finish(self) -> None:
        """Keep what was found, and nothing that was not asked for."""
        names = [content.name for content in self._contents]
        self._examined.forget_others(names, self._used, self._texts)
        self._examined.keep()

    def verdicts_on(self, migration: Migration, path: str) -> list[Verdict]:
        """Return what is known of a file, in whatever snapshot."""
        return self._used.get((migration.id, path), [])

    def name_before(self, path: str, tree: str, tree_before: str) -> str:
        """Return what a file of one snapshot was called in another one; "" if it was not there.

        One that was renamed has the same content, under a name that is gone.
        """
        if not path or self._snapshots[tree_before].is_file(path):
            return path
        content = self._snapshots[tree].file(path)
        others = self._named(tree_before).get(content or "", ())
        return next((one for one in others if not self._snapshots[tree].is_file(one)), "")

    def _named(self, tree: str) -> dict[str, list[str]]:
        """Return the files of a snapshot that may break a rule, by their contents."""
        if tree not in self._by_content:
            by_content = self._by_content[tree] = {}
            for folder in self._folders[tree]:
                for path, name in self._mattering[id(folder)].checked:
                    by_content.setdefault(name, []).append(path)
        return self._by_content[tree]

    def remember(self, migration: Migration, path: str, verdicts: Sequence[Verdict]) -> None:
        """Take in what is known of a file by now."""
        if path:
            self._used[migration.id, path] = list(verdicts)

    def _search(self) -> Searched:
        def keep(searched: Searched) -> None:
            self._examined.searched = searched
            self._examined.keep_at_intervals()

        known = self._examined.searched
        if known is not None:  # what was missing may be here by now
            gone = [name for name, flags in known.flags.items() if flags & IS_MISSING]
            for name in gone:
                del known.flags[name]
        found = search(
            self._settings,
            self._place,
            self._contents,
            known,
            self._workers,
            wants(self._settings),
            keep,
        )
        self._examined.searched = found
        return found

    def _check(self, migration: Migration) -> dict[str, dict[str, Verdict]]:
        known = self._examined.verdicts
        files = [
            PastFileTask(path, contents, tuple(known.get((migration.id, path), ())))
            for path, contents in self._checked.items()
        ]
        project = self.project_of(migration)
        tasks = [
            Task(project, tuple(files[at : at + _CHUNK])) for at in range(0, len(files), _CHUNK)
        ]
        found: dict[str, dict[str, Verdict]] = {tree: {} for tree in self._folders}
        for task, answers in zip(tasks, self._workers.map(check_past, tasks), strict=True):
            for file, (verdicts, numbers) in zip(task.files, answers, strict=True):
                key = migration.id, file.path
                used = dict.fromkeys(numbers)
                self._used[key] = [verdicts[number] for number in used]
                known[key] = verdicts
                for (tree, _), number in zip(file.contents, numbers, strict=True):
                    if not verdicts[number].is_empty:
                        found[tree][file.path] = verdicts[number]
            self._examined.keep_at_intervals()
        for tree, verdicts_in in found.items():
            self._judge_broken(project, tree, verdicts_in)
        return found

    def _judge_broken(self, project: Project, tree: str, verdicts: dict[str, Verdict]) -> None:
        """Judge broken files by their own snapshot's words: only those that spell one count."""
        broken = [path for path, verdict in verdicts.items() if verdict.is_unreadable]
        if not broken:
            return
        needles = needles_among(
            self._settings,
            self._searched,
            (file for folder in self._modules[tree] for file in folder.sources),
        )
        if needles == project.needles:
            return
        checker = PastChecker(project._replace(needles=needles))
        for path in broken:
            verdicts[path] = checker.check(path, verdicts[path].name, tree, is_candidate=None)

    def _find_texts(self, migration: Migration) -> dict[str, dict[str, tuple[Place, ...]]]:
        moved = {move.old for move in migration.moves}
        wanted: dict[str, list[tuple[str, TextKey]]] = {}
        for tree, folders in self._folders.items():
            olds = tuple(old for old in self._olds[tree] if old.name in moved)
            wanted[tree] = [
                (path, text_key(path, name, olds))
                for folder in folders
                for path, name in self._mattering[id(folder)].texts
                if not any(matches(globs, path) for globs in migration.owners)
            ]
        keys = {key: None for every in wanted.values() for _, key in every}
        self._texts.update(keys)
        known = self._examined.texts
        new = [key for key in keys if key not in known]
        for key, places in find_past_texts(self._place, new, self._workers):
            known[key] = places
            self._examined.keep_at_intervals()
        return {
            tree: {path: known[key] for path, key in every if known[key]}
            for tree, every in wanted.items()
        }

    @cached_property
    def _checked(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """The files that may break a rule: of each the contents, by the trees they are in."""
        found: dict[str, list[tuple[str, str]]] = {}
        for tree, folders in self._folders.items():
            for folder in folders:
                for path, name in self._mattering[id(folder)].checked:
                    found.setdefault(path, []).append((tree, name))
        return {path: tuple(contents) for path, contents in found.items()}

    @cached_property
    def _olds(self) -> dict[str, tuple[OldName, ...]]:
        """What texts of each snapshot are to be searched for, for all migrations."""
        settings, readings, named = self._settings, Readings(), NamedFiles()
        found = {}
        for tree, folders in self._folders.items():
            modules = PastModules(settings.source_roots, self._snapshots[tree], readings)
            found[tree] = past_old_names(settings, folders, modules, named)
        return found

    def _sorted_out(self, folder: PastFolder) -> _Mattering:
        flags = self._searched.flags
        settings = self._settings
        checked, texts, missing = [], [], 0
        reads_texts = settings.selects(DEPRECATED_TEXT.code)
        for file in folder.sources:
            flag = flags.get(file.name, IS_MISSING)
            if folder.is_ours:
                missing += bool(flag & IS_MISSING)
                if flag & MAY_BREAK:
                    checked.append(file)
            if flag & MAY_MENTION and not keeps_history(file.path):
                texts.append(file)
        for file in folder.others:
            flag = flags.get(file.name, 0)
            if not flag or is_passed_over(file.path, settings):
                continue
            is_checked = folder.is_ours and reads_texts and is_text(file.path)
            missing += bool(flag & IS_MISSING) and is_checked
            if flag & MAY_MENTION:
                texts.append(file)
                if is_checked:
                    checked.append(file)
        return _Mattering(tuple(checked), tuple(texts), missing)


class _Mattering(NamedTuple):
    """The files of a folder that may break a rule, and those that may mention an old name.

    A text may be both.
    """

    checked: tuple[PastFile, ...]
    texts: tuple[PastFile, ...]
    missing: int


def _contents(files: Iterable[PastFolder], modules: Iterable[PastFolder]) -> list[Content]:
    """Return every content that some files have, with the modules that have it."""
    is_source: dict[str, bool] = {}
    of_modules: dict[str, dict[str, None]] = {}
    for folder in files:
        for file in folder.sources:
            is_source[file.name] = True
        for file in folder.others:
            is_source.setdefault(file.name, False)
    for folder in modules:
        for path, name in folder.sources:
            is_source[name] = True
            of_modules.setdefault(name, {})[path] = None
    is_source.pop("", None)
    return [Content(n, is_one, tuple(of_modules.get(n, ()))) for n, is_one in is_source.items()]
