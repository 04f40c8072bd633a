"""Examined: what is known of contents of a project's history, kept from run to run.

It is written at intervals while a run goes on, so that one that is cut short is not lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from flake8_ssot_engine.campaign.past_texts import Place, TextKey
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.matching import Trait
from flake8_ssot_engine.engine.past import Seen, TextSpan, Verdict
from flake8_ssot_engine.engine.witness import Fact
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.cache import MALFORMED, Cached, fingerprint_of, load, store
from flake8_ssot_engine.project.outlines import Outline
from flake8_ssot_engine.project.past_needles import Searched
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.project.texts import OldName
from flake8_ssot_engine.source import Position

_NAME = "history"
_INTERVAL = 5.0
"""Seconds between two writings."""
VerdictKey = tuple[str, str]
"""The id of a migration, and the absolute path of a file."""


class Examined:
    """What is known: of contents, whether they matter; of files, the verdicts; of texts, mentions.

    `answers` are those of whole runs, as plain values by what was asked.
    """

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.searched: Searched | None = None
        self.verdicts: dict[VerdictKey, list[Verdict]] = {}
        self.texts: dict[TextKey, tuple[Place, ...]] = {}
        self.answers: dict[str, Any] = {}
        self._root = settings.root
        self._fingerprint = fingerprint_of(settings)
        self._clock = clock
        self._written = clock()
        cached = load(self._root, self._fingerprint, _NAME)
        if cached is not None:
            try:
                self._take(cached)
            except MALFORMED:
                self.searched, self.verdicts, self.texts, self.answers = None, {}, {}, {}

    def keep_at_intervals(self) -> None:
        """Write what is known, unless that was done just now."""
        if self._clock() - self._written >= _INTERVAL:
            self.keep()

    def keep(self) -> None:
        """Write what is known. Where that cannot be, the next run begins anew."""
        store(self._root, self._fingerprint, self._plain(), _NAME)
        self._written = self._clock()

    def forget_others(
        self,
        names: Iterable[str],
        verdicts: dict[VerdictKey, list[Verdict]],
        texts: Iterable[TextKey],
    ) -> None:
        """Keep of contents, verdicts and texts only these."""
        if self.searched is not None:
            wanted = set(names)
            flags = {name: f for name, f in self.searched.flags.items() if name in wanted}
            outlines = {k: v for k, v in self.searched.outlines.items() if k[0] in wanted}
            self.searched = self.searched._replace(flags=flags, outlines=outlines)
        self.verdicts = verdicts
        self.texts = {key: self.texts[key] for key in texts}

    def _plain(self) -> Cached:
        facts: dict[Fact, int] = {}
        olds: dict[tuple[OldName, ...], int] = {}
        value: dict[str, Any] = {"answers": self.answers, "verdicts": [], "texts": []}
        for (migration, path), verdicts in self.verdicts.items():
            rows = [_verdict_to_plain(one, facts) for one in verdicts]
            value["verdicts"].append([migration, path, rows])
        for key, places in self.texts.items():
            number = olds.setdefault(key.olds, len(olds))
            value["texts"].append([key.name, key.is_python, number, places])
        value["facts"] = list(facts)
        value["olds"] = list(olds)
        table = b""
        if self.searched is not None:
            needles, flags, outlines = self.searched
            value["needles"] = needles.to_plain()
            value["width"] = max((len(name) // 2 for name in flags), default=20)
            value["outlines"] = [[*key, *outline] for key, outline in outlines.items()]
            table = b"".join(bytes.fromhex(name) + bytes((f,)) for name, f in flags.items())
        return Cached(value, (table,))

    def _take(self, cached: Cached) -> None:
        value, (table,) = cached
        facts = [Fact(question, QualifiedName(n), a) for question, n, a in value["facts"]]
        olds = [
            tuple(OldName(QualifiedName(name), *rest) for name, *rest in row)
            for row in value["olds"]
        ]
        for migration, path, rows in value["verdicts"]:
            self.verdicts[migration, path] = [_verdict_of_plain(row, facts) for row in rows]
        for name, is_python, number, places in value["texts"]:
            key = TextKey(name, is_python, olds[number])
            self.texts[key] = tuple((line, column) for line, column in places)
        self.answers = dict(value["answers"])
        if "needles" in value:
            step = value["width"] + 1
            flags = {
                table[at : at + step - 1].hex(): table[at + step - 1]
                for at in range(0, len(table), step)
            }
            outlines = {(row[0], row[1]): _outline_of_plain(*row[2:]) for row in value["outlines"]}
            self.searched = Searched(Needles.from_plain(value["needles"]), flags, outlines)


def _verdict_to_plain(verdict: Verdict, facts: dict[Fact, int]) -> list[Any]:
    numbers = [facts.setdefault(fact, len(facts)) for fact in verdict.facts]
    seen = [[*one.trait, *one.start, *one.end] for one in verdict.violations]
    texts = [[*start, *end] for start, end in verdict.texts]
    return [verdict.name, numbers, seen, dict(verdict.references), verdict.is_unreadable, texts]


def _verdict_of_plain(row: list[Any], facts: list[Fact]) -> Verdict:
    name, numbers, every, references, is_unreadable, spans = row
    seen = tuple(
        Seen(Trait(code, scope, symbol), Position(*place[:2]), Position(*place[2:]))
        for code, scope, symbol, *place in every
    )
    texts = tuple(TextSpan(Position(*place[:2]), Position(*place[2:])) for place in spans)
    return Verdict(name, tuple(facts[n] for n in numbers), seen, references, is_unreadable, texts)


def _outline_of_plain(module: list[str], edges: list[Any], stars: list[Any]) -> Outline:
    return Outline(
        QualifiedName(module),
        tuple((name, QualifiedName(target)) for name, target in edges),
        tuple(map(QualifiedName, stars)),
    )
