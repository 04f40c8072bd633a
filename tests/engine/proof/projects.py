"""Small projects on disk whose files are certified, before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.proof.certificate import certify
from flake8_ssot_engine.engine.proof.trees import Agreement
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.needles import find_needles
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.semantics.resolver import PublicNames
from flake8_ssot_engine.source import SourceFile
from tests.rules.harness import CONFIGURATION, write

Renamed = Mapping[QualifiedName, QualifiedName]


class SmallProject:
    """A project as the rules' tests lay it out, as it is before a fix."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        self.folder = folder
        write(folder, {"ssot.toml": CONFIGURATION, **files})
        self.settings: Settings = load_file(str(folder / "ssot.toml"))
        self.analysis = Checker(self.settings, find_needles(self.settings, jobs=1)).analysis

    def before(self, path: str) -> RuleContext:
        """Return a file with no move left out."""
        full = self.folder / path
        source = SourceFile.from_bytes(path, full.read_bytes())
        context = self.analysis.context_of(str(full), source, source.parse())
        return self.analysis.with_every_move(context)

    def certify(
        self,
        before: RuleContext,
        after: str,
        *,
        renamed: Renamed,
        gone: Collection[str] = (),
    ) -> None:
        """Certify a text that takes the place of a file. Raises Uncertified, SourceError."""
        known = before.reexports.modules.public_names

        def public_names(module: QualifiedName) -> frozenset[str] | None:
            names = known(module)
            changes = {old.last: new.last for old, new in renamed.items() if old.parent == module}
            return names and frozenset(changes.get(name, name) for name in names)

        context = self._context(before.model.source.path, after, public_names)
        certify(before, context.model, Agreement(renamed, gone))

    def violations(self, path: str, text: str) -> Counter[str]:
        """Return how many violations of each code a text has."""
        context = self._context(path, text)
        found = self.analysis.findings_of(str(self.folder / path), context, with_noqa=False)
        return Counter(finding.violation.code for finding in found)

    def _context(
        self, path: str, text: str, public_names: PublicNames | None = None
    ) -> RuleContext:
        source = SourceFile(path, text)
        return self.analysis.context_of(
            str(self.folder / path), source, source.parse(), public_names
        )
