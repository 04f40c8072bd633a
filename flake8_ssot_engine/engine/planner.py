"""Planner: from the violations of one file to the edits that end them."""

from __future__ import annotations

from collections.abc import Collection

from flake8_ssot_engine.edits import Applicability, Edit
from flake8_ssot_engine.engine.assembly import Assembly, Refused
from flake8_ssot_engine.engine.collector import Collector
from flake8_ssot_engine.engine.mentions import Mention, find_mentions
from flake8_ssot_engine.engine.plan import FilePlan, Key, Links
from flake8_ssot_engine.engine.repairs import Redirect, Repair
from flake8_ssot_engine.fixing.places import Places
from flake8_ssot_engine.fixing.webs import Webs
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.semantics.bindings import BindingKind
from flake8_ssot_engine.semantics.model import SemanticModel

_ROUNDS = 1000
"""Refusals after which a plan is given up: each takes at least one repair away."""


class Planner:
    """Plans one file, under whatever links to other files are settled.

    `context` is the file as the rules see it, `everything` the same with no move left out. The
    file may not be written at all where `untouchable` gives a reason.
    """

    def __init__(
        self,
        context: RuleContext,
        everything: RuleContext,
        *,
        untouchable: str = "",
        keeps_relative: bool = True,
    ) -> None:
        self._context = context
        self._untouchable = untouchable
        self._keeps_relative = keeps_relative
        self._webs = Webs(context.model)
        self._places = Places(context.model)
        self._mentions = find_mentions(everything)

    @property
    def model(self) -> SemanticModel:
        """The file's model."""
        return self._context.model

    def plan_alone(self, keys: Collection[Key], *, allow_unsafe: bool = True) -> FilePlan:
        """Plan as if every other file followed, and were followed."""
        links = Links({mention.name: mention.renamed for mention in self._mentions})
        return self.plan(keys, links, allow_unsafe=allow_unsafe)

    def plan(self, keys: Collection[Key], links: Links, *, allow_unsafe: bool = False) -> FilePlan:
        """Plan the end of the violations `keys`, and what `links` ask of this file."""
        if self._untouchable:
            return FilePlan(
                withheld=dict.fromkeys(keys, self._untouchable),
                mentions={m.name: self._untouchable for m in self._mentions},
            )
        found = Collector(self._context, self._webs, keys, self._mentions, links)
        for repair in found.every():
            if repair.unsafe and not allow_unsafe:
                repair.refused = f"{repair.unsafe} (unsafe)"
        for _ in range(_ROUNDS):
            assembly = Assembly(
                self._context,
                self._webs,
                self._places,
                found,
                links,
                keeps_relative=self._keeps_relative,
                allow_unsafe=allow_unsafe,
            )
            try:
                edits = assembly.edits()
            except Refused as refused:
                for repair in refused.repairs:
                    repair.refused = refused.reason
            else:
                return self._plan(keys, found, assembly, edits)
        raise AssertionError("every refusal takes a repair away")

    def _plan(
        self, keys: Collection[Key], found: Collector, assembly: Assembly, edits: tuple[Edit, ...]
    ) -> FilePlan:
        fixed: dict[Key, Applicability] = {}
        withheld = {key: reason for key, reason in found.hopeless.items() if key in keys}
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
        return FilePlan(
            edits=edits,
            fixed=fixed,
            withheld=withheld,
            renames=assembly.renames,
            gone=frozenset(assembly.gone),
            mentions={m.name: self._why_not_followed(m, found) for m in self._mentions},
            kept_aliases=frozenset(assembly.aliases_made),
        )

    def _why_not_followed(self, mention: Mention, found: Collector) -> str:
        """Return why a file cannot follow the new name of what it mentions; "" if it can."""
        repair: Repair | None = None
        if mention.binding is not None:
            if mention.binding.kind is BindingKind.STAR_IMPORT:
                return "a star import brings it"
            repair = found.redirect_of(mention.binding)
        elif mention.reference is not None:
            repair = found.accesses.get(id(mention.reference.node))
            if repair is None:  # below an import that is redirected itself
                behind = [r for r in found.behind(mention.reference) if isinstance(r, Redirect)]
                repair = behind[0] if behind else None
        else:
            repair = found.strings.get(id(mention.node))
        if repair is None:
            return "it is reached in a way that is not followed"
        return repair.refused


_BY_A_PERSON = {
    "SSOT002": "no rewrite is declared for it",
    "SSOT003": "a person has to find another name for it",
    "SSOT004": "a person has to change it",
    "SSOT006": "a person decides which of the two is meant",
    "SSOT007": "it is handed on in a way that a person has to change",
}
