"""Survey: what each file of a project has to do with a fix.

File by file, in several processes: what is to be fixed, which names that would change for others,
and which such names of others the file mentions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from flake8_ssot_engine.engine.analysis import Analysis
from flake8_ssot_engine.engine.findings import TOO_DEEP, FileError, Finding, file_error
from flake8_ssot_engine.engine.fixability import key_of
from flake8_ssot_engine.engine.planning.plan import Links
from flake8_ssot_engine.engine.run import read_source
from flake8_ssot_engine.engine.shared import Shared, checker_of
from flake8_ssot_engine.engine.text_files import TextFile, read_text
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.garbage import no_collection
from flake8_ssot_engine.project.text_formats import is_text
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.source import SourceFile


class Place(NamedTuple):
    """A file of the project; `untouchable` says why it may not be written, "" where it may.

    What `is_selected` is fixed; others are only written where they depend on one that is.
    """

    path: str
    shown_as: str
    is_selected: bool
    untouchable: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """What one file has to do with a fix.

    `renames` are the names of its own that would change, `mentions` those of others that it
    names, with the reason where it cannot follow a change, else ""; `follow_ups` are the names
    of its own that would change if it followed them all; `gone` are those that it would lose.
    `suppressed` counts the violations that a `# noqa` covers.
    """

    place: Place
    findings: tuple[Finding, ...] = ()
    error: FileError | None = None
    renames: Mapping[QualifiedName, QualifiedName] = field(default_factory=dict)
    mentions: Mapping[QualifiedName, str] = field(default_factory=dict)
    follow_ups: Mapping[QualifiedName, QualifiedName] = field(default_factory=dict)
    gone: frozenset[QualifiedName] = frozenset()
    is_fixable: bool = True
    suppressed: int = 0


class SurveyTask(NamedTuple):
    """Some files of one configuration."""

    shared: Shared
    places: tuple[Place, ...]
    allow_unsafe: bool


def survey_files(task: SurveyTask) -> list[Survey]:
    """Survey some files; those that have nothing to do with a fix are left out."""
    analysis = checker_of(task.shared).analysis
    with no_collection():
        found = (_survey(analysis, place, task.allow_unsafe) for place in task.places)
        return [survey for survey in found if survey is not None]


def _survey(analysis: Analysis, place: Place, allow_unsafe: bool) -> Survey | None:
    if analysis.texts.are_read and is_text(place.path):
        return _survey_text(analysis, place) if place.is_selected else None
    data = read_source(place.path, place.shown_as, analysis.contents)
    if isinstance(data, FileError):
        return Survey(place, error=data) if place.is_selected else None
    # Without needles the words do not tell of a file that was found to be of interest.
    is_known = place.is_selected and analysis.needles is None
    if not is_known and not analysis.screen.is_candidate(data):
        return None
    try:
        source = SourceFile.from_bytes(place.shown_as, data)
        try:
            tree = source.parse()
        except SourceError as error:
            return _survey_broken(analysis, place, source, error)
        asked = partial(_asked, analysis, place, allow_unsafe)
        return analysis.ask(place.path, source, tree, asked)
    except SourceError as error:
        problem = file_error(place.shown_as, error)
        return Survey(place, error=problem) if place.is_selected else None
    except RecursionError:
        problem = file_error(place.shown_as, TOO_DEEP)
        return Survey(place, error=problem) if place.is_selected else None


def _asked(
    analysis: Analysis, place: Place, allow_unsafe: bool, context: RuleContext
) -> Survey | None:
    found: tuple[Finding, ...] = ()
    suppressed = 0
    if place.is_selected:
        found = analysis.findings_of(place.path, context)
        suppressed = analysis.count_suppressed(place.path, context, found)
    planner = analysis.planner_of(place.path, context, place.untouchable)
    if not found and not planner.mentions and not suppressed:
        return None
    own = planner.plan(list(map(key_of, found)), Links(), allow_unsafe=allow_unsafe)
    alone = planner.plan_alone([], allow_unsafe=allow_unsafe)
    return Survey(
        place,
        found,
        None,
        own.renames,
        alone.mentions,
        alone.renames,
        own.gone | alone.gone,
        suppressed=suppressed,
    )


def _survey_text(analysis: Analysis, place: Place) -> Survey | None:
    """Survey a file that is no Python: what it names, nobody else depends on."""
    data = read_text(place.path, place.shown_as, analysis.contents)
    if isinstance(data, FileError):
        return Survey(place, error=data)
    found = TextFile(analysis.texts, place.path, data, place.shown_as).findings
    return Survey(place, found) if found else None


def _survey_broken(
    analysis: Analysis, place: Place, source: SourceFile, error: SourceError
) -> Survey:
    """Survey a file that does not parse: it can be told of, and never be written."""
    from flake8_ssot_engine.fixing.structural import tree_of_names

    reason = "it does not parse"
    context = analysis.context_of(place.path, source, tree_of_names(source))
    planner = analysis.planner_of(place.path, context, reason)
    found = analysis.findings_in_broken(place.path, context) if place.is_selected else ()
    problem = file_error(place.shown_as, error)
    mentions = planner.plan_alone([]).mentions
    told = problem if place.is_selected else None
    return Survey(place, found, told, {}, mentions, is_fixable=False)
