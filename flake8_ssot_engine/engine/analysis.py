"""Analysis: from what a file that may matter holds to what stands after suppressions and phases."""

from __future__ import annotations

import ast
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.binding_moves import BindingMoves
from flake8_ssot_engine.engine.findings import FileError, FileResult, Finding, file_error
from flake8_ssot_engine.engine.fixability import key_of, with_fixability, with_planned_fixes
from flake8_ssot_engine.engine.screening import Screen
from flake8_ssot_engine.engine.standing import Standing
from flake8_ssot_engine.engine.suppressions import Suppressions
from flake8_ssot_engine.engine.text_check import TextCheck
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.migrations import Match, MoveIndex
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.modules import is_package_file
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.project.reexports import Reexports
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.rules.deprecated_text_reference import DEPRECATED_TEXT
from flake8_ssot_engine.rules.registry import RULES
from flake8_ssot_engine.rules.unused_suppression import UNUSED_SUPPRESSION
from flake8_ssot_engine.semantics.focus import Asked, Focus, OutOfFocus
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.resolver import PublicNames
from flake8_ssot_engine.source import SourceFile
from flake8_ssot_engine.violations import MODULE_SCOPE, Violation

if TYPE_CHECKING:
    from flake8_ssot_engine.engine.planning.planner import Planner
    from flake8_ssot_engine.engine.sights import Sights
    from flake8_ssot_engine.engine.texts.blocks import Block
    from flake8_ssot_engine.engine.texts.reader import Reading

Answer = TypeVar("Answer")
_BROKEN = "the file does not parse"
_ATTEMPTS = 4
"""Attempts after which all of a file is looked at: most need one, a fifth is seldom the last."""


class Analysis:
    """Looks into the files that one configuration holds for; `check.py` says which are worth it."""

    def __init__(
        self,
        settings: Settings,
        screen: Screen,
        reexports: Reexports,
        *,
        needles: Needles | None,
        contents: Mapping[str, bytes],
        moves: BindingMoves,
        texts: TextCheck,
        standing: Standing,
        sights: Sights | None,
        tells_fixes: bool,
        shows_fixes: bool,
    ) -> None:
        """Take what Checker takes and makes."""
        self.settings = settings
        self.screen = screen
        self.reexports = reexports
        self.needles = needles
        self.contents = contents
        self.texts = texts
        self._standing = standing
        self._tells_fixes = tells_fixes
        self._shows_fixes = shows_fixes
        self._moves = moves
        self._asked: dict[str, Asked] = {}
        self._sights = sights

    def check_tree(
        self, path: str, source: SourceFile, tree: ast.Module, *, with_noqa: bool = True
    ) -> FileResult:
        """Check a parsed file that may matter."""

        def checked(context: RuleContext) -> FileResult:
            found = self.findings_of(path, context, with_noqa=with_noqa)
            if found and self._tells_fixes:
                planner = self.planner_of(path, context)
                plan = planner.plan_alone([key_of(finding) for finding in found])
                found = tuple(with_fixability(finding, plan) for finding in found)
                if self._shows_fixes:
                    found = with_planned_fixes(source, found, planner.plan_single)
            result = self._result(path, context, found)
            if self._sights is not None:
                self._sights.keep(path, source, context.model.focus, result)
            return result

        return self.ask(path, source, tree, checked)

    def ask(
        self,
        path: str,
        source: SourceFile,
        tree: ast.Module,
        answer: Callable[[RuleContext], Answer],
    ) -> Answer:
        """Return what `answer` says of a file that is seen through as little as it needs of it."""
        focus = self._focus_on(path, source)
        matches: dict[QualifiedName, Match | None] = {}
        for _ in range(_ATTEMPTS):
            try:
                return answer(self.context_of(path, source, tree, focus=focus, matches=matches))
            except OutOfFocus:  # each time more is seen
                assert focus is not None
                self._asked[path] = focus.asked  # an editor has it checked again and again
        return answer(self.context_of(path, source, tree, matches=matches))

    def read_block(self, path: str, index: MoveIndex, block: Block) -> Reading:
        """Read a block of code in the file at an absolute path, by some of the moves."""
        from flake8_ssot_engine.engine.code_in_texts import CodeReader  # most texts have none

        # It is a module of its own, beside its file.
        place = os.path.join(os.path.dirname(path), "<code>.py")
        reader = CodeReader(
            path,
            lambda source, tree: self.context_of(place, source, tree, index=index),
            self.with_every_move,
            keeps_relative=self.settings.keeps_relative_imports,
            tells_fixes=self._tells_fixes,
        )
        return reader.read(block)

    def _focus_on(self, path: str, source: SourceFile) -> Focus | None:
        module = self.reexports.modules.name_of(path)
        if self.settings.index.is_relevant(module) or not Focus.is_possible(source):
            return None
        leaks = self.screen.prefilter.leaks_in_text(source.text)
        return Focus(source, (*self.screen.words, *leaks), self._asked.get(path))

    def findings_of(
        self, path: str, context: RuleContext, *, with_noqa: bool = True
    ) -> tuple[Finding, ...]:
        """Return what the rules find in a file, after phases and suppressions, in order."""
        model, rules = context.model, self._standing.rules_for(path, RULES)
        suppressions = Suppressions(model.source) if with_noqa else None
        if (
            suppressions is None
            or not suppressions.names_ours
            or not self.screen.judges_suppressions
        ):
            violations = self._violations(path, context, rules)
            return self._findings_in(path, context, violations, suppressions)
        judged = self._standing.rules_for(path, RULES, whatever_is_selected=True)
        if not self.texts.are_read:
            judged = [rule for rule in judged if rule is not DEPRECATED_TEXT]
        violations = self._violations(path, context, judged)
        violations += self._unused(suppressions, model.source, violations, judged)
        selected = {rule.code for rule in rules}
        violations = [violation for violation in violations if violation.code in selected]
        return self._findings_in(path, context, violations, suppressions)

    def _violations(
        self, path: str, context: RuleContext, rules: Sequence[Rule]
    ) -> list[Violation]:
        found = [violation for rule in rules for violation in rule.check(context)]
        if DEPRECATED_TEXT in rules and (texts := self.texts.of_python(path, context.model.source)):
            found += [hit.violation for hit in texts.apart_from(context, found).hits]
        return found

    def _unused(
        self,
        suppressions: Suppressions,
        source: SourceFile,
        violations: list[Violation],
        judged: list[Rule],
    ) -> Iterator[Violation]:
        raised = {(v.code, source.position(v.span.start).line) for v in violations}
        codes = {rule.code for rule in judged} - {UNUSED_SUPPRESSION.code}
        for code, span in suppressions.unused(raised, codes):
            text = f"`# noqa` for `{code}` suppresses nothing; remove it"
            yield UNUSED_SUPPRESSION.unused(span, QualifiedName((code,)), text)

    def planner_of(self, path: str, context: RuleContext, untouchable: str = "") -> Planner:
        """Return what plans the fixes of a file; it may not be written if it is untouchable."""
        # What plans is a fifth of what there is to import, and most files have nothing to fix.
        from flake8_ssot_engine.engine.planning.planner import Planner

        texts = self.texts.of_python(path, context.model.source)
        owning = self._moves.owning(path)
        if owning and not untouchable:
            untouchable = f"it is an owner in the migration {owning[0]}"
        return Planner(
            context,
            self.with_every_move(context),
            untouchable=untouchable,
            keeps_relative=self.settings.keeps_relative_imports,
            texts=texts.hits if texts else (),
        )

    def count_suppressed(self, path: str, context: RuleContext, found: Sequence[Finding]) -> int:
        """Return how many violations of a file a `# noqa` covers, besides those that stand."""
        if "noqa" not in context.model.source.text.lower():
            return 0
        standing = sum(f.violation.code != UNUSED_SUPPRESSION.code for f in found)
        return len(self.findings_of(path, context, with_noqa=False)) - standing

    def with_every_move(self, context: RuleContext) -> RuleContext:
        """Return the same file as seen by moves that it is exempt from, too."""
        if context.index is self.settings.index:
            return context
        return RuleContext(
            context.model,
            self.settings.index,
            self.reexports,
            self.needles,
            self.settings.string_calls,
        )

    def check_broken(
        self, path: str, source: SourceFile, error: SourceError, *, is_told: bool
    ) -> FileResult:
        """Report what can be made out in a broken file: imports, and attributes of them.

        The error as well, if it is to be told or something was found.
        """
        from flake8_ssot_engine.fixing.structural import tree_of_names

        context = self.context_of(path, source, tree_of_names(source))
        found = self.findings_in_broken(path, context)
        problem = file_error(source.path, error) if is_told or found else None
        return self._result(path, context, found, problem)

    def _result(
        self,
        path: str,
        context: RuleContext,
        found: tuple[Finding, ...],
        error: FileError | None = None,
    ) -> FileResult:
        scopes = context.model.definition_names if found else frozenset()
        counts, spelled = self._count_references(context)
        result = FileResult(context.model.source.path, found, error, counts, spelled)
        texts = self.texts.of_python(path, context.model.source) if error is None else None
        if texts is None:
            return result.with_scopes(scopes)
        others = [f.violation for f in found if f.violation.code != DEPRECATED_TEXT.code]
        apart = texts.apart_from(context, others)
        told = self.texts.result(context.model.source, (), apart)
        result = result._replace(references=counts + told.references, texts=told.texts)
        return result.with_scopes(scopes | texts.scopes if found else scopes)

    def findings_in_broken(self, path: str, context: RuleContext) -> tuple[Finding, ...]:
        """Return what the rules find that need no more than the imports of a file."""
        violations = [
            violation._replace(unfixable_because=_BROKEN, doubt=_BROKEN)
            for rule in self._standing.rules_for(path, RULES)
            if rule.reads_imports_alone
            for violation in rule.check(context)
        ]
        return self._findings_in(path, context, violations, Suppressions(context.model.source))

    def context_of(
        self,
        path: str,
        source: SourceFile,
        tree: ast.Module,
        public_names: PublicNames | None = None,
        *,
        index: MoveIndex | None = None,
        focus: Focus | None = None,
        matches: dict[QualifiedName, Match | None] | None = None,
    ) -> RuleContext:
        """Return what the rules see of a parsed file: all of it, or what is in focus.

        `public_names` tells what star imports bring, where that is not what is on disk; `index`
        which moves bind it, where those are not the file's own.
        """
        module = self.reexports.modules.name_of(path)
        model = SemanticModel(
            source,
            tree,
            module,
            is_package=is_package_file(path),
            public_names=public_names or self.reexports.modules.public_names,
            focus=focus,
        )
        return RuleContext(
            model,
            self._moves.for_module(path) if index is None else index,
            self.reexports,
            self.needles,
            self.settings.string_calls,
            matches,
        )

    def _findings_in(
        self,
        path: str,
        context: RuleContext,
        violations: list[Violation],
        suppressions: Suppressions | None,
    ) -> tuple[Finding, ...]:
        """Return what stands of the violations of a Python file."""
        model = context.model

        def scope_of(violation: Violation) -> str:
            if violation.code != DEPRECATED_TEXT.code:
                return model.definitions.around(violation.span) or MODULE_SCOPE
            # Of what is cut out of a model, it knows no definitions.
            texts = self.texts.of_python(path, model.source)
            return texts.scope_of(violation) if texts else MODULE_SCOPE

        return self._standing.findings(path, model.source, violations, suppressions, scope_of)

    def _count_references(self, context: RuleContext) -> tuple[Counter[str], Counter[str]]:
        named: list[tuple[str, Match, tuple[str, ...]]] = [
            *(
                (u.kind.value, u.match, (u.reference.name, *u.reference.attributes))
                for u in context.uses
            ),
            *(("import", one.match, tuple(one.binding.target or ())) for one in context.imports),
            *(("string", one.match, tuple(one.reached)) for one in context.strings),
        ]
        counts: Counter[str] = Counter()
        spelled: Counter[str] = Counter()
        for kind, match, parts in named:
            if self.settings.only_migration in ("", match.migration.id):
                counts[kind] += 1
                spelled[match.move.old.last] += match.move.old.last in parts
        return counts, +spelled
