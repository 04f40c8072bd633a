"""Planner: from the violations of one file to the edits that end them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flake8_ssot_engine.edits import Applicability, Edit
from flake8_ssot_engine.engine.planning.assembly import Assembly
from flake8_ssot_engine.engine.planning.collector import Collector
from flake8_ssot_engine.engine.planning.mentions import Mention, find_mentions
from flake8_ssot_engine.engine.planning.noqa import without_codes
from flake8_ssot_engine.engine.planning.plan import FilePlan, Key, Links
from flake8_ssot_engine.engine.planning.refused import Refused
from flake8_ssot_engine.engine.planning.repairs import Redirect, Repair
from flake8_ssot_engine.engine.planning.texts import by_key, plan_texts
from flake8_ssot_engine.engine.suppressions import Suppressions
from flake8_ssot_engine.engine.texts.reader import Hit
from flake8_ssot_engine.fixing.places import Places
from flake8_ssot_engine.fixing.webs import Webs
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.rules.unused_suppression import UNUSED_SUPPRESSION
from flake8_ssot_engine.semantics.bindings import BindingKind
from flake8_ssot_engine.semantics.model import SemanticModel

_ROUNDS = 1000
"""Refusals after which a plan is given up: each takes at least one repair away."""


class Planner:
    """Plans one file, under whatever links to other files are settled.

    `context` is the file as the rules see it, `everything` the same with no move left out. The
    file may not be written at all where `untouchable` gives a reason. `mentions` are the names
    of other modules in it that may come to be renamed. With `may_wait`, `await` may stand outside
    of functions; with `keeps_repeated`, what is imported already is imported again where it was.
    """

    def __init__(
        self,
        context: RuleContext,
        everything: RuleContext,
        *,
        untouchable: str = "",
        keeps_relative: bool = True,
        texts: Sequence[Hit] = (),
        may_wait: bool = False,
        keeps_repeated: bool = False,
    ) -> None:
        self._context = context
        self._untouchable = untouchable
        self._keeps_relative = keeps_relative
        self._may_wait = may_wait
        self._keeps_repeated = keeps_repeated
        self._texts = by_key(texts)
        self._webs = Webs(context.model)
        self._places = Places(context.model)
        self._suppressions = Suppressions(context.model.source)
        self.mentions = find_mentions(everything)

    @property
    def model(self) -> SemanticModel:
        """The file's model."""
        return self._context.model

    def plan_alone(self, keys: Collection[Key], *, allow_unsafe: bool = True) -> FilePlan:
        """Plan as if every other file followed, and were followed."""
        links = Links({mention.name: mention.renamed for mention in self.mentions})
        return self.plan(keys, links, allow_unsafe=allow_unsafe)

    def plan_single(self, key: Key) -> FilePlan:
        """Plan the end of one violation, as if nobody else was there."""
        return self.plan([key], Links(), allow_unsafe=True)

    def plan(self, keys: Collection[Key], links: Links, *, allow_unsafe: bool = False) -> FilePlan:
        """Plan the end of the violations `keys`, and what `links` ask of this file."""
        if self._untouchable:
            return FilePlan(
                withheld=dict.fromkeys(keys, self._untouchable),
                mentions={m.name: self._untouchable for m in self.mentions},
            )
        found = Collector(self._context, self._webs, keys, self.mentions, links, self._suppressions)
        for _ in range(_ROUNDS):
            assembly = Assembly(
                self._context,
                self._webs,
                self._places,
                found,
                links,
                keeps_relative=self._keeps_relative,
                allow_unsafe=allow_unsafe,
                may_wait=self._may_wait,
                keeps_repeated=self._keeps_repeated,
            )
            try:
                edits = assembly.edits()
            except Refused as refused:
                for repair in refused.repairs:
                    repair.refused = refused.reason
                    repair.is_blocking = refused.is_blocking
            else:
                return self._plan(keys, found, assembly, edits, allow_unsafe=allow_unsafe)
        raise AssertionError("every refusal takes a repair away")

    def _plan(
        self,
        keys: Collection[Key],
        found: Collector,
        assembly: Assembly,
        edits: tuple[Edit, ...],
        *,
        allow_unsafe: bool,
    ) -> FilePlan:
        fixed: dict[Key, Applicability] = {}
        edits = (*edits, *self._without_suppressions(keys, edits, fixed))
        withheld = {key: reason for key, reason in found.hopeless.items() if key in keys}
        hits = {key: self._texts[key] for key in keys if key in self._texts}
        texts = plan_texts(self.model.source.path, hits, edits, allow_unsafe=allow_unsafe)
        edits = (*edits, *texts.edits)
        fixed.update(texts.fixed)
        withheld.update(texts.withheld)
        for repair in found.every():
            for key in repair.keys:
                if key not in keys:
                    continue
                if repair.refused:
                    withheld[key] = repair.refused
                elif key.code == "SSOT003" and id(repair) in assembly.kept_alias:
                    withheld[key] = assembly.kept_alias[id(repair)]
                else:
                    level = Applicability.UNSAFE if repair.unsafe else Applicability.SAFE
                    fixed[key] = min(level, fixed.get(key, level))
        for key in keys:
            if key not in fixed:
                withheld.setdefault(key, _BY_A_PERSON.get(key.code, "a person has to decide"))
        for key in withheld:
            fixed.pop(key, None)
        followed = [(mention.name, self._followed_by(mention, found)) for mention in self.mentions]
        return FilePlan(
            edits=edits,
            fixed=fixed,
            withheld=withheld,
            renames=assembly.renames,
            gone=frozenset(map(self.model.module.child, assembly.gone)),
            mentions=_worst(followed),
            blocking=frozenset(name for name, repair in followed if repair.is_blocking),
            kept_aliases=frozenset(assembly.aliases_made),
            texts=texts.edits,
        )

    def _without_suppressions(
        self, keys: Collection[Key], others: Collection[Edit], fixed: dict[Key, Applicability]
    ) -> list[Edit]:
        """Return the edits that take out suppressions that no other edit touches."""
        spans = [
            key.span
            for key in keys
            if key.code == UNUSED_SUPPRESSION.code
            and not any(
                e.span.start <= key.span.end and key.span.start <= e.span.end for e in others
            )
        ]
        for span in spans:
            fixed[Key(UNUSED_SUPPRESSION.code, span)] = Applicability.SAFE
        return list(without_codes(self.model.source, spans))

    def _followed_by(self, mention: Mention, found: Collector) -> Repair:
        """Return what makes a file follow the new name of what it mentions."""
        binding, reference = mention.binding, mention.reference
        repairs: list[Repair] = []
        if binding is not None and binding.kind is BindingKind.STAR_IMPORT:
            repairs += [r for r in found.star_renames if r.is_of(binding, mention.name.last)]
        elif binding is not None:
            repairs += filter(None, [found.redirect_of(binding)])
        elif reference is not None:
            repairs += filter(None, [found.accesses.get(id(reference.node))])
            # Or it lies below an import that is redirected itself.
            repairs += [r for r in found.behind(reference) if isinstance(r, Redirect)]
        else:
            repairs += filter(None, [found.strings.get(id(mention.node))])
        nothing = Repair(refused="it is reached in a way that is not followed")
        return repairs[0] if repairs else nothing


_BY_A_PERSON = {
    "SSOT002": "no rewrite is declared for it",
    "SSOT003": "a person has to find another name for it",
    "SSOT004": "a person has to change it",
    "SSOT006": "a person decides which of the two is meant",
    "SSOT007": "it is handed on in a way that a person has to change",
    "SSOT009": "another fix changes its line",
}


def _worst(followed: list[tuple[QualifiedName, Repair]]) -> dict[QualifiedName, str]:
    """Return, by name, a reason why some mention of it does not follow, or ""."""
    found: dict[QualifiedName, str] = {}
    for name, repair in followed:
        found[name] = found.get(name, "") or repair.refused
    return found
