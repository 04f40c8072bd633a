"""What the crash test runs in a process of its own: this one forks the runs that are killed.

It has one thread and has imported everything, so that a run costs no more than its work. It gets a
request as JSON, and prints a report as JSON.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import importlib
import json
import os
import random
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from flake8_ssot_engine.cli.main import main

ROOT = Path(__file__).parents[2]
PROJECT = "project"
PLAIN_FILES = 40  # beside the special ones
MIGRATE = ("migrate", "--phase", "all", "--jobs", "1")
RESUME = ("migrate", "--jobs", "1", "--resume")
ROLLBACK = ("rollback",)
HANG_SECONDS = 60  # far more than anything here takes
FOLLOW_SECONDS = 10  # that workers may take to end with their parent, on a busy machine
BEGINS = (".", ".ssot/runs", ".ssot/runs/0001-all/before")
"""The folders that a run has put something into: at its start, as it plans, as it writes."""
BEFORE_COMMIT = 14  # the steps that a kill is tried at there, beside those after it
SAID_CHARACTERS = 400
TEMPORARY = r"\..*\.ssot-[0-9a-f]{16}\.tmp"

CONFIG = """\
source-roots = ["."]

[[migration]]
id = "1"
owners = ["pkg/old.py"]

[[migration.move]]
old = "pkg.old.OldEngine"
new = "pkg.new.NewEngine"

[[migration.phase]]
name = "all"
paths = ["**"]
validate = ["echo checked"]
"""
USE = "from pkg.old import OldEngine\n\n\ndef make():\n    return OldEngine()\n"
ALIKE = "from pkg.old import OldEngine\n\nENGINES = [OldEngine]\n"
EARLIER = 1_600_000_000_123_456_789  # a modification time
LATER = EARLIER + 10**17
LONG = "a_name_that_is_cut_in_what_a_kill_leaves"
KILLING_HOOK = """\
#!/bin/sh
if [ -e .git/kills ]; then
    rm .git/kills
    kill -KILL $SSOT_PID
    sleep 0.5
fi
"""


# --- the project, and trees


def make_project(top: str, plain_files: int) -> None:
    files: dict[str, str | bytes] = {
        "ssot.toml": CONFIG,
        "README.md": "Moves `pkg.old.OldEngine`.\n",
        "pkg/__init__.py": "",
        "pkg/new.py": "class NewEngine: ...\n",
        "pkg/old.py": "from pkg.new import NewEngine as OldEngine\n",
        "pkg/clean.py": "from pkg.new import NewEngine\n\nNewEngine()\n",
        **{f"pkg/m{n:02}.py": f"{USE}\n\nNUMBER = {n}\n" for n in range(plain_files)},
        "pkg/alike_1.py": ALIKE,
        "pkg/alike_2.py": ALIKE,
        "pkg/crlf.py": USE.replace("\n", "\r\n"),
        "pkg/bom.py": b"\xef\xbb\xbf" + USE.encode(),
        "pkg/tool.py": f"#!/usr/bin/env python\n{USE}",
        "pkg/private.py": f"# private\n{USE}",
        "pkg/märchen_𝒳.py": f"# é𝒳\n{USE}",
        f"pkg/{LONG}_1.py": f"# one\n{USE}",
        f"pkg/{LONG}_2.py": f"# two\n{USE}",
        "pkg/deep/er/down.py": f"# deep\n{USE}",
        # The first round keeps an alias in `owner.py` for the sake of the others; a second does
        # away with it.
        "pkg/owner.py": "from pkg.old import OldEngine\n\nX = OldEngine\n",
        "pkg/setter.py": "import pkg.owner as m\nm.OldEngine = 1\n",
        "pkg/taker.py": "from pkg.owner import OldEngine\n",
        "../elsewhere/linked": f"# linked\n{USE}",
    }
    if sys.platform == "linux":
        files[os.fsdecode(b"pkg/caf\xe9.py")] = f"# no UTF-8\n{USE}"
    for number, (name, content) in enumerate(files.items()):
        path = Path(os.path.normpath(os.path.join(top, PROJECT, name)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        modified = EARLIER + number * 1_000_000_007
        os.utime(path, ns=(modified, modified))
    folder = Path(top, PROJECT, "pkg")
    os.symlink("../../elsewhere/linked", folder / "link.py")
    (folder / "tool.py").chmod(0o755)
    (folder / "private.py").chmod(0o600)


class Entry(NamedTuple):
    """A file, a link or a folder; the content of a link is its target."""

    mode: int
    mtime_ns: int
    content: bytes


Tree = dict[str, Entry]


def read_tree(top: str) -> Tree:
    tree = {}
    waiting = [top]
    while waiting:
        for entry in os.scandir(waiting.pop()):
            status = entry.stat(follow_symlinks=False)
            content, modified = b"", 0
            if entry.is_symlink():
                content = os.fsencode(os.readlink(entry.path))
            elif entry.is_dir():
                waiting.append(entry.path)
            else:
                modified = status.st_mtime_ns
                with open(entry.path, "rb") as file:
                    content = file.read()
            tree[entry.path[len(top) + 1 :]] = Entry(status.st_mode, modified, content)
    return tree


def lay_out(top: str, tree: Tree) -> None:
    if os.path.exists(top):
        shutil.rmtree(top)
    os.mkdir(top)
    for name, entry in sorted(tree.items()):
        path = os.path.join(top, name)
        if stat.S_ISLNK(entry.mode):
            os.symlink(os.fsdecode(entry.content), path)
            continue
        if stat.S_ISDIR(entry.mode):
            os.mkdir(path)
        else:
            with open(path, "xb") as file:
                file.write(entry.content)
            os.utime(path, ns=(entry.mtime_ns, entry.mtime_ns))
        os.chmod(path, stat.S_IMODE(entry.mode))


def seen(tree: Tree) -> Tree:
    """Return what of a tree is the user's."""
    ours = {".ssot", ".git", "__pycache__"}
    return {name: entry for name, entry in tree.items() if ours.isdisjoint(name.split("/"))}


def aged(tree: Tree) -> Tree:
    """Return a tree no file of which was made just now.

    Within the same second, a replacement takes a step more, for the sake of what is compiled.
    """
    return {
        name: entry._replace(mtime_ns=LATER) if entry.mtime_ns > LATER else entry
        for name, entry in tree.items()
    }


def differences(
    tree: Tree, wanted: Tree, *, newer: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    """Yield what differs, and where; the modification time of the files `newer` may."""
    tree, wanted = seen(tree), seen(wanted)
    yield from (("lost", name) for name in wanted.keys() - tree.keys())
    yield from (("stray", name) for name in tree.keys() - wanted.keys())
    for name in wanted.keys() & tree.keys():
        now, then = tree[name], wanted[name]
        if now.content != then.content:
            yield "another content", name
        if now.mode != then.mode:
            yield "another mode", name
        if now.mtime_ns != then.mtime_ns and name not in newer:
            yield "another modification time", name


def _record(line: bytes) -> dict[str, Any]:
    """Return a line of a journal, empty if it is damaged: `ssot` will say so."""
    try:
        return dict(json.loads(line))
    except ValueError:
        return {}


class Journalled(NamedTuple):
    """What the journals in a tree tell, read without the help of what wrote them."""

    runs: list[list[dict[str, Any]]]

    @classmethod
    def of(cls, tree: Tree) -> Journalled:
        pattern = re.compile(rf"{PROJECT}/\.ssot/runs/[^/]+/journal\.jsonl")
        runs = []
        for name in sorted(filter(pattern.fullmatch, tree)):
            *whole, _ = tree[name].content.split(b"\n")
            runs.append([_record(line) for line in whole])
        return cls([run for run in runs if run])

    @property
    def state(self) -> str:
        """How far the last run got."""
        if not self.runs:
            return "no run"
        return next((r["state"] for r in reversed(self.runs[-1]) if "state" in r), "running")

    @property
    def can_be_undone(self) -> bool:
        """Whether there is a run to roll back."""
        return any(
            any("file" in record for record in run)
            and not any(record.get("state") == "restored" for record in run)
            for run in self.runs
        )

    @property
    def was_cut_short(self) -> bool:
        return self.can_be_undone and self.state != "done"


# --- the steps of a run, and its end at one of them


class Kill(NamedTuple):
    """Where a run ends: "before" its nth step, "after" it, or in it, with a part written."""

    step: int
    how: str


PARTS: dict[str, Callable[[int], int]] = {
    "half of": lambda length: length // 2,
    "all but the last byte of": lambda length: length - 1,
}


class Step(NamedTuple):
    """What a run does to the disk."""

    what: str
    where: str

    @property
    def ways(self) -> tuple[str, ...]:
        """How a run can end at it."""
        if self.what == "start":  # what it starts goes on: see `orphan_a_commit`
            return ("before",)
        return ("before", *(PARTS if self.what == "write" else ()), "after")


class Steps:
    """Counts what this process does to the disk, and may end it there."""

    CHANGES = (
        *("replace", "rename", "link", "symlink", "unlink", "remove", "rmdir", "mkdir"),
        *("chmod", "chown", "utime", "truncate", "ftruncate", "setxattr", "removexattr"),
    )
    AUDITED = frozenset({*(f"os.{name}" for name in CHANGES)})
    WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def __init__(self, kill: Kill | None = None) -> None:
        self.taken: list[Step] = []
        self.missed: list[str] = []
        self._kill = kill
        self._local = threading.local()

    def install(self) -> None:
        """Have every step of this process go through here, for good."""
        system: Any = os
        for name in self.CHANGES:
            if hasattr(os, name):
                setattr(os, name, self._hooked(name, getattr(os, name)))
        # What was written outlasts the end of its process; only a loss of power asks for more.
        system.fsync = lambda descriptor: self.take("fsync", descriptor, lambda: None)
        system.open = self._hooked_open(os.open)
        system = builtins
        system.open = self._hooked_stream(open)
        system = subprocess
        system.Popen = self._hooked_process()

    def audit(self) -> None:
        """Note what gets to the disk and is no step."""

        def hear(event: str, arguments: tuple[Any, ...]) -> None:
            if getattr(self._local, "is_inside", False):
                return
            if event == "open" and arguments[0] != os.devnull and arguments[2] & self.WRITING:
                self.missed.append(f"open {arguments[0]!r}")
            elif event == "os.mkdir" and os.path.isdir(arguments[0]):
                pass  # it is there, and changes nothing (pathlib before 3.11 is not hooked)
            elif event in self.AUDITED:
                self.missed.append(f"{event} {arguments[0]!r}")

        sys.addaudithook(hear)

    def take(
        self,
        what: str,
        where: Any,
        act: Callable[[], Any],
        tear: Callable[[Callable[[int], int]], None] | None = None,
    ) -> Any:
        """Do something as one step, which may be the last; `tear` does a part of it."""
        if getattr(self._local, "is_inside", False):
            return act()
        self._local.is_inside = True
        try:
            self.taken.append(Step(what, _name_of(where)))
            is_last = self._kill is not None and self._kill.step == len(self.taken)
            how = self._kill.how if self._kill is not None and is_last else ""
            if how in PARTS:
                assert tear is not None
                tear(PARTS[how])
            if how and how != "after":
                end()
            try:
                return act()
            finally:  # it may fail: what is there already cannot be made
                if how:
                    end()
        finally:
            self._local.is_inside = False

    def _hooked(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        place = 1 if name in ("replace", "rename", "link", "symlink") else 0

        def hooked(*arguments: Any, **options: Any) -> Any:
            return self.take(name, arguments[place], lambda: real(*arguments, **options))

        return hooked

    def _hooked_open(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def hooked(path: Any, flags: int, *arguments: Any, **options: Any) -> Any:
            if path == os.devnull or not flags & self.WRITING:
                return real(path, flags, *arguments, **options)
            return self.take("open", path, lambda: real(path, flags, *arguments, **options))

        return hooked

    def _hooked_process(self) -> type[subprocess.Popen[bytes]]:
        steps = self

        class Process(subprocess.Popen[bytes]):
            def __init__(self, command: Any, *arguments: Any, **options: Any) -> None:
                start = super().__init__
                name = _name_of_command(command)
                steps.take("start", name, lambda: start(command, *arguments, **options))

        return Process

    def _hooked_stream(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def hooked(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            if file == os.devnull or not set(mode) & set("wax+"):
                return real(file, mode, *arguments, **options)
            stream = self.take("open", file, lambda: real(file, mode, *arguments, **options))
            return SteppedFile(self, stream, file)

        return hooked


class SteppedFile:
    """A file that is written, each call a step."""

    def __init__(self, steps: Steps, stream: Any, name: Any) -> None:
        self._steps = steps
        self._stream = stream
        self._name = name

    def write(self, data: bytes) -> int:
        def tear(part: Callable[[int], int]) -> None:
            self._stream.write(data[: part(len(data))])
            self._stream.flush()

        written: int = self._take("write", lambda: self._stream.write(data), tear)
        return written

    def flush(self) -> None:
        self._take("flush", self._stream.flush)

    def truncate(self, size: int | None = None) -> None:
        self._take("truncate", lambda: self._stream.truncate(size))

    def close(self) -> None:
        self._take("close", self._stream.close)

    def _take(self, what: str, *actions: Any) -> Any:
        return self._steps.take(what, self._name, *actions)

    def __enter__(self) -> SteppedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def end() -> NoReturn:
    while True:  # a signal takes its time
        os.kill(os.getpid(), signal.SIGKILL)


def _name_of(where: Any) -> str:
    """Return what kind of file a path or a descriptor leads to."""
    if isinstance(where, int):
        with contextlib.suppress(OSError):
            where = os.readlink(f"/proc/self/fd/{where}")
    name = "descriptor" if isinstance(where, int) else os.path.basename(os.fsdecode(where))
    if re.fullmatch(r"[0-9a-f]{64}", name):
        return "image"
    if re.fullmatch(TEMPORARY, name):
        return "temporary"
    if name.endswith(".py"):
        return "source"
    return re.sub(r"-[0-9]+$", "", name)  # the id of a process


def _name_of_command(command: str | Sequence[str]) -> str:
    words = shlex.split(command) if isinstance(command, str) else list(command)
    if words[1:2] == ["-C"]:
        del words[1:3]
    return " ".join(words[:2])


# --- running


class Ended(NamedTuple):
    """How a run ended."""

    code: int
    out: str
    err: str
    steps: tuple[Step, ...] = ()
    missed: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


class Runner:
    """Runs `ssot` in forks of this process, on a tree that is always at the same place."""

    def __init__(self, work: str) -> None:
        self.top = os.path.join(work, "top")
        self._outputs = {name: os.path.join(work, name) for name in ("out", "err", "steps")}

    def run(
        self, arguments: Sequence[str], kill: Kill | None = None, *, audits: bool = False
    ) -> Ended:
        pid = os.fork()
        if not pid:
            self._be_the_child(arguments, kill, audits=audits)
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        out, err = (self._output(name) for name in ("out", "err"))
        told = json.loads(self._output("steps") or "{}")
        steps = tuple(Step(*step) for step in told.get("steps", ()))
        missed, modules = (tuple(told.get(name, ())) for name in ("missed", "modules"))
        return Ended(code, out, err, steps, missed, modules)

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", self.top, *arguments]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout

    def _output(self, name: str) -> str:
        with open(self._outputs[name], encoding="utf-8", errors="replace") as file:
            return file.read()

    def _be_the_child(
        self, arguments: Sequence[str], kill: Kill | None, *, audits: bool
    ) -> NoReturn:
        code = 99
        try:
            for number, name in ((1, "out"), (2, "err")):
                output = os.open(self._outputs[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                os.dup2(output, number)
                os.close(output)
            signal.alarm(HANG_SECONDS)
            os.chdir(os.path.join(self.top, PROJECT))
            os.environ["SSOT_PID"] = str(os.getpid())
            with open(self._outputs["steps"], "w", encoding="utf-8") as file:
                steps = Steps(kill)
                steps.install()
                if audits:
                    steps.audit()
                code = main(arguments)
                told = {"steps": steps.taken, "missed": steps.missed, "modules": list(sys.modules)}
                json.dump(told, file)
            sys.stdout.flush()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)


# --- kills, and what must come of them


@dataclass
class Report:
    """What came of some kills; `problems` is empty where all is well.

    `steps` are how many a whole run takes, by their kind; `outcomes` how far it had got at a kill.
    A problem is counted by its kind, and told once.
    """

    steps: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    told: dict[str, str] = field(default_factory=dict)


class Crash:
    """A project whose phase is run, killed, and recovered from."""

    def __init__(self, work: str, *, plain_files: int, commits: bool = False) -> None:
        importlib.import_module("filelock")  # before Python 3.11 it tries out what the disk can do
        self.report = Report()
        self.migrate = (*MIGRATE, "--commit") if commits else MIGRATE
        self.runner = Runner(os.path.realpath(work))
        self._commits = commits
        self._where = ""
        os.mkdir(self.runner.top)
        make_project(self.runner.top, plain_files)
        if commits:
            self._commit_all()
        self.before = read_tree(self.runner.top)
        self.steps, self.after = self._let_it_run()
        self._known = self._contents()
        self._changed = {name for name, known in self._known.items() if len(known) > 1}
        assert len(self._changed) > plain_files
        assert len(self._known[f"{PROJECT}/pkg/owner.py"]) == 3  # in two rounds

    def _commit_all(self) -> None:
        git = self.runner.git
        git("init", "--quiet")
        settings = ("user.name=t", "user.email=t@example.org", "core.autocrlf=false", "gc.auto=0")
        for setting in settings:
            git("config", *setting.split("="))
        git("add", "--all")
        git("commit", "--quiet", "--message", "all")

    def _let_it_run(self) -> tuple[tuple[Step, ...], Tree]:
        """Run a phase to its end; return its steps, and what it makes of the project."""
        ended = self.runner.run(self.migrate, audits=True)
        assert ended.code == 0, ended[:3]
        assert not ended.missed, ended.missed
        for name in ended.modules:  # so that no other run has to
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        gc.freeze()
        self.report.steps.update(f"{step.what} {step.where}" for step in ended.steps)
        return ended.steps, aged(read_tree(self.runner.top))

    def _contents(self) -> dict[str, set[str]]:
        """Return what each file may hold at any time, by hashes."""
        found = {name: {_hash(entry)} for name, entry in seen(self.before).items()}
        (run,) = Journalled.of(self.after).runs
        for record in run:
            if "file" in record:
                path = os.path.normpath(os.path.join(self.runner.top, PROJECT, record["file"]))
                found[os.path.relpath(path, self.runner.top)].add(record["after"])
        return found

    # --- kills

    def kill_at(self, kill: Kill) -> None:
        """Kill a run, and recover from it."""
        self._check_recoveries(self._killed(self.before, self.migrate, kill, self.steps))

    def kill_twice(self, kill: Kill, count: int, chance: random.Random) -> None:
        """Kill a run, kill each recovery from it at `count` of its steps, and recover from that."""
        broken = self._killed(self.before, self.migrate, kill, self.steps)
        where = self._where
        is_done = Journalled.of(broken).state == "done"  # `kill_rollback` is about that
        for recovery in (RESUME,) if is_done else (ROLLBACK, RESUME):
            lay_out(self.runner.top, broken)
            steps = self.runner.run(recovery).steps
            kills = every_kill(steps)
            for second in chance.sample(kills, min(count, len(kills))):
                again = self._killed(broken, recovery, second, steps)
                self._where = f"{where}; {self._where}"
                self._check_recoveries(again)

    def kill_rollback(self, kills: Callable[[Sequence[Step]], Iterable[Kill]]) -> None:
        """Kill the rollback of a run that had got to its end, and recover from it."""
        lay_out(self.runner.top, self.after)
        steps = self.runner.run(ROLLBACK).steps
        for kill in kills(steps):
            broken = self._killed(self.after, ROLLBACK, kill, steps)
            self._note(broken)
            self._check_parts(broken)
            self._check_rollback(broken)
            for what, arguments in (("resume", RESUME), ("another run", self.migrate)):
                lay_out(self.runner.top, broken)
                ended = self.runner.run(arguments)
                self._check_said(what, ended, (0, 2))
                if ended.code == 0:
                    self._check_whole(what)
                self._check_rollbacks(what)

    def _killed(
        self, tree: Tree, arguments: Sequence[str], kill: Kill, steps: Sequence[Step]
    ) -> Tree:
        """Return what is left of a run that is killed."""
        step = steps[kill.step - 1]
        told = f"{' '.join(arguments)}: {kill.how} {step.what} {step.where}"
        self._where = f"{told} ({kill.step} of {len(steps)})"
        lay_out(self.runner.top, tree)
        ended = self.runner.run(arguments, kill)
        assert ended.code == -signal.SIGKILL, (self._where, ended[:3])
        self.report.kills += 1
        return aged(read_tree(self.runner.top))

    def orphan_a_commit(self) -> None:
        """Kill a run while git makes its commit, which git then goes on with."""
        lay_out(self.runner.top, self.before)
        hook = Path(self.runner.top, ".git", "hooks", "pre-commit")
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(KILLING_HOOK)
        hook.chmod(0o755)
        Path(self.runner.top, ".git", "kills").touch()
        start = read_tree(self.runner.top)
        for recovery in (ROLLBACK, RESUME):
            for is_git_done in (False, True):
                self._where = f"killed {'after' if is_git_done else 'while'} git commits"
                lay_out(self.runner.top, start)
                assert self.runner.run(self.migrate).code == -signal.SIGKILL
                self.report.kills += 1
                if is_git_done:
                    self._wait_for_git()
                ended = self.runner.run(recovery)
                self._wait_for_git()
                if ended.code == 2 and not is_git_done:  # it may say that git is at work
                    ended = self.runner.run(recovery)
                self._check_said(recovery[-1], ended, (0,))
                if recovery is ROLLBACK:
                    self._check_tree("rollback", self.before)
                    self._check_history("rollback", ended)
                else:
                    self._check_after("--resume")

    def _wait_for_git(self) -> None:
        lock = os.path.join(self.runner.top, ".git", "index.lock")
        deadline = time.monotonic() + HANG_SECONDS
        while not self._has_commit() or os.path.exists(lock):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def kill_at_random(self, count: int, chance: random.Random) -> None:
        """Kill real runs, which have workers, at times that nobody chose."""
        spans = self._spans()
        while self.report.kills < count:
            lay_out(self.runner.top, self.before)
            self._where = f"random kill {self.report.kills + 1}"
            with self._real_run() as process:
                begin = chance.choice(BEGINS)
                self._wait_for(begin, process)
                time.sleep(chance.uniform(0, spans[begin]))
                had_workers = self._has_workers(process)
                process.kill()
                if process.wait() != -signal.SIGKILL:
                    assert process.returncode == 0
                    continue
                # The first recovery is at once: the workers may not have ended yet.
                broken = read_tree(self.runner.top)
                checks = chance.sample((self._check_rollback, self._check_resume), 2)
                checks[0](broken, is_laid_out=True)
                self._check_workers_ended(process)
            self.report.kills += 1
            self._note(broken)
            self.report.outcomes["with workers" if had_workers else "without workers"] += 1
            self._check_parts(broken)
            checks[1](broken)

    def _spans(self) -> dict[str, float]:
        """Return how long a run goes on from each of its begins."""
        lay_out(self.runner.top, self.before)
        begun = {}
        with self._real_run() as process:
            for begin in BEGINS:
                self._wait_for(begin, process)
                begun[begin] = time.monotonic()
            out, _ = process.communicate(timeout=HANG_SECONDS)
        ended = time.monotonic()
        assert process.returncode == 0, out
        self._check_tree("a real run", self.after)
        return {begin: ended - then for begin, then in begun.items()}

    def _real_run(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "flake8_ssot_engine", *MIGRATE[:3], "--jobs", "2"],
            cwd=os.path.join(self.runner.top, PROJECT),
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def _wait_for(self, begin: str, process: subprocess.Popen[bytes]) -> None:
        path = os.path.join(self.runner.top, PROJECT, begin)
        while process.poll() is None and not (os.path.exists(path) and os.listdir(path)):
            time.sleep(0.001)

    def _has_workers(self, process: subprocess.Popen[bytes]) -> bool:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        try:
            return len(children.read_text().split()) > 1
        except OSError:
            return False

    # --- what must come of them

    def _check_recoveries(self, broken: Tree) -> None:
        self._note(broken)
        self._check_parts(broken)
        if Journalled.of(broken).state == "done":
            self._check_tree("done", self.after)
        self._check_rollback(broken)
        self._check_resume(broken)
        self._check_another_run(broken)

    def _note(self, broken: Tree) -> None:
        journal = Journalled.of(broken)
        files = "a run to undo" if journal.can_be_undone else "none to undo"
        self.report.outcomes[f"{journal.state}, {files}"] += 1

    def _check_parts(self, broken: Tree) -> None:
        """Check that each file is before or after, and nothing is beside them but what may be."""
        for name, entry in seen(broken).items():
            if name not in self._known:
                if not re.fullmatch(TEMPORARY, os.path.basename(name)):
                    self._complain("broken", "stray", name)
            elif _hash(entry) not in self._known[name]:
                self._complain("broken", "neither before nor after", name)
            elif entry.mode != self.before[name].mode:
                self._complain("broken", "another mode", name)
        for name in self._known.keys() - broken.keys():
            self._complain("broken", "lost", name)

    def _check_rollback(self, broken: Tree, *, is_laid_out: bool = False) -> None:
        if not is_laid_out:
            lay_out(self.runner.top, broken)
        ended = self.runner.run(ROLLBACK)
        if Journalled.of(broken).can_be_undone:
            self._check_said("rollback", ended, (0,))
        else:
            self._check_said("rollback", ended, (2,), "there is no run to roll back")
        self._check_tree("rollback", self.before)
        self._check_history("rollback", ended)

    def _check_resume(self, broken: Tree, *, is_laid_out: bool = False) -> None:
        if not is_laid_out:
            lay_out(self.runner.top, broken)
        ended = self.runner.run(RESUME)
        if not Journalled.of(broken).runs:
            self._check_said("resume", ended, (2,), "there is nothing to resume")
            self._check_tree("resume", self.before)
            return
        self._check_said("resume", ended, (0,))
        self._check_after("resume")

    def _check_another_run(self, broken: Tree) -> None:
        """Check that what was cut short is not built upon."""
        lay_out(self.runner.top, broken)
        ended = self.runner.run(self.migrate)
        if Journalled.of(broken).was_cut_short:
            self._check_said("another run", ended, (2,), "was cut short; `ssot migrate --resume`")
            self._check_tree("another run", broken)
            return
        self._check_said("another run", ended, (0,))
        self._check_after("another run")

    def _check_after(self, what: str) -> None:
        """Check that all is after, and that a rollback leads to what was before."""
        self._check_tree(what, self.after)
        self._check_commit(what)
        ended = self.runner.run(ROLLBACK)
        self._check_said(f"{what}, rollback", ended, (0,))
        self._check_tree(f"{what}, rollback", self.before)
        self._check_history(f"{what}, rollback", ended)

    def _check_rollbacks(self, what: str) -> None:
        """Check that as many rollbacks as there are runs lead to what was before."""
        for _ in range(5):
            ended = self.runner.run(ROLLBACK)
            if ended.code:
                break
        self._check_said(f"{what}, rollbacks", ended, (2,), "there is no run to roll back")
        self._check_tree(f"{what}, rollbacks", self.before)

    def _check_whole(self, what: str) -> None:
        """Check that everything is before, or everything is after."""
        tree = read_tree(self.runner.top)
        if not any(
            list(differences(tree, wanted, newer=self._changed)) == []
            for wanted in (self.before, self.after)
        ):
            contents = [tree[name].content for name in self._changed]
            before = [self.before[name].content for name in self._changed]
            strays = len(seen(tree).keys() - self.before.keys())
            count = sum(now != then for now, then in zip(contents, before, strict=True))
            told = f"{count} of {len(contents)} files are after, {strays} are strays"
            self._complain(what, "mixed", told)

    def _check_tree(self, what: str, wanted: Tree) -> None:
        tree = read_tree(self.runner.top)
        newer = () if wanted is self.before else self._changed
        for kind, name in differences(tree, wanted, newer=newer):
            self._complain(what, kind, name)
        ignore = f"{PROJECT}/.ssot/.gitignore"
        if wanted is self.after and tree[ignore].content != self.after[ignore].content:
            self._complain(what, "another content", ignore)

    def _check_said(self, what: str, ended: Ended, codes: Collection[int], told: str = "") -> None:
        if ended.code not in codes or told not in ended.err or "Traceback" in ended.err:
            said = ended.err or ended.out
            self._complain(what, f"exit code {ended.code}", said[-SAID_CHARACTERS:])

    def _has_commit(self) -> bool:
        return self.runner.git("rev-list", "--count", "HEAD").strip() != "1"

    def _check_commit(self, what: str) -> None:
        """Check that there is one commit of the run, known to its journal, and nothing else."""
        if not self._commits:
            return
        git = self.runner.git
        if (count := git("rev-list", "--count", "HEAD").strip()) != "2":
            self._complain(what, "number of commits", count)
        if status := git("status", "--porcelain", "--untracked-files=all"):
            self._complain(what, "the work tree is not clean", status[-SAID_CHARACTERS:])
        noted = [
            record["commit"]
            for run in Journalled.of(read_tree(self.runner.top)).runs
            for record in run
            if record.get("commit")
        ]
        if noted != [git("rev-parse", "HEAD").strip()]:
            self._complain(what, "commits in the journals", str(noted))

    def _check_history(self, what: str, ended: Ended) -> None:
        """Check that what undid a run says so where its commit stays."""
        if self._commits and ended.code == 0:
            has_commit = self._has_commit()
            if has_commit != ("stays in the history" in ended.err):
                self._complain(what, f"of {'a' if has_commit else 'no'} commit it says", ended.err)

    def _check_workers_ended(self, process: subprocess.Popen[bytes]) -> None:
        """Check that nothing holds the output of a process that has ended."""
        try:
            process.communicate(timeout=FOLLOW_SECONDS)
        except subprocess.TimeoutExpired:
            self._complain("workers", "are left", f"after {FOLLOW_SECONDS} seconds")

    def _complain(self, what: str, kind: str, told: str) -> None:
        problem = f"{what}: {kind}"
        self.report.problems[problem] += 1
        self.report.told.setdefault(problem, f"{told!a}, after {self._where}")


def every_kill(steps: Sequence[Step]) -> list[Kill]:
    return [Kill(n, how) for n, step in enumerate(steps, 1) for how in step.ways]


def first_kills(steps: Sequence[Step]) -> list[Kill]:
    """Return a kill before the first change of each kind, and in the first write of each.

    Each write to the journal is of a kind of its own.
    """
    first: dict[tuple[Step, str, int], Kill] = {}
    for kill in every_kill(steps):
        step = steps[kill.step - 1]
        which = kill.step if step == Step("write", "journal.jsonl") else 0
        if kill.how != "after" and step.what not in ("flush", "fsync", "close"):
            first.setdefault((step, kill.how, which), kill)
    return list(first.values())


def _hash(entry: Entry) -> str:
    return sha256(entry.content).hexdigest()


# --- requests


@dataclass(frozen=True)
class Request:
    """What the test asks for: every nth of the kills of a scenario, of these one part of `parts`.

    `count` is how many kills at random, or of each recovery.
    """

    scenario: str
    work: str
    plain_files: int = PLAIN_FILES
    every: int = 1
    part: int = 0
    parts: int = 1
    count: int = 1


def answer(request: Request) -> Report:
    commits = request.scenario in ("commit", "orphaned commit")
    crash = Crash(request.work, plain_files=request.plain_files, commits=commits)
    chance = random.Random(request.part)

    def some(kills: Sequence[Kill], *more: Kill) -> list[Kill]:
        return sorted({*kills[:: request.every], *more})[request.part :: request.parts]

    kills = every_kill(crash.steps)
    match request.scenario:
        case "step":
            for kill in some(kills, *first_kills(crash.steps)):
                crash.kill_at(kill)
        case "twice":
            for kill in some(kills):
                crash.kill_twice(kill, request.count, chance)
        case "rollback":
            crash.kill_rollback(lambda steps: some(every_kill(steps)))
        case "commit":
            begins = crash.steps.index(Step("start", "git commit")) - BEFORE_COMMIT
            for kill in some([kill for kill in kills if kill.step > begins]):
                crash.kill_at(kill)
        case "orphaned commit":
            crash.orphan_a_commit()
        case "random":
            crash.kill_at_random(request.count, chance)
    return crash.report


if __name__ == "__main__":
    sys.stdout.write(json.dumps(vars(answer(Request(**json.loads(sys.argv[1]))))))
