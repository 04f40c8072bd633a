from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.config.draft import Draft, DraftMove, render_draft
from flake8_ssot_engine.config.loader import as_pattern, load_text
from flake8_ssot_engine.migrations import Globs, Move
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.globs import matches

ODD = 'a"b\\c\x7f\x00\n\té𝒳\u2028'


def move(old: str, new: str | None = None, hint: str = "") -> Move:
    parsed = QualifiedName.parse(new) if new else None
    return Move(QualifiedName.parse(old), parsed, hint=hint)


def test_the_whole_text(tmp_path: Path) -> None:
    moves = [
        DraftMove(move("a.Old", "b.New"), "a.py:1", "@deprecated: use b.New"),
        DraftMove(move("a.gone", hint='say "no"'), "", ""),
        DraftMove(move("a.perhaps", "b.so"), "a.py:9", "docstring", "who knows"),
    ]
    text = render_draft(Draft("1", "away", moves, ["/a.py"], [".", "lib"]))
    start, _, phases = text.partition("# A large migration goes in steps.")
    assert "[[migration.phase]]" in phases
    assert start.partition("\n\n")[2] == (
        'source-roots = [".", "lib"]  # where absolute imports start\n\n'
        "[[migration]]\n"
        'id = "1"  # ends every message\n'
        'title = "away"\n'
        '# reason = "why the old names must go"\n'
        "# deadline = 2030-12-31  # from then on every remaining violation is an error\n"
        "# The files that keep the old names alive, and so may use them.\n"
        'owners = ["/a.py"]\n\n'
        "# a.py:1: @deprecated: use b.New\n"
        "[[migration.move]]\n"
        'old = "a.Old"\n'
        'new = "b.New"\n\n'
        "[[migration.move]]\n"
        'old = "a.gone"\n'
        'hint = "say \\"no\\""\n\n'
        "# These may be deprecated as well, but it is not certain."
        " Take the `#` away from those that are.\n\n"
        "# # a.py:9: docstring (who knows)\n"
        "# [[migration.move]]\n"
        '# old = "a.perhaps"\n'
        '# new = "b.so"\n\n'
    )
    settings = load_text(str(tmp_path / "ssot.toml"), text)
    assert settings.source_roots == (str(tmp_path), str(tmp_path / "lib"))
    assert [str(old.old) for _, old in settings.index] == ["a.Old", "a.gone"]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_any_text_survives(tmp_path: Path, count: int) -> None:
    owners = [f"{ODD}{index}" for index in range(count)]
    text = render_draft(Draft("1", ODD, [DraftMove(move("a", "b"), ODD, ODD)], owners))
    [migration] = load_text(str(tmp_path / "ssot.toml"), text).migrations
    assert migration.title == ODD
    assert migration.owners[0].patterns == tuple(owners)


def test_what_was_commented_out_loads_once_the_sign_is_away(tmp_path: Path) -> None:
    text = render_draft(Draft("1", "t", [DraftMove(move("a.b", hint="h"), "p", "r", "d")]))
    opened = text.replace("\n# [[migration.move]]\n# old", "\n[[migration.move]]\nold")
    opened = opened.replace("# hint", "hint")
    settings = load_text(str(tmp_path / "ssot.toml"), opened)
    assert [m.hint for _, m in settings.index] == ["h"]


@pytest.mark.parametrize("name", ["a*b.py", "[x].py", "a b.py", "?.py", "back\\slash.py"])
def test_the_pattern_of_a_file_matches_it_alone(name: str) -> None:
    globs = Globs("/r", (as_pattern(f"pkg/{name}"),))
    assert matches(globs, f"/r/pkg/{name}")
    assert not matches(globs, "/r/pkg/axb.py")
    assert not matches(globs, f"/r/other/pkg/{name}")
