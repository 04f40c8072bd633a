"""Code in texts: what the rules say of a block of code in a text, with what it is to become."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from flake8_ssot_engine.edits import Applicability, apply_edits
from flake8_ssot_engine.engine.planning.plan import FilePlan, Key, Links
from flake8_ssot_engine.engine.planning.planner import Planner
from flake8_ssot_engine.engine.proof.certificate import certify
from flake8_ssot_engine.engine.proof.compiling import compiles
from flake8_ssot_engine.engine.proof.trees import UNPROVED, Agreement, Uncertified
from flake8_ssot_engine.engine.texts.blocks import Block
from flake8_ssot_engine.engine.texts.imports import Edits
from flake8_ssot_engine.engine.texts.reader import Hit, Reading
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.rules.deprecated_text_reference import DEPRECATED_TEXT
from flake8_ssot_engine.rules.registry import RULES
from flake8_ssot_engine.semantics.bindings import BindingKind
from flake8_ssot_engine.source import SourceFile, Span
from flake8_ssot_engine.violations import ReferenceKind, Violation

_BROKEN = "the block of code does not parse"
_NO_HOME = "it has no replacement"
_HIDDEN = "what is no Python there names it as well"
_ALIAS = "SSOT003"
_CALL = "SSOT002"
_JUDGED = ("SSOT001", "SSOT004", _CALL, _ALIAS)
"""The rules that are asked: of calls those that more than a name of has to change in."""

ContextOf = Callable[[SourceFile, ast.Module], RuleContext]


class _Fix(NamedTuple):
    """Edits of the text, at which places of the code they end something, and why not at others."""

    edits: Edits = ()
    ended: frozenset[Span] = frozenset()
    left: Mapping[Span, str] = MappingProxyType({})


_NOTHING = _Fix()


class CodeReader:
    """Reads the blocks of one text as Python files are read.

    `context_of` makes what the rules see of some code, `with_every_move` the same with no move left
    out. Without `tells_fixes` nothing is planned.
    """

    def __init__(
        self,
        path: str,
        context_of: ContextOf,
        with_every_move: Callable[[RuleContext], RuleContext],
        *,
        keeps_relative: bool,
        tells_fixes: bool,
    ) -> None:
        self._path = path
        self._context_of = context_of
        self._with_every_move = with_every_move
        self._keeps_relative = keeps_relative
        self._tells_fixes = tells_fixes

    def read(self, block: Block) -> Reading:
        """Return what of a block has moved, with the edits that end it; nothing of a deep one."""
        source = SourceFile(self._path, block.code)
        try:
            try:
                return self._read_sound(block, source, source.parse())
            except SourceError:
                return self._read_broken(block, source)
        except RecursionError:
            return Reading((), ())

    def _read_sound(self, block: Block, source: SourceFile, tree: ast.Module) -> Reading:
        """Read a block as a module; what is of one migration is fixed together."""
        context = self._context_of(source, tree)
        violations = list(_violations(context))
        hits: list[Hit] = []
        for migration in dict.fromkeys(violation.migration for violation in violations):
            own = [one for one in violations if one.migration == migration]
            hits += self._of_migration(block, context, own)
        return Reading(tuple(hits), _spans(block, context), tuple(block.passed_over))

    def _read_broken(self, block: Block, source: SourceFile) -> Reading:
        """Read what can be made out of a block that is no Python, as of a broken file."""
        from flake8_ssot_engine.fixing.structural import tree_of_names

        context = self._context_of(source, tree_of_names(source))
        violations = [
            violation._replace(unfixable_because=_BROKEN, doubt=_BROKEN)
            for violation in _violations(context, reads_imports_alone=True)
        ]
        hits = tuple(hit for _, hit in _hits(block, context, violations))
        return Reading(hits, _spans(block, context))

    def _of_migration(
        self, block: Block, context: RuleContext, violations: Sequence[Violation]
    ) -> Iterator[Hit]:
        keys = {
            Key(one.code, one.span): one.symbol for one in violations if one.replacement is not None
        }
        safe = unsafe = _NOTHING
        if keys and self._tells_fixes:
            planner = Planner(
                context,
                self._with_every_move(context),
                keeps_relative=self._keeps_relative,
                may_wait=block.may_wait,
                keeps_repeated=True,
            )
            safe = self._attempt(planner, block, context, keys)
            if safe.left:
                unsafe = self._attempt(planner, block, context, keys, allow_unsafe=True)
        for span, hit in _hits(block, context, violations):
            if hit.violation.replacement is None:
                why = _NO_HOME
            elif span in safe.ended:
                yield hit._replace(edits=safe.edits)
                continue
            elif span in unsafe.ended:
                why = safe.left[span]
                yield hit._replace(edits=unsafe.edits, level=Applicability.UNSAFE, unsafe=why)
                continue
            else:
                why = unsafe.left.get(span, "")
            yield hit._replace(violation=hit.violation._replace(unfixable_because=why))

    def _attempt(
        self,
        planner: Planner,
        block: Block,
        context: RuleContext,
        keys: Mapping[Key, QualifiedName],
        *,
        allow_unsafe: bool = False,
    ) -> _Fix:
        """Return the fix of a block that is one unit; of others, of the symbols that can be ended.

        `keys` are the violations, with their symbols.
        """
        left: dict[Span, str] = {}
        while keys:
            plan = planner.plan(keys, Links(), allow_unsafe=allow_unsafe)
            withheld = {key.span: plan.withheld[key] for key in keys if key in plan.withheld}
            hidden = [
                key for key, symbol in keys.items() if _is_named_in(block.hidden, symbol.last)
            ]
            withheld.update(dict.fromkeys((key.span for key in hidden), _HIDDEN))
            try:
                if not withheld:
                    self._prove(plan, block, context)
                    edits = tuple(block.edit(edit) for edit in plan.edits)
                    return _Fix(edits, frozenset(key.span for key in keys), left)
                if block.is_one_unit:
                    raise Refusal(next(iter(withheld.values())))
            except Refusal as refusal:
                withheld = dict.fromkeys((key.span for key in keys), refusal.reason)
            except (Uncertified, SourceError) as error:
                withheld = dict.fromkeys((key.span for key in keys), f"{UNPROVED}: {error}")
            reasons = {keys[key]: why for key in keys if (why := withheld.get(key.span))}
            left.update({key.span: reasons[keys[key]] for key in keys if keys[key] in reasons})
            keys = {key: symbol for key, symbol in keys.items() if key.span not in left}
        return _Fix(left=left)

    def _prove(self, plan: FilePlan, block: Block, before: RuleContext) -> None:
        applied = apply_edits(block.code, plan.edits)
        if applied.skipped:
            raise Uncertified("two changes overlap")
        source = SourceFile(self._path, applied.text)
        tree = source.parse()
        code, may_wait = applied.text, block.may_wait
        if compiles(block.code, may_wait=may_wait) and not compiles(code, may_wait=may_wait):
            raise Uncertified("the result does not compile")
        after = self._context_of(source, tree)
        agreement = Agreement(plan.renames, {name.last for name in plan.gone})
        certify(self._with_every_move(before), after.model, agreement)
        stay = [one for one in _violations(before) if Key(one.code, one.span) not in plan.fixed]
        if len(list(_violations(after))) > len(stay):
            raise Uncertified("something would still be there, or be new")


def _is_named_in(text: str, name: str) -> bool:
    return name in text and re.search(rf"(?<![\w.]){name}(?!\w)", text) is not None


def _violations(context: RuleContext, *, reads_imports_alone: bool = False) -> Iterator[Violation]:
    """Yield what is told of a block, and what an import is besides that."""
    imports: set[Span] = set()
    idle = _idle_stars(context)
    for rule in RULES:
        if rule.code not in _JUDGED or (reads_imports_alone and not rule.reads_imports_alone):
            continue
        for violation in rule.check(context):
            match = context.index.match(violation.symbol)
            if match is None or (rule.code == _ALIAS and violation.span not in imports):
                continue
            if violation.span in idle:
                continue
            if rule.code == _CALL and not (match.move.calls or match.move.factory):
                continue
            imports.add(violation.span)
            yield violation


def _idle_stars(context: RuleContext) -> set[Span]:
    """Return where a star brings what has moved, and nothing of that is used."""
    star = BindingKind.STAR_IMPORT
    used = any(use.candidate.binding and use.candidate.binding.kind is star for use in context.uses)
    return {
        context.model.span_of_binding(moved.binding)
        for moved in context.imports
        if moved.binding.kind is star and not used
    }


def _hits(
    block: Block, context: RuleContext, violations: Sequence[Violation]
) -> Iterator[tuple[Span, Hit]]:
    """Yield one hit for each place in the code."""
    source = context.model.source
    imports = {
        context.model.span_of_binding(moved.binding): moved.binding for moved in context.imports
    }
    told = {one.span: one for one in violations if one.code != _ALIAS}
    for violation in told.values():
        match = context.index.match(violation.symbol)
        assert match is not None
        text = violation.text
        if violation.kind is ReferenceKind.IMPORT:
            text = f"text imports {text[text.index('deprecated') :]}"
        span = around = violation.span
        binding = imports.get(span)
        if binding is not None and binding.statement is not None:
            around = source.span_of(binding.statement)
            span = _without_alias(source, span)
        spelled = source.text[around.start : around.end]
        yield (
            violation.span,
            Hit(
                violation._replace(
                    code=DEPRECATED_TEXT.code,
                    name=DEPRECATED_TEXT.name,
                    kind=ReferenceKind.TEXT,
                    span=block.place(span),
                    text=text,
                ),
                (),
                Applicability.SAFE,
                block.place(around),
                match.move.old.last if match.move.old.last in spelled else "",
            ),
        )


def _without_alias(source: SourceFile, span: Span) -> Span:
    """Return where what is imported is named, of `name as alias`."""
    name = re.split(r"\s", source.text[span.start : span.end], maxsplit=1)[0]
    return Span(span.start, span.start + len(name))


def _spans(block: Block, context: RuleContext) -> tuple[Span, ...]:
    """Return where names of the text are those of the code: in no comment, nor any string."""
    statements = (moved.binding.statement for moved in context.imports)
    spans = [context.model.source.span_of(statement) for statement in statements if statement]
    return tuple(map(block.place, [*spans, *context.resolved_spans]))
