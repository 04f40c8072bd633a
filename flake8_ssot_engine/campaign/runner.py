"""Runs phases: validators, fix, checks, validators again; what turns red is undone."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flake8_ssot_engine.campaign.checks import (
    Complaint,
    broken_imports,
    not_as_written,
    not_compiling,
)
from flake8_ssot_engine.campaign.events import (
    CheckEnded,
    Event,
    FilesRestored,
    FixPlanned,
    PhaseBegun,
    PhaseEnded,
    PhaseOutcome,
    PhaseResult,
    Verdict,
    When,
)
from flake8_ssot_engine.campaign.journal import Change, Journal, State, read_runs
from flake8_ssot_engine.campaign.phase_run import PhaseRun, reasons_of
from flake8_ssot_engine.campaign.planner import Step
from flake8_ssot_engine.campaign.progress import start_facts, take_inventory
from flake8_ssot_engine.campaign.repository import Repository
from flake8_ssot_engine.campaign.restoring import restore
from flake8_ssot_engine.campaign.shrinking import plan_shrinking
from flake8_ssot_engine.campaign.validators import ValidatorRun
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.baseline import load_baseline
from flake8_ssot_engine.engine.fix import fix_files, plan_fixes
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.engine.texts.reader import TextReader
from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.migrations import Migration, Validator
from flake8_ssot_engine.project.git import GitError
from flake8_ssot_engine.project.interrupts import deferred_interrupts
from flake8_ssot_engine.project.reading import read_regular
from flake8_ssot_engine.project.text_formats import is_text
from flake8_ssot_engine.project.writing import (
    FileChanged,
    read_if_there,
    remove_file,
    replace_file,
)

_STRICT = "it is outside the phase (--strict)"
_FEW = 5


@dataclass(frozen=True, slots=True)
class Options:
    """How phases are run, as the journal keeps it for `--resume`."""

    allow_unsafe: bool = False
    allow_red: bool = False
    is_strict: bool = False
    commits: bool = False


class Runner:
    """Runs phases of one project, which must be locked."""

    def __init__(
        self,
        settings: Settings,
        finder: ConfigFinder,
        options: Options,
        *,
        jobs: int,
        tell: Callable[[Event], None],
        stream: Callable[[bytes], None] | None = None,
    ) -> None:
        """Tell `tell` of what happens; `stream` gets what validators print, as it comes."""
        self._settings = settings
        self._finder = finder
        self._options = options
        self._jobs = jobs
        self._tell = tell
        self._stream = stream
        self._repository = Repository(settings.root) if options.commits else None

    def run(self, steps: Sequence[Step]) -> list[PhaseResult]:
        """Run phases in order, up to the first that fails. Raises UsageError."""
        if self._repository is not None:
            self._repository.check_may_commit()
        load_baseline(self._settings)  # a wrong one is told before anything is changed
        results: list[PhaseResult] = []
        names = [step.label for step in steps]
        self._check_clean(steps)
        for number, step in enumerate(steps, 1):
            if results:  # the validators of the one before may have left something behind
                self._check_clean([step])
            self._tell(PhaseBegun(step, number, len(steps)))
            result = self._run_phase(step, names[number - 1 :])
            self._tell(PhaseEnded(result))
            results.append(result)
            if result.outcome.is_failure:
                break
        return results

    def plan(self, step: Step) -> FixReport:
        """Plan and prove what a phase would change in the tree as it is; write nothing."""
        return plan_fixes(step.tasks, self._finder, **self._fix_options)

    @property
    def _fix_options(self) -> dict[str, Any]:
        return {
            "jobs": self._jobs,
            "allow_unsafe": self._options.allow_unsafe,
            "keeps_outside": _STRICT if self._options.is_strict else "",
            "with_texts": True,
        }

    def _check_clean(self, steps: Sequence[Step]) -> None:
        changed = self._uncommitted(steps)
        if changed:
            told = ", ".join(changed[:_FEW]) + (", …" if len(changed) > _FEW else "")
            message = f"--commit: there are changes of your own; commit them first ({told})"
            raise UsageError(message)

    def _uncommitted(self, steps: Sequence[Step]) -> list[str]:
        if self._repository is None:
            return []
        paths = [task.path for step in steps for task in step.tasks]
        code = [path for path in paths if not is_text(path)]
        whole = set(map(os.path.realpath, [*code, self._settings.baseline_file]))
        reader = TextReader(self._settings)

        def counts(path: str) -> bool:  # a text only where the phase may have to do with it
            return path in whole or reader.may_name(read_if_there(path) or b"")

        return self._repository.changes([*paths, self._settings.baseline_file], counts=counts)

    def _run_phase(self, step: Step, names: list[str]) -> PhaseResult:
        if step.removes:
            retired = [os.path.relpath(path, self._settings.root) for path in step.removes]
            return self._journalled(step, {"retired": retired}, self._remove)
        facts = {"phase": step.label, "phases": names, "start": self._start_of(step.migration)}
        return self._journalled(step, facts, self._fix)

    def _start_of(self, migration: Migration) -> dict[str, Any]:
        """Return what there was, by phase, before the first run of a migration."""
        for run in read_runs(self._settings.root):
            if run.facts.get("migration") == migration.id and "start" in run.facts:
                return dict(run.facts["start"])
        inventory = take_inventory(self._settings, migration, self._finder, jobs=self._jobs)
        return start_facts(inventory)

    def _journalled(
        self, step: Step, facts: dict[str, Any], change: Callable[[PhaseRun], None]
    ) -> PhaseResult:
        begun = time.monotonic()
        options = asdict(self._options)
        facts = {"migration": step.migration.id, **facts, "options": options}
        journal = Journal.begin(self._settings.root, step.label, facts)
        with journal.log() as log:
            validators = ValidatorRun(self._settings.root, log, self._tell, self._stream)
            phase = PhaseRun(step, journal, validators)
            try:
                outcome = self._take_through(phase, change)
            except OSError as error:  # a full disk, say
                if self._is_committed(journal):
                    raise
                told = f"{error.filename or journal.run.folder}: {error.strerror or error}"
                phase.failures = [Verdict("writing", (told,))]
                self._undo(phase, told)
                outcome = PhaseOutcome.ROLLED_BACK
            except BaseException as error:
                self._undo_surely(phase, f"{type(error).__name__}: {error}".rstrip(": "))
                raise
        return PhaseResult(
            step,
            outcome,
            journal.run.name,
            time.monotonic() - begun,
            phase.report,
            tuple(phase.failures),
            phase.restored,
            phase.commit,
        )

    def _take_through(self, phase: PhaseRun, change: Callable[[PhaseRun], None]) -> PhaseOutcome:
        """Take a phase through its steps; what it found out is in `phase`."""
        step, journal = phase.step, phase.journal
        phase.failures = phase.validators.failures(step.phase.validate, When.BEFORE)
        red = {verdict.what for verdict in phase.failures}
        if self._options.allow_red:
            phase.failures = []
        if not phase.failures and (meddled := self._uncommitted([step])):
            problems = tuple(f"changed {path}" for path in meddled)
            phase.failures = [Verdict("the validators, before the phase", problems)]
        if phase.failures:
            journal.mark(State.STOPPED, because=reasons_of(phase.failures))
            return PhaseOutcome.RED_BEFORE
        change(phase)
        if not phase.changes:
            journal.mark(State.DONE, **phase.facts)
            return PhaseOutcome.UNCHANGED
        wanted = [v for v in step.phase.validate if v.command not in red]
        phase.failures = self._check(phase) or self._validate(phase, wanted)
        if not phase.failures and self._repository is not None:
            phase.failures = self._commit(phase)
        if phase.failures:
            self._undo(phase, *reasons_of(phase.failures))
            phase.validators.failures(wanted, When.RESTORED)
            return PhaseOutcome.ROLLED_BACK
        journal.mark(State.DONE, **phase.facts)
        return PhaseOutcome.DONE

    def _fix(self, phase: PhaseRun) -> None:
        phase.report = fix_files(
            phase.step.tasks,
            self._finder,
            before_writing=lambda planned: self._keep(phase, planned),
            **self._fix_options,
        )
        self._shrink_baseline(phase)

    def _shrink_baseline(self, phase: PhaseRun) -> None:
        """Take out of the baseline what the phase fixed, as one of its files."""
        if not phase.changes:
            return
        change = plan_shrinking(self._settings, self._finder, jobs=self._jobs)
        if change is None or change.after is None:
            return
        phase.changes[change.path] = change
        phase.journal.record([change])
        try:
            replace_file(change.path, before=change.before, after=change.after)
        except FileChanged as error:  # somebody else wrote it just now
            raise OSError(errno.EBUSY, str(error), change.path) from None

    def _remove(self, phase: PhaseRun) -> None:
        for path in phase.step.removes:
            phase.changes[path] = Change(path, read_regular(path), None)
        phase.journal.record(phase.changes.values())
        for change in phase.changes.values():
            remove_file(change.path, before=change.before)

    def _keep(self, phase: PhaseRun, planned: FixReport) -> None:
        """Journal planned changes, before any of them is written."""
        if not planned.changes:
            return
        self._tell(FixPlanned(planned))
        changes = [Change(r.place.path, r.before, r.after) for r in planned.changes]
        phase.journal.record(changes)
        for change in changes:
            first = phase.changes.get(change.path, change)
            phase.changes[change.path] = change._replace(before=first.before)

    def _check(self, phase: PhaseRun) -> list[Verdict]:
        """Run the checks that every phase must pass, up to the first that fails."""
        changes = list(phase.changes.values())
        python = [change for change in changes if change.path != self._settings.baseline_file]
        errors = {error.path: error.message for error in phase.report.errors}

        def with_reason(complaint: Complaint) -> Complaint:
            why = errors.get(os.path.relpath(complaint.path))
            return complaint._replace(message=why) if why else complaint

        checks: tuple[tuple[str, Callable[[], list[Complaint]]], ...] = (
            (
                "every file holds what was proved",
                lambda: list(map(with_reason, not_as_written(changes))),
            ),
            ("every changed file compiles", lambda: not_compiling(python)),
            (
                "every import that resolved does so still",
                lambda: broken_imports(python, self._settings.source_roots),
            ),
            ("nothing fixable is left", lambda: self._still_fixable(phase)),
        )
        for what, check in checks:
            begun = time.monotonic()
            problems = tuple(f"{os.path.relpath(c.path)}: {c.message}" for c in check())
            verdict = Verdict(what, problems, seconds=time.monotonic() - begun)
            self._tell(CheckEnded(verdict, When.AFTER))
            if problems:
                return [verdict]
        return []

    def _still_fixable(self, phase: PhaseRun) -> list[Complaint]:
        further = self.plan(phase.step)
        return [Complaint(c.place.path, "could be fixed further") for c in further.changes]

    def _validate(self, phase: PhaseRun, validators: Sequence[Validator]) -> list[Verdict]:
        seen: set[Complaint] = set()

        def meddled() -> Iterator[str]:
            for complaint in not_as_written(phase.changes.values()):
                if complaint not in seen:
                    seen.add(complaint)
                    yield f"{os.path.relpath(complaint.path)} {complaint.message} meanwhile"
            if not phase.journal.is_there():
                yield f"{os.path.relpath(phase.journal.run.folder)} was deleted meanwhile"

        return phase.validators.failures(validators, When.AFTER, meddled)

    def _commit(self, phase: PhaseRun) -> list[Verdict]:
        assert self._repository is not None
        phase.journal.mark(State.COMMITTING)
        validators = phase.validators
        try:
            phase.commit = self._repository.commit(
                list(phase.changes),
                phase.commit_message,
                log=validators.log,
                stream=validators.stream,
            )
        except GitError as error:
            return [Verdict("git commit", ("git or a hook refused",), str(error))]
        return []

    def _is_committed(self, journal: Journal) -> bool:
        """Whether the commit of a phase was made after all; its journal then says so."""
        if self._repository is None or journal.run.state is not State.COMMITTING:
            return journal.run.state is State.DONE
        commit = self._repository.commit_of(journal.run.name)
        if commit is not None:
            journal.mark(State.DONE, commit=commit)
        return commit is not None

    def _undo_surely(self, phase: PhaseRun, reason: str) -> None:
        """Undo a phase that is not committed, however often Ctrl-C is pressed meanwhile."""
        while True:
            try:
                with deferred_interrupts():
                    if not self._is_committed(phase.journal):
                        self._undo(phase, reason)
                return
            except KeyboardInterrupt:
                continue

    def _undo(self, phase: PhaseRun, *reasons: str) -> None:
        """Restore the files of a phase, and note it; Ctrl-C waits until that is done."""
        run = phase.journal.run
        contents = {os.path.realpath(c.path): c.before for c in phase.changes.values()}
        with deferred_interrupts():
            if run.files:
                phase.restored = restore(run, contents)
            if run.state in (State.RUNNING, State.COMMITTING):
                state = State.RESTORED if run.files else State.STOPPED
                left = [path for path, _ in phase.restored.left]
                try:
                    phase.journal.mark(state, because=list(reasons), left=left)
                except OSError as error:  # the run then counts as cut short, which is harmless
                    told = f"{run.folder}: {error.strerror or error}"
                    phase.failures.append(Verdict("the journal", (told,)))
        if run.files:
            self._tell(FilesRestored(phase.restored))
