"""Finding, merging and freezing configuration; everything wrong with it told at once."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest

from flake8_ssot_engine.config.finder import ConfigFinder, config_file_in, project_root
from flake8_ssot_engine.config.loader import load_file, load_preset
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import ConfigError
from flake8_ssot_engine.migrations import NOWHERE, Enforcement, Migration, Validator
from flake8_ssot_engine.project.globs import matches

ONE = '[[migration]]\nid = "1"\n[[migration.move]]\nold = "a.X"\nnew = "b.Y"\n'
OTHER = ONE.replace('"a.X"', '"other.X"')
IN_PYPROJECT = ONE.replace("[[", "[[tool.ssot-engine.")

# The example of the design's configuration.md, word for word.
EXAMPLE = """\
source-roots = [".", "src"]            # where absolute imports start
exclude = ["archive/**", "**/*.backup*"]  # besides .gitignore and the usual folders
baseline = "ssot-baseline.txt"
select = ["SSOT"]
ignore = ["SSOT006"]
per-file-ignores = { "tests/**" = ["SSOT002"] }
string-calls = ["myproject.lazy.load"]  # further callables whose string argument is a dotted path

[[migration]]
id = "565"
title = "ExecutionEngine to UserExecutionEngine"
reason = "the shared engine leaks one user's state to another"
url = "https://example.org/issues/565"
deadline = 2026-12-31                  # from then on every remaining violation is an error
owners = ["netra_backend/app/agents/supervisor/execution_engine.py"]   # the bridge
bridge = "netra_backend/app/agents/supervisor/execution_engine.py"     # moves are also read from it

[[migration.move]]
old = "netra_backend.app.agents.supervisor.execution_engine.ExecutionEngine"
new = "netra_backend.app.agents.supervisor.user_execution_engine.UserExecutionEngine"
factory = "create_from_legacy"         # what SSOT002's hint names; the class is factory-only
factory-modules = ["netra_backend.app.agents.supervisor.execution_engine_factory"]

[[migration.move.call]]
pattern = "$CLASS($REGISTRY, $BRIDGE, $$$REST)"
rewrite = "await $NEW.create_from_legacy($REGISTRY, $BRIDGE, $$$REST)"

[[migration.move]]                     # a whole module
old = "oslo.config"
new = "oslo_config"

[[migration.move]]                     # no replacement: reported, never fixed
old = "legacy.metrics.emit"
hint = "emit through OpenTelemetry; see the runbook"

[[migration.phase]]
name = "critical-path"
paths = ["netra_backend/app/dependencies.py", "netra_backend/app/websocket_core/**"]
enforce = "error"                      # off | ratchet (default) | error
validate = ["python tests/mission_critical/test_websocket_agent_events_suite.py"]
timeout = "10m"                        # for each command
"""


def write(folder: Path, **files: str) -> str:
    """Write files, `__` for a dot, and return the path of the last."""
    path = folder
    for name, text in files.items():
        path = folder / name.replace("__", ".").replace("ǀ", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return str(path)


def problems(path: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(ConfigError) as caught:
        load_file(path)
    assert all(problem.path == path for problem in caught.value.problems)
    return [(p.line, p.key, p.message) for p in caught.value.problems]


def olds(settings: Settings) -> list[str]:
    return [str(move.old) for migration in settings.migrations for move in migration.moves]


# --- what a good file means


def test_the_example_of_the_design(tmp_path: Path) -> None:
    settings = load_file(write(tmp_path, ssot__toml=EXAMPLE))
    root = str(tmp_path)
    assert settings.root == root
    assert settings.path == os.path.join(root, "ssot.toml")
    assert settings.source_roots == (root, os.path.join(root, "src"))
    assert settings.exclude == ((root, ("archive/**", "**/*.backup*")),)
    assert settings.baseline == os.path.join(root, "ssot-baseline.txt")
    assert (settings.select, settings.ignore) == (("SSOT",), ("SSOT006",))
    assert settings.per_file_ignores == (((root, ("tests/**",)), ("SSOT002",)),)
    assert list(map(str, settings.string_calls)) == ["myproject.lazy.load"]
    assert settings.warnings == ()
    (migration,) = settings.migrations
    assert migration.id == "565"
    assert migration.title == "ExecutionEngine to UserExecutionEngine"
    assert migration.reason == "the shared engine leaks one user's state to another"
    assert migration.url == "https://example.org/issues/565"
    assert migration.deadline == datetime.date(2026, 12, 31)
    bridge = os.path.join(root, "netra_backend/app/agents/supervisor/execution_engine.py")
    assert migration.bridge == bridge
    assert any(matches(globs, bridge) for globs in migration.owners)
    engine, module, metric = migration.moves
    assert str(engine.new).endswith(".user_execution_engine.UserExecutionEngine")
    assert engine.factory == "create_from_legacy"
    assert [name.last for name in engine.factory_modules] == ["execution_engine_factory"]
    assert [call.pattern for call in engine.calls] == ["$CLASS($REGISTRY, $BRIDGE, $$$REST)"]
    assert (str(module.old), str(module.new)) == ("oslo.config", "oslo_config")
    assert (metric.new, metric.hint) == (None, "emit through OpenTelemetry; see the runbook")
    (phase,) = migration.phases
    assert phase.name == "critical-path"
    assert phase.enforce is Enforcement.ERROR
    command = "python tests/mission_critical/test_websocket_agent_events_suite.py"
    assert phase.validate == (Validator(command, retries=0, timeout_seconds=600),)
    assert matches(phase.paths, os.path.join(root, "netra_backend/app/websocket_core/a/b.py"))


def test_pyproject_takes_the_same_keys(tmp_path: Path) -> None:
    text = f"[tool.ssot-engine]\n{EXAMPLE}".replace("[[", "[[tool.ssot-engine.")
    path = write(tmp_path, pyproject__toml=text)
    found, expected = load_file(path), load_file(write(tmp_path, ssot__toml=EXAMPLE))
    assert [*map(without_places, found.migrations)] == [*map(without_places, expected.migrations)]


def without_places(migration: Migration) -> Migration:
    """Return a migration as if it were declared in no file."""
    return migration._replace(
        moves=tuple(move._replace(place=NOWHERE) for move in migration.moves),
        phases=tuple(phase._replace(place=NOWHERE) for phase in migration.phases),
        place=NOWHERE,
        owner_places=(),
    )


def test_what_holds_where_nothing_is_said(tmp_path: Path) -> None:
    text = ONE + '[[migration.phase]]\nname = "p"\npaths = ["**"]\n'
    settings = load_file(write(tmp_path, ssot__toml=text))
    assert settings.source_roots == (str(tmp_path), str(tmp_path / "src"))
    assert settings.select == ("SSOT",)
    assert (settings.ignore, settings.exclude, settings.baseline) == ((), (), "")
    (phase,) = settings.migrations[0].phases
    assert phase.enforce is Enforcement.RATCHET
    assert phase.validate == ()


@pytest.mark.parametrize(
    "bridge",
    [
        pytest.param("pkg/bridge.py", id="plain"),
        pytest.param("./pkg/bridge.py", id="dot"),
        pytest.param("pkg/../pkg/bridge.py", id="dots"),
        pytest.param("pkg/[old] *.py", id="glob-letters"),
    ],
)
def test_a_bridge_owns_itself(tmp_path: Path, bridge: str) -> None:
    text = ONE.replace("[[migration.move", f'bridge = "{bridge}"\n[[migration.move')
    (migration,) = load_file(write(tmp_path, ssot__toml=text)).migrations
    assert migration.bridge == os.path.normpath(tmp_path / bridge)
    assert any(matches(globs, migration.bridge) for globs in migration.owners)
    assert not any(matches(globs, str(tmp_path / "pkg" / "o.py")) for globs in migration.owners)


def test_a_file_without_migrations_is_a_warning(tmp_path: Path) -> None:
    settings = load_file(write(tmp_path, ssot__toml=""))
    assert [problem.message for problem in settings.warnings] == [
        "declares no migration, so there is nothing to check"
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff" + ONE, id="bom"),
        pytest.param(ONE.replace("\n", "\r\n"), id="crlf"),
        pytest.param('migration = [{ id = "1", move = [{ old = "a.X" }] }]', id="inline-tables"),
    ],
)
def test_other_ways_to_write_the_same(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ssot.toml"
    path.write_bytes(text.encode())
    assert olds(load_file(str(path))) == ["a.X"]


# --- what is wrong is told, with its line


MOVE = '[[migration]]\nid = "1"\n[[migration.move]]\n'
WRONG = [
    pytest.param(
        "selct = []\n" + ONE, (1, "selct", "unknown key; did you mean `select`?"), id="top"
    ),
    pytest.param(
        "zzz = 1\n" + ONE,
        (
            1,
            "zzz",
            "unknown key; known keys: extends, preset, source-roots, exclude, text-exclude, "
            "baseline, select, ignore, per-file-ignores, string-calls, relative-imports, migration",
        ),
        id="nothing-near",
    ),
    pytest.param(
        ONE + "[[migraton]]\n",
        (6, "migraton", "unknown key; did you mean `migration`?"),
        id="table",
    ),
    pytest.param(
        ONE + 'newer = "b"\n',
        (6, "migration[0].move[0].newer", "unknown key; did you mean `new`?"),
        id="key",
    ),
    pytest.param(
        ONE + "[[migration.phase]]\nname = 'p'\npaths = []\nenforced = 'off'\n",
        (9, "migration[0].phase[0].enforced", "unknown key; did you mean `enforce`?"),
        id="in-a-phase",
    ),
    pytest.param("[[migration]]\n", (1, "migration[0].id", "is missing"), id="no-id"),
    pytest.param(MOVE, (3, "migration[0].move[0].old", "is missing"), id="no-old"),
    pytest.param(
        "[migration]\nid = '1'\n",
        (1, "migration", "must be an array of tables, written [[migration]]"),
        id="single-table",
    ),
    pytest.param(
        'migration = ["565"]\n',
        (1, "migration", "must be an array of tables, written [[migration]]"),
        id="array-of-strings",
    ),
    pytest.param("baseline = 1\n", (1, "baseline", "must be a string"), id="kind"),
    pytest.param("exclude = 'x'\n", (1, "exclude", "must be an array"), id="not-an-array"),
    pytest.param(
        "\nexclude = [\n  'x',\n  1,\n]\n", (2, "exclude", "`1` must be a string"), id="bad-element"
    ),
    pytest.param(
        "select = ['ssot001']\n",
        (1, "select", "`ssot001` is not a code of this product; did you mean `SSOT001`?"),
        id="code",
    ),
    pytest.param(
        MOVE + "old = 'a-b.C'\n",
        (4, "migration[0].move[0].old", "`a-b.C` is not a dotted Python name"),
        id="name",
    ),
    pytest.param(
        MOVE + "old = 'a.C'\n[[migration.move.call]]\npattern = 'f('\nrewrite = '$NEW()'\n",
        (
            6,
            "migration[0].move[0].call[0].pattern",
            "`f(` is not an ast-grep pattern of a Python call",
        ),
        id="pattern",
    ),
    pytest.param(
        MOVE + "old = 'a.C'\n[[migration.phase]]\nname = 'p'\npaths = []\nenforce = 'warn'\n",
        (8, "migration[0].phase[0].enforce", "must be off, ratchet or error"),
        id="enforce",
    ),
    pytest.param(
        MOVE + "old = 'a.C'\n[[migration.phase]]\nname = 'p'\npaths = []\nenforce = ['off']\n",
        (8, "migration[0].phase[0].enforce", "must be off, ratchet or error; did you mean `off`?"),
        id="enforce-array",
    ),
    pytest.param(
        MOVE + "old = 'a.C'\nnew = 'a.C'\n",
        (4, "migration[0].move[0].old", "`a.C` moves to itself"),
        id="equal-ends",
    ),
    pytest.param(
        ONE + "[[migration]]\nid = '1'\n",
        (7, "migration[1].id", "two migrations are called `1`"),
        id="same-id",
    ),
    pytest.param(
        MOVE + "old = 'a'\nnew = 'a.b'\n",
        (4, "migration[0].move[0].old", "moves in a circle: `a` -> `a`"),
        id="into-its-own-inside",
    ),
    pytest.param(
        'preset = "execution-engin"\n',
        (1, "preset", "no preset is called `execution-engin`; did you mean `execution-engine`?"),
        id="preset",
    ),
    pytest.param('extends = "ssot.toml"\n', (1, "extends", "extends itself"), id="extends-itself"),
    pytest.param(
        'x = 1\nextends = "gone.toml"\n',
        (2, "extends", "`gone.toml` is no ssot.toml or pyproject.toml"),
        id="extends-nothing",
    ),
    pytest.param(
        'extends = "../setup.cfg"\n',
        (1, "extends", "`../setup.cfg` is no ssot.toml or pyproject.toml"),
        id="extends-an-ini",
    ),
]


@pytest.mark.parametrize(("text", "problem"), WRONG)
def test_each_thing_wrong(tmp_path: Path, text: str, problem: tuple[int, str, str]) -> None:
    assert problem in problems(write(tmp_path, ssot__toml=text))


@pytest.mark.parametrize(("text", "problem"), WRONG)
def test_each_thing_wrong_in_pyproject(
    tmp_path: Path, text: str, problem: tuple[int, str, str]
) -> None:
    line, key, message = problem
    text = text.replace("[[", "[[tool.ssot-engine.").replace("[migr", "[tool.ssot-engine.migr")
    text = text.replace('"ssot.toml"', '"pyproject.toml"')
    text = f"[project]\nselct = 0\n\n[tool.ssot-engine]\n{text}"
    assert (line + 4, key, message) in problems(write(tmp_path, pyproject__toml=text))


def test_several_things_wrong_are_told_at_once_in_order(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        ssot__toml="""\
selct = ["SSOT001"]
ignore = ["W1", "ssot002"]
preset = "nothing"
extends = "gone.toml"

[[migration]]
id = "1"
reason = '''
[[migration]]
id = "not this one"
'''
[[migration.move]]
old = "a.X"
new = "b.X"
[[migration.move]]
old = "b.X"
new = "a.X"
[[migration.move]]
old = "c.X"
new = "c.X"

[[migration]]
idd = "2"
[[migration.move]]
old = "a.X"
new = "d.X"
[[migration.move]]
old = "1.X"
[[migration.move.call]]
pattern = "$CLASS()"
[[migration.phase]]
name = "p"
paths = "**"
timeout = "soon"
""",
    )
    assert problems(path) == [
        (1, "selct", "unknown key; did you mean `select`?"),
        (
            2,
            "ignore",
            "`W1` is not a code of this product; codes look like `SSOT001`; "
            "`ssot002` is not a code of this product; did you mean `SSOT002`?",
        ),
        (3, "preset", "no preset is called `nothing`; did you mean `execution-engine`?"),
        (4, "extends", "`gone.toml` is no ssot.toml or pyproject.toml"),
        (13, "migration[0].move[0].old", "moves in a circle: `a.X` -> `b.X` -> `a.X`"),
        (19, "migration[0].move[2].old", "`c.X` moves to itself"),
        (22, "migration[1].id", "is missing"),
        (23, "migration[1].idd", "unknown key; did you mean `id`?"),
        (
            25,
            "migration[1].move[0].old",
            f"`a.X` already moves elsewhere ({path}:13: migration[0].move[0].old)",
        ),
        (28, "migration[1].move[1].old", "`1.X` is not a dotted Python name"),
        (29, "migration[1].move[1].call[0].rewrite", "is missing"),
        (33, "migration[1].phase[0].paths", "must be an array"),
        (
            34,
            "migration[1].phase[0].timeout",
            "`soon` is not a duration, such as `90s`, `10m` or `2h`",
        ),
    ]


def moves(*texts: str) -> str:
    tables = (text.split(" -> ") for text in texts)
    lines = (
        f'[[migration.move]]\nold = "{old}"\n' + "".join(f'new = "{name}"\n' for name in new)
        for old, *new in tables
    )
    return '[[migration]]\nid = "1"\n' + "".join(lines)


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        pytest.param(["a -> b", "b -> c", "c"], [], id="chain"),
        pytest.param(["a -> b", "b.x -> a.y"], [], id="there-and-back-elsewhere"),
        pytest.param(["a.X -> b.X", "a.X -> b.X"], [], id="the-same-twice"),
        pytest.param(["a.ab -> a.b"], [], id="longer-part"),
        pytest.param(["a -> b", "b -> a"], ["`a` -> `b` -> `a`"], id="two"),
        pytest.param(["a -> b", "b -> c", "c -> a"], ["`a` -> `b` -> `c` -> `a`"], id="three"),
        pytest.param(["x -> a", "a -> b", "b -> a"], ["`a` -> `b` -> `a`"], id="tail"),
        pytest.param(["a -> b", "b.X -> a.X"], ["`b.X` -> `a` -> `b.X`"], id="through-a-module"),
        pytest.param(["a -> b.a", "b -> a"], ["`a` -> `b` -> `a`"], id="growing"),
        pytest.param(
            ["a -> b", "b -> a", "c -> d", "d -> c"],
            ["`a` -> `b` -> `a`", "`c` -> `d` -> `c`"],
            id="both",
        ),
        pytest.param(["a.X -> b", "a.X -> c"], ["`a.X` already moves elsewhere"], id="rivals"),
        pytest.param(["a.X -> b", "a.X"], ["`a.X` already moves elsewhere"], id="rival-of-nothing"),
    ],
)
def test_moves_against_one_another(tmp_path: Path, declared: list[str], told: list[str]) -> None:
    path = write(tmp_path, ssot__toml=moves(*declared))
    if not told:
        assert len(olds(load_file(path))) == len(declared)
        return
    messages = [message.removeprefix("moves in a circle: ") for _, _, message in problems(path)]
    assert [message.partition(" (")[0] for message in messages] == told


def test_rivals_in_one_migration_name_each_other(tmp_path: Path) -> None:
    path = write(tmp_path, ssot__toml=moves("a.X -> b", "a.X -> c"))
    (problem,) = problems(path)
    assert problem == (
        7,
        "migration[0].move[1].old",
        f"`a.X` already moves elsewhere ({path}:4: migration[0].move[0].old)",
    )


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        pytest.param(b"a = 1\nb =\n", 2, "not TOML: ", id="syntax"),
        pytest.param(b"a = 'x'\nb = 'caf\xe9'\n", 2, "not TOML: not UTF-8", id="latin-1"),
        pytest.param("a = 1".encode("utf-16"), 1, "not TOML: not UTF-8", id="utf-16"),
        pytest.param(b"a = '\0'\n", 1, "not TOML: ", id="null-byte"),
    ],
)
def test_files_that_are_no_toml(tmp_path: Path, data: bytes, line: int, message: str) -> None:
    path = tmp_path / "ssot.toml"
    path.write_bytes(data)
    (problem,) = problems(str(path))
    assert problem[0] == line
    assert problem[2].startswith(message)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("gone.toml", "cannot be read: No such file or directory", id="missing"),
        pytest.param("", "cannot be read: Is a directory", id="folder"),
        pytest.param("pyproject.toml", "is missing", id="pyproject-without-the-table"),
    ],
)
def test_a_named_file_that_is_no_configuration(tmp_path: Path, name: str, message: str) -> None:
    write(tmp_path, pyproject__toml="[project]\n")
    with pytest.raises(ConfigError, match=message):
        load_file(str(tmp_path / name))


# --- which file holds


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"pyproject__toml": "[project]\n"}, None, id="pyproject-without-the-table"),
        pytest.param(
            {"pyproject__toml": "[tool.x]\ny = 'ssot-engine'\n"}, None, id="the-word-only"
        ),
        pytest.param({"setup__cfg": "[flake8]\nselect = SSOT\n"}, None, id="ini-without-moves"),
        pytest.param({"ssot__toml": ONE}, "ssot.toml", id="toml"),
        pytest.param({"pyproject__toml": IN_PYPROJECT}, "pyproject.toml", id="pyproject"),
        pytest.param(
            {"pyproject__toml": "[tool.ssot-engine]\n"}, "pyproject.toml", id="empty-table"
        ),
        pytest.param(
            {"setup__cfg": "[flake8]\nssot-moves = a -> b\n"}, "setup.cfg", id="setup-cfg"
        ),
        pytest.param({"tox__ini": "[flake8]\nssot-moves = a -> b\n"}, "tox.ini", id="tox-ini"),
        pytest.param({"__flake8": "[flake8]\nssot-moves = a -> b\n"}, ".flake8", id="flake8"),
        pytest.param(
            {"ssot__toml": ONE, "pyproject__toml": "[project]\n"},
            "ssot.toml",
            id="toml-and-another",
        ),
        pytest.param(
            {"setup__cfg": "[flake8]\n", "__flake8": "[flake8]\nssot-moves = a\n"},
            ".flake8",
            id="inis",
        ),
    ],
)
def test_the_file_of_a_folder(tmp_path: Path, files: dict[str, str], found: str | None) -> None:
    write(tmp_path, **files)
    expected = None if found is None else str(tmp_path / found)
    assert config_file_in(str(tmp_path)) == expected


def test_two_files_are_an_error_that_names_both(tmp_path: Path) -> None:
    write(tmp_path, ssot__toml=ONE, pyproject__toml=IN_PYPROJECT)
    with pytest.raises(ConfigError) as caught:
        config_file_in(str(tmp_path))
    assert str(caught.value) == (
        f"{tmp_path / 'ssot.toml'}: configures the same project as [tool.ssot-engine] in "
        f"{tmp_path / 'pyproject.toml'}; keep one"
    )


def test_a_toml_file_beside_moves_of_flake8_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, ssot__toml=ONE)
    (tmp_path / "setup.cfg").write_text("[flake8]\nssot-moves = a.B -> c.D\n")
    with pytest.raises(ConfigError, match="configures the same project as ssot-moves in"):
        config_file_in(str(tmp_path))


def test_a_flake8_file_may_point_to_the_toml_file(tmp_path: Path) -> None:
    write(tmp_path, ssot__toml=ONE)
    (tmp_path / "setup.cfg").write_text("[flake8]\nssot-config = ssot.toml\n")
    assert config_file_in(str(tmp_path)) == str(tmp_path / "ssot.toml")


def test_a_broken_pyproject_matters_only_if_it_may_be_ours(tmp_path: Path) -> None:
    write(tmp_path, pyproject__toml="[project\n")
    assert config_file_in(str(tmp_path)) is None
    write(tmp_path, pyproject__toml="[project]\n[tool.ssot-engine\n")
    with pytest.raises(ConfigError, match=r"pyproject.toml:2: not TOML"):
        config_file_in(str(tmp_path))


def test_the_nearest_file_above_wins(tmp_path: Path) -> None:
    write(
        tmp_path, ssot__toml=ONE, aǀbǀssot__toml=OTHER, aǀbǀcǀx__py="", aǀdǀpyproject__toml="[x]\n"
    )
    finder = ConfigFinder()

    def found(folder: str) -> list[str]:
        return olds(finder.settings_for(str(tmp_path / folder)))

    assert found("a/b/c") == found("a/b") == ["other.X"]
    assert found("a") == found("a/d") == found("") == ["a.X"]
    assert finder.settings_for(str(tmp_path / "a")) is finder.settings_for(str(tmp_path))


def test_a_folder_as_deep_as_a_path_can_be(tmp_path: Path) -> None:
    write(tmp_path, ssot__toml=ONE)
    assert olds(ConfigFinder().settings_for(str(tmp_path) + "/a" * 1500)) == ["a.X"]


def test_a_fixed_configuration_holds_everywhere(tmp_path: Path) -> None:
    write(tmp_path, ssot__toml="broken")
    fixed = load_file(write(tmp_path, otherǀssot__toml=ONE))
    assert ConfigFinder(fixed=fixed).settings_for(str(tmp_path)) is fixed


# --- building on another file


def test_values_of_the_other_file_hold_unless_set_here(tmp_path: Path) -> None:
    write(tmp_path, ssot__toml='ignore = ["SSOT006"]\nexclude = ["x/**"]\nselect = ["SSO"]\n' + ONE)
    path = write(tmp_path, subǀssot__toml='extends = "../ssot.toml"\nexclude = ["y/**"]\n')
    settings = load_file(path)
    assert (settings.select, settings.ignore) == (("SSO",), ("SSOT006",))
    assert settings.exclude == ((str(tmp_path / "sub"), ("y/**",)),)
    assert olds(settings) == ["a.X"]
    assert settings.root == str(tmp_path / "sub")


@pytest.mark.parametrize(
    "roots",
    [pytest.param("", id="default"), pytest.param('source-roots = [".", "src"]\n', id="set")],
)
def test_paths_of_the_other_file_start_where_it_lies(tmp_path: Path, roots: str) -> None:
    phase = '[[migration.phase]]\nname = "p"\npaths = ["/sub/**"]\n'
    write(tmp_path, ssot__toml=f'baseline = "b.txt"\n{roots}{ONE}{phase}')
    settings = load_file(write(tmp_path, subǀssot__toml='extends = "../ssot.toml"\n'))
    assert settings.source_roots == (str(tmp_path), str(tmp_path / "src"))
    assert settings.baseline == str(tmp_path / "b.txt")
    assert matches(settings.migrations[0].phases[0].paths, str(tmp_path / "sub" / "x.py"))


def test_a_migration_of_the_same_id_replaces_the_other(tmp_path: Path) -> None:
    two = ONE + OTHER.replace('id = "1"', 'id = "2"')
    write(tmp_path, ssot__toml=two)
    again = ONE.replace("a.X", "again.X")
    settings = load_file(write(tmp_path, subǀssot__toml=f'extends = "../ssot.toml"\n{again}'))
    assert olds(settings) == ["again.X", "other.X"]


def test_a_replaced_migration_is_no_rival(tmp_path: Path) -> None:
    write(tmp_path, ssot__toml=ONE)
    other = ONE.replace("b.Y", "c.Z")
    settings = load_file(write(tmp_path, subǀssot__toml=f'extends = "../ssot.toml"\n{other}'))
    assert str(settings.migrations[0].moves[0].new) == "c.Z"


def test_extending_a_pyproject(tmp_path: Path) -> None:
    write(tmp_path, pyproject__toml=IN_PYPROJECT)
    path = write(tmp_path, subǀssot__toml='extends = "../pyproject.toml"\n')
    assert olds(load_file(path)) == ["a.X"]


def test_a_chain_of_files_and_presets(tmp_path: Path) -> None:
    write(tmp_path, ssot__toml=f'preset = "execution-engine"\n{ONE}')
    write(tmp_path, aǀssot__toml='extends = "../ssot.toml"\nignore = ["SSOT001"]\n')
    settings = load_file(write(tmp_path, aǀbǀssot__toml='extends = "../ssot.toml"\n'))
    assert [migration.id for migration in settings.migrations] == ["565", "1"]
    assert settings.ignore == ("SSOT001",)


def test_errors_of_both_files_are_told_at_once(tmp_path: Path) -> None:
    base = write(tmp_path, ssot__toml="selct = []\n")
    path = write(tmp_path, subǀssot__toml='extends = "../ssot.toml"\nignor = []\n')
    with pytest.raises(ConfigError) as caught:
        load_file(path)
    assert str(caught.value) == (
        f"{base}:1: selct: unknown key; did you mean `select`?\n"
        f"{path}:2: ignor: unknown key; did you mean `ignore`?"
    )


def test_rivals_in_two_files(tmp_path: Path) -> None:
    base = write(tmp_path, ssot__toml=ONE)
    other = ONE.replace("b.Y", "c.Z").replace('"1"', '"2"')
    path = write(tmp_path, subǀssot__toml=f'extends = "../ssot.toml"\n{other}')
    assert problems(path) == [
        (
            5,
            "migration[0].move[0].old",
            f"`a.X` already moves elsewhere ({base}:4: migration[0].move[0].old)",
        )
    ]


def test_a_circle_of_files(tmp_path: Path) -> None:
    write(tmp_path, ssot__toml='extends = "sub/ssot.toml"\n')
    path = write(tmp_path, subǀssot__toml='extends = "../ssot.toml"\n')
    with pytest.raises(ConfigError, match=r"ssot.toml:1: extends: extends itself$"):
        load_file(path)


def test_a_circle_through_a_symbolic_link(tmp_path: Path) -> None:
    path = write(tmp_path, ssot__toml='extends = "link/ssot.toml"\n')
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(ConfigError, match="extends itself"):
        load_file(path)


# --- without any file


def test_the_preset_holds_where_there_is_no_file(tmp_path: Path) -> None:
    write(tmp_path, __gitǀHEAD="", aǀbǀx__py="")
    settings = ConfigFinder().settings_for(str(tmp_path / "a" / "b"))
    assert settings == load_preset(str(tmp_path))
    assert settings.path == ""
    (migration,) = settings.migrations
    assert migration.id == "565"
    home = "netra_backend.app.agents.supervisor.execution_engine"
    assert f"{home}.ExecutionEngine" in olds(settings)
    assert olds(settings)[-1] == home
    assert len(migration.phases) == 4
    bridge = tmp_path / "netra_backend/app/agents/supervisor/execution_engine.py"
    assert any(matches(globs, str(bridge)) for globs in migration.owners)


def test_a_preset_that_is_built_on(tmp_path: Path) -> None:
    settings = load_file(
        write(tmp_path, ssot__toml='preset = "execution-engine"\nselect = ["SSO"]\n')
    )
    assert settings.migrations == load_preset(str(tmp_path)).migrations
    assert settings.select == ("SSO",)


@pytest.mark.parametrize(
    ("files", "folder", "root"),
    [
        pytest.param({"__gitǀHEAD": ""}, "a/b", ".", id="git"),
        pytest.param({"__git": "gitdir: x", "aǀsetup__py": ""}, "a/b", ".", id="git-worktree"),
        pytest.param({"aǀ__gitǀHEAD": "", "setup__py": ""}, "a/b", "a", id="nearest-repository"),
        pytest.param({"setup__py": "", "aǀpyproject__toml": ""}, "a/b", ".", id="outermost-marker"),
        pytest.param({"aǀtox__ini": ""}, "a/b", "a", id="marker"),
        pytest.param({}, "a/b", "a/b", id="nothing"),
    ],
)
def test_project_root(tmp_path: Path, files: dict[str, str], folder: str, root: str) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    write(tmp_path, **files)
    assert project_root(str(tmp_path / folder)) == str((tmp_path / root).resolve())


# --- Flake8's own files


def test_moves_in_an_ini(tmp_path: Path) -> None:
    text = "[flake8]\nssot-moves = a.X -> b.Y\nssot-ignore = SSOT003\nssot-baseline = base.txt\n"
    settings = load_file(write(tmp_path, setup__cfg=text))
    assert olds(settings) == ["a.X"]
    assert settings.source_roots == (str(tmp_path), str(tmp_path / "src"))
    assert (settings.select, settings.ignore) == (("SSOT",), ("SSOT003",))
    assert settings.baseline == str(tmp_path / "base.txt")


def test_an_ini_that_names_a_file(tmp_path: Path) -> None:
    write(tmp_path, confǀssot__toml='ignore = ["SSOT001"]\n' + ONE)
    text = "[flake8]\nssot-config = conf/ssot.toml\nssot-select = SSOT002\nssot-ignore = SSOT003\n"
    settings = load_file(write(tmp_path, setup__cfg=text))
    assert olds(settings) == ["a.X"]
    assert settings.select == ("SSOT002",)
    assert settings.ignore == ("SSOT001", "SSOT003")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("setup.cfg", id="itself"),
        pytest.param("tox.ini", id="another-ini"),
        pytest.param("gone.toml", id="missing"),
    ],
)
def test_an_ini_that_names_no_configuration(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, setup__cfg=f"[flake8]\nssot-config = {name}\n")
    assert problems(path) == [(None, "ssot-config", f"`{name}` is no ssot.toml or pyproject.toml")]


# --- which codes are reported


@pytest.mark.parametrize(
    ("select", "ignore", "reported"),
    [
        pytest.param(["SSOT"], [], [1, 2, 3], id="all"),
        pytest.param(["SSOT"], ["SSOT002"], [1, 3], id="ignored"),
        pytest.param(["SSOT001"], [], [1], id="selected"),
        pytest.param(["SSOT", "SSOT001"], ["SSOT00"], [1], id="the-longest-wins"),
        pytest.param(["SSOT001"], ["SSOT001"], [], id="ignore-wins-a-draw"),
        pytest.param([], [], [], id="none"),
    ],
)
def test_selects(tmp_path: Path, select: list[str], ignore: list[str], reported: list[int]) -> None:
    settings = Settings(str(tmp_path), select=tuple(select), ignore=tuple(ignore))
    assert [number for number in (1, 2, 3) if settings.selects(f"SSOT00{number}")] == reported


def test_a_command_line_replaces_select_and_adds_to_ignore(tmp_path: Path) -> None:
    settings = Settings(str(tmp_path), select=("SSOT",), ignore=("SSOT001",))
    changed = settings.overridden(select=("SSOT00",), ignore=("SSOT002",))
    assert (changed.select, changed.ignore) == (("SSOT00",), ("SSOT001", "SSOT002"))
    assert settings.overridden() is settings
