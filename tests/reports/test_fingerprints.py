"""Fingerprints of a report: one each, whatever lines move."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.reports.fingerprints import fingerprints
from flake8_ssot_engine.violations import Fingerprint
from tests.reports.findings import finding


@pytest.mark.usefixtures("repository")
def test_what_is_alike_is_numbered_in_order() -> None:
    found = [
        finding("«Old»"),
        finding("\n«Old»"),
        finding("«Old»", scope="A.b"),
        finding("«Old»", code="SSOT002"),
        finding("«Old»", path="other.py"),
        finding("\n\n«Old»"),
    ]
    assert fingerprints(found) == [
        Fingerprint("SSOT001", "app/deps.py", "<module>", "a.old.Old", 0),
        Fingerprint("SSOT001", "app/deps.py", "<module>", "a.old.Old", 1),
        Fingerprint("SSOT001", "app/deps.py", "A.b", "a.old.Old", 0),
        Fingerprint("SSOT002", "app/deps.py", "<module>", "a.old.Old", 0),
        Fingerprint("SSOT001", "other.py", "<module>", "a.old.Old", 0),
        Fingerprint("SSOT001", "app/deps.py", "<module>", "a.old.Old", 2),
    ]


def test_the_folder_where_the_command_runs_does_not_matter(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "app").mkdir()
    above = fingerprints([finding("«Old»")])
    monkeypatch.chdir(repository / "app")
    assert fingerprints([finding("\n«Old»  # moved", path="deps.py")]) == above


@pytest.mark.usefixtures("repository")
def test_a_path_that_is_not_utf_8_has_a_digest() -> None:
    (one,) = fingerprints([finding("«Old»", path="bad\udcff.py")])
    (other,) = fingerprints([finding("«Old»", path="bad\udcfe.py")])
    assert len(one.digest) == 64
    assert one.digest != other.digest
