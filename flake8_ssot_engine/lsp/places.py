"""Places: where the names that a violation is about are bound, in whatever file."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_engine.engine.analysis import Analysis
from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.source import SourceFile, Span

_FAR = 20
"""Modules through which a name is followed."""


class Place(NamedTuple):
    """Some text of a file, by its absolute path, and what is there."""

    path: str
    source: SourceFile
    span: Span
    told: str


class Places:
    """Finds places in the modules as one analysis sees them; each is looked for once."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._reexports = analysis.reexports
        self._modules = analysis.reexports.modules
        self._known: dict[QualifiedName, tuple[str, SourceFile, Span] | None] = {}

    def of(self, finding: Finding) -> Iterator[Place]:
        """Yield the re-exports that a name came through, then its new home."""
        violation = finding.violation
        if violation.reached is not None:
            for step in self._way(violation.reached, violation.symbol):
                if (place := self._place_of(step)) is not None:
                    yield Place(*place, f"re-exported here as `{step}`")
        new = violation.replacement
        if new is None:
            return
        home = self._reexports.home(new) or new
        if (place := self._place_of(home)) is not None:
            yield Place(*place, f"`{new}` is here" if home == new else f"`{new}` comes from here")

    def _way(self, name: QualifiedName, end: QualifiedName) -> Iterator[QualifiedName]:
        seen: set[QualifiedName] = set()
        while name != end and name not in seen and len(seen) < _FAR:
            seen.add(name)
            yield name
            elsewhere = self._reexports.step(name).elsewhere
            if not elsewhere:
                return
            leading = [one for one in elsewhere if end in self._reexports.reach(one)]
            name = (leading or elsewhere)[0]

    def _place_of(self, name: QualifiedName) -> tuple[str, SourceFile, Span] | None:
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: QualifiedName) -> tuple[str, SourceFile, Span] | None:
        module, attributes = self._modules.split(name)
        path = self._modules.file_of(module) if module else None
        if path is None:
            return None
        try:
            source = SourceFile.from_bytes(path, self._modules.content_of(path))
            span = self._binding_of(attributes[0], path, source) if attributes else Span(0, 0)
        except (OSError, SourceError, RecursionError):
            return None
        return None if span is None else (path, source, span)

    def _binding_of(self, name: str, path: str, source: SourceFile) -> Span | None:
        """Return where a module last binds a name, by itself or by a star."""

        def find(context: RuleContext) -> Span | None:
            model = context.model
            every = model.bindings_at_end(name)
            return model.span_of_binding(every[-1]) if every else None

        return self._analysis.ask(path, source, source.parse(), find)
