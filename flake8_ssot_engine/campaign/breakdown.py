"""Breakdown: an inventory by whose the files are, and by which package they are in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flake8_ssot_engine.campaign.progress import Inventory, Tally, tally_of
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.names import package_of
from flake8_ssot_engine.project.codeowners import Owners
from flake8_ssot_engine.project.modules import is_package_file, module_name

NOBODY = "(no owner)"
NO_PACKAGE = "(no package)"
"""Where a file lies in a source root itself."""


@dataclass(frozen=True, slots=True)
class Share:
    """What there is in the files of one owner, or of one package."""

    name: str
    tally: Tally


def by_owner(inventory: Inventory, owners: Owners | None) -> tuple[Share, ...]:
    """Return what each owner has, the most first; a file of several counts for each of them.

    `owners` is None where no CODEOWNERS tells; all is nobody's then.
    """
    return _shares(inventory, lambda path: (owners.of(path) if owners else ()) or (NOBODY,))


def by_package(inventory: Inventory, settings: Settings) -> tuple[Share, ...]:
    """Return what there is in each package, without those below it, the most first.

    A file that is no module counts for the package, or the folder, that it lies in.
    """
    return _shares(inventory, lambda path: (package_in(path, settings),))


def package_in(path: str, settings: Settings) -> str:
    """Return the package, or the folder, that a file (by its absolute path) counts for."""
    module = module_name(path, settings.source_roots)
    package = package_of(module, is_package=is_package_file(path))
    return ("." if all(map(str.isidentifier, package)) else "/").join(package) or NO_PACKAGE


def _shares(inventory: Inventory, names_of: Callable[[str], Iterable[str]]) -> tuple[Share, ...]:
    tallies: dict[str, Tally] = {}
    for path in inventory.paths:
        of_file = tally_of(inventory, path)
        if of_file.files:
            for name in names_of(path):
                tallies.setdefault(name, Tally()).add(of_file)
    shares = (Share(name, tally) for name, tally in tallies.items())
    return tuple(sorted(shares, key=_order))


def _order(share: Share) -> tuple[int, int, str]:
    return -share.tally.violations, -share.tally.references.total(), share.name
