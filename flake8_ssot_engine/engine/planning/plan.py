"""The plan for one file: which of its violations are fixed, by which edits, and what else needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flake8_ssot_engine.edits import Applicability, Edit
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import Span

_NONE: Mapping[Any, Any] = {}  # a MappingProxyType does not go from process to process


class Key(NamedTuple):
    """What tells a violation from the others of its file."""

    code: str
    span: Span


class Links(NamedTuple):
    """What the fixes of several files have settled between them.

    `renamed` are the attributes of modules that get another name, by their qualified names
    before and after. `kept` are those that must keep theirs, with the reason; `blocked` those
    that must go on to stand for what is deprecated.
    """

    renamed: Mapping[QualifiedName, QualifiedName] = _NONE
    kept: Mapping[QualifiedName, str] = _NONE
    blocked: Mapping[QualifiedName, str] = _NONE


class FilePlan(NamedTuple):
    """What is to happen to one file.

    `fixed` are the violations that the edits end, and how far each may be trusted; `withheld`
    the others, with reasons. `renames` are the module's attributes that get another name; `gone`
    those that it loses, or that stand for another module. `mentions` are the attributes of other
    modules that the file names: the empty string, or the reason why it cannot name them
    otherwise. Of those, it relies on what `blocking` names stand for. `kept_aliases` are old
    names that stay, as aliases of what is new, for the sake of others. `texts` are those of the
    edits that are in comments and strings.
    """

    edits: tuple[Edit, ...] = ()
    fixed: Mapping[Key, Applicability] = _NONE
    withheld: Mapping[Key, str] = _NONE
    renames: Mapping[QualifiedName, QualifiedName] = _NONE
    gone: frozenset[QualifiedName] = frozenset()
    mentions: Mapping[QualifiedName, str] = _NONE
    kept_aliases: frozenset[str] = frozenset()
    blocking: frozenset[QualifiedName] = frozenset()
    texts: tuple[Edit, ...] = ()
