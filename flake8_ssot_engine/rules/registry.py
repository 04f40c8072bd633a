"""Every rule, by hand: adding one is a file, its test, and an entry here."""

from __future__ import annotations

from flake8_ssot_engine.rules.alias_shadowing import AliasShadowing
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.rules.deprecated_base_class import DeprecatedBaseClass
from flake8_ssot_engine.rules.deprecated_import import DeprecatedImport
from flake8_ssot_engine.rules.deprecated_re_export import DeprecatedReExport
from flake8_ssot_engine.rules.deprecated_string_reference import DeprecatedStringReference
from flake8_ssot_engine.rules.deprecated_text_reference import DEPRECATED_TEXT
from flake8_ssot_engine.rules.direct_instantiation import DirectInstantiation
from flake8_ssot_engine.rules.duplicate_definition import DuplicateDefinition
from flake8_ssot_engine.rules.unused_suppression import UNUSED_SUPPRESSION

RULES: tuple[Rule, ...] = (
    DeprecatedImport(),
    DirectInstantiation(),
    AliasShadowing(),
    DeprecatedStringReference(),
    DeprecatedBaseClass(),
    DuplicateDefinition(),
    DeprecatedReExport(),
    DEPRECATED_TEXT,
    UNUSED_SUPPRESSION,
)


def rule_of(code: str) -> Rule | None:
    """Return the rule of a code, or of a rule's name, in any case."""
    wanted = code.strip().lower()
    return next((r for r in RULES if wanted in {r.code.lower(), r.name}), None)
