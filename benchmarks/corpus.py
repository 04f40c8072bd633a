"""Makes a source tree of a given size in which a known number of imports are deprecated."""

from __future__ import annotations

import math
import random
import re
from pathlib import Path
from typing import NamedTuple

_SUPERVISOR = "netra_backend.app.agents.supervisor"
_OLD = f"{_SUPERVISOR}.execution_engine"
_NEW = f"{_SUPERVISOR}.user_execution_engine"
_MEDIAN_BYTES = 13_600
_SIGMA = 0.75
"""With a median of 13.6 KB, sizes that are log-normal in this way have a mean of 18 KB."""
_LOOKALIKE_SHARE = 0.05
"""Files that name only `UserExecutionEngine`, which a search for text takes for the old class."""
_FILES_IN_FOLDER = 11
_AREAS = ("netra_backend/app", "tests/unit", "netra_backend/app/services", "tests/e2e", "shared")

_NOUNS = tuple(
    """account agent alert archive audit batch billing budget bucket channel client cluster
    connection container context cursor customer dashboard deadline delivery document event
    feature gateway history invoice ledger message metric payload permission pipeline policy
    quota record region report request resource result retry route schedule schema secret segment
    session snapshot stream tenant thread ticket token tool trace upload worker workspace""".split()
)
_VERBS = tuple(
    """accept assign build cancel collect compare deliver expand export fetch forward import
    inspect merge migrate notify prepare publish rebuild record release render replay resolve
    restore schedule select store submit transform update validate""".split()
)


class Corpus(NamedTuple):
    """What was written: files, those that name a moved symbol, and their deprecated imports."""

    files: int
    candidates: int
    statements: int


class _Form(NamedTuple):
    """How a candidate names the old symbol; `statements` counts its deprecated imports."""

    header: str
    body: str
    statements: int = 0


# In the tree of the preset's migration, too, about a third of the candidates import the
# symbol; the rest name it in text or mean another one.
_FORMS = (
    _Form(
        f"from {_OLD} import ExecutionEngine\n",
        "def build_engine(registry, bridge):\n    return ExecutionEngine(registry, bridge)\n",
        1,
    ),
    _Form("", "# ExecutionEngine used to hold this state for all users at once.\n_STATE = {}\n"),
    _Form(
        f"from {_OLD} import (\n    ExecutionEngine as SharedEngine,\n"
        "    create_request_scoped_engine,\n)\n",
        "def engines(request, bridge):\n    first = SharedEngine(request.registry, bridge)\n"
        "    return first, create_request_scoped_engine(request)\n",
        1,
    ),
    _Form(
        f"from {_NEW} import UserExecutionEngine as ExecutionEngine\n",
        "def engine_of(context):\n    return ExecutionEngine(context)\n",
    ),
    _Form(
        "",
        'def describe():\n    """Say what took the place of ExecutionEngine."""\n'
        '    return "one engine for each user"\n',
    ),
    _Form(
        f"from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from {_OLD} import"
        " ExecutionEngine\n",
        'def start(registry, bridge) -> "ExecutionEngine":\n'
        f"    from {_OLD} import ExecutionEngine as Engine\n\n    return Engine(registry, bridge)\n",
        2,
    ),
    _Form(
        "from netra_backend.app.services.tool_registry.execution_engine import ExecutionEngine\n",
        "def tool_engine(tools):\n    return ExecutionEngine(tools)\n",
    ),
    _Form("", f'_PATCHED = "{_OLD}.ExecutionEngine"\n'),
    _Form(
        f"from {_SUPERVISOR} import execution_engine\n",
        "def fresh(registry, bridge):\n"
        "    return execution_engine.ExecutionEngine(registry, bridge)\n",
        1,
    ),
    _Form("", "class ExecutionEngine:\n    def __init__(self, tools):\n        self.tools = tools\n"),
    _Form("", 'def is_old(engine):\n    return type(engine).__name__ == "ExecutionEngine"\n'),
)
_PLAIN = _Form("", "")
_LOOKALIKE = _Form(
    f"from {_NEW} import UserExecutionEngine\n",
    "def user_engine(context):\n    return UserExecutionEngine(context)\n",
)

_HEADER = '''"""{Verb}s the {x} {y} of each {z}.

The {y} belongs to one {z}; nothing here may be kept from one {x} to the next.
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

'''
_CONSTANTS = """
logger = logging.getLogger(__name__)

{X}_LIMIT = {n}
DEFAULT_{Y} = {{"{x}": {n}, "{z}": None, "tags": ["{x}", "{z}"]}}
"""
_CLASS = '''

class {Name}:
    """{Verb}s every {x} of a {y}, one {z} at a time."""

    def __init__(self, {x}: Any, *, {y}_limit: int = {n}) -> None:
        self.{x} = {x}
        self.{y}_limit = {y}_limit
        self.{z}_by_name: dict[str, Any] = {{}}
        self.since = time.monotonic()
'''
_FUNCTIONS = (
    '''
{indent}{async_}def {verb}_{x}_{y}({owner}, {a}: Any, {b}: Any = None) -> Any:
{indent}    """{Verb} the {x} of a {y}."""
''',
    '''
{indent}{async_}def {verb}_{y}({owner}, {a}: list[Any], {b}: dict[str, Any]) -> Any:
{indent}    """{Verb} each {y}, and tell the {z}.

{indent}    Args:
{indent}        {a}: The {x} to begin with; it is changed in place.
{indent}        {b}: What is known of the {y}, by name.

{indent}    Returns:
{indent}        The {x}, or None where the {z} has none.
{indent}    """
''',
    '''
{indent}{async_}def _{verb}_{z}({owner}, {a}, {b}=DEFAULT, *, strict: bool = {n} > 50):
''',
)
_STATEMENTS = (
    "{a} = [item for item in {b} if item.{x} != {n}]",
    "if not {a}:\n    raise ValueError(f'the {x} of {{{b}!r}} is missing')",
    "{o}.{x}_{y} = {a} if {b} else {{'{x}': {n}, '{y}': None}}",
    "for index, {x}_item in enumerate({b}):\n    if {x}_item.{y} > {n}:\n"
    "        # A {z} counts once, however often its {x} comes back.\n"
    "        {a}.append(({x}_item, index))",
    "try:\n    {a} = json.loads({b})\nexcept (TypeError, ValueError) as error:\n"
    "    logger.warning('cannot {verb} %s %s: %s', '{x}', {b}, error)\n    return None",
    "with {o}.{x}_lock:\n    {o}.{x}_count += {n}\n    {a}.update({b})",
    "{a} = {{\n    '{x}': {b}.get('{x}', {n}),\n    '{y}': [str(item) for item in {b}.values()],\n"
    "    '{z}': {{'enabled': True, 'limit': {n}}},\n}}",
    "logger.info('%s: %s {verb}ed the {x} after %d attempts', {o}.{y}, {a}, {n})",
    "assert {a}.{x}({b}) == {n}, f'the {y} of {{{a}}} is not {n}'",
    "# The {x} is kept until its {z} has been told.\n"
    "{a} = sorted({b}, key=lambda item: item.{x}, reverse=True)",
    "while {a} and len({b}) < {n}:\n    {b}.extend({a}.pop().{x}({o}.{y}))",
    "if isinstance({a}, dict) and '{x}' in {a}:\n    {b} = {a}['{x}']\nelif callable({a}):\n"
    "    {b} = {a}({o}.{y}, timeout={n})\nelse:\n    {b} = {o}.{verb}_{z}({a})",
    "{o}.metrics['{x}_{y}'] = time.monotonic() - {o}.since",
    "{a} = ', '.join(f'{{key}}={{value}}' for key, value in {b}.items())",
    "# Nobody may {verb} a {x} while the {y} is\n# being written: the {z} would be lost.\n"
    "{o}.{x}.append(({a}, {b}, {n}))",
    "result = {o}.{verb}_{x}({a}, {b}, {y}={o}.{y})\nif result.{z} is not None:\n"
    "    {a}, {b} = result.{z}, result.{x}[{n}:]",
)
_RETURN = "return {{'{x}': {a}, '{y}': {b}, 'elapsed': round(time.monotonic(), 3)}}"


def build_corpus(folder: Path, *, files: int, candidates: float, seed: int) -> Corpus:
    """Write `files` modules below an empty folder, a share of which name the moved symbol.

    The same arguments give the same bytes.
    """
    rng = random.Random(seed)
    # Pins the configuration: without a file, one above the folder would count.
    (folder / "ssot.toml").write_text('preset = "execution-engine"\n', encoding="utf-8")
    chosen = sorted(rng.sample(range(files), round(files * candidates)))
    forms = {number: _FORMS[place % len(_FORMS)] for place, number in enumerate(chosen)}
    for number in range(files):
        path = folder / _place(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        size = rng.lognormvariate(math.log(_MEDIAN_BYTES), _SIGMA)
        lookalike = _LOOKALIKE if rng.random() < _LOOKALIKE_SHARE else _PLAIN
        text = _module(rng, size, forms.get(number, lookalike))
        path.write_text(text, encoding="utf-8", newline="\n")
    return Corpus(files, len(chosen), sum(form.statements for form in forms.values()))


def _place(number: int) -> str:
    folder, place = divmod(number, _FILES_IN_FOLDER)
    area, noun = _AREAS[folder % len(_AREAS)], _NOUNS[folder % len(_NOUNS)]
    name = f"{_NOUNS[number % len(_NOUNS)]}_{number}"
    if place == 0:
        name = "__init__"
    elif area.startswith("tests"):
        name = f"test_{name}"
    return f"{area}/{noun}_{folder}/{name}.py"


def _module(rng: random.Random, size: float, form: _Form) -> str:
    words = _words(rng)
    parts = [_HEADER.format_map(words), form.header, _CONSTANTS.format_map(words)]
    if form.body:
        parts.append(f"\n\n{form.body}")
    length = sum(map(len, parts))
    while length < size:
        methods = rng.randint(0, 12)
        block = [_function(rng, "self", "    ") for _ in range(methods)]
        head = _CLASS.format_map(_words(rng)) if methods else "\n" + _function(rng, "context", "")
        parts += [head, *block]
        length += len(head) + sum(map(len, block))
    return "".join(parts)


def _function(rng: random.Random, owner: str, indent: str) -> str:
    words = _words(rng)
    a, b = f"{rng.choice(_NOUNS)}_list", f"{rng.choice(_NOUNS)}_data"
    words |= {"a": a, "b": b, "o": owner, "owner": owner, "indent": indent}
    words["async_"] = "async " if rng.random() < 0.4 else ""
    lines = []
    for statement in (*rng.choices(_STATEMENTS, k=rng.randint(2, 16)), _RETURN):
        lines.append(statement.format_map(_words(rng) | {"a": a, "b": b, "o": owner}))
        if rng.random() < 0.5:
            lines.append("")
    body = re.sub(r"(?m)^(?=.)", f"{indent}    ", "\n".join(lines).strip())
    return f"{rng.choice(_FUNCTIONS).format_map(words)}{body}\n"


def _words(rng: random.Random) -> dict[str, str]:
    x, y, z = rng.sample(_NOUNS, 3)
    verb = rng.choice(_VERBS)
    return {
        "x": x,
        "y": y,
        "z": z,
        "X": x.upper(),
        "Y": y.upper(),
        "verb": verb,
        "Verb": verb.capitalize(),
        "Name": f"{x.capitalize()}{y.capitalize()}{verb.capitalize()}r",
        "n": str(rng.randint(2, 99)),
    }
