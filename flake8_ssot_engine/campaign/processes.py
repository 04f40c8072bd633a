"""Running a declared command, of which nothing outlives the run."""

from __future__ import annotations

import enum
import math
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, BinaryIO

from flake8_ssot_engine.project.interrupts import deferred_interrupts

GRACE_SECONDS = 5.0
_LEFTOVER_GRACE_SECONDS = 1.0
_KILL_SECONDS = 5.0  # bounded: the kernel may hold a process, or it may be another user's
_POLL_SECONDS = 0.05
_CHUNK_BYTES = 65_536
_PIPE_BYTES = 1_048_576  # the most that a pipe holds (Linux, pipe-max-size)
_TAIL_LINES = 20
_TAIL_CHARACTERS = 4_000
_TAIL_BYTES = 4 * (_TAIL_CHARACTERS + 1)  # one more, since the first may be cut


class Outcome(enum.Enum):
    """How a command ended."""

    PASSED = "passed"
    """It exited with 0."""
    FAILED = "failed"
    """It exited with another code, or a signal that was not ours ended it."""
    TIMED_OUT = "timed out"
    """It was still running when its time was up, and was ended."""
    NOT_FOUND = "not found"
    """The shell did not find it or could not execute it (POSIX, 127 and 126), or could not itself
    be started."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What became of a command.

    `exit_code` is None if it was ended by us or never started, and -N if signal N ended the shell;
    where that ended only what the shell ran, it is 128 + N, by the shell's own account. `seconds`
    includes what it took to end it. `tail` is the end of what it printed, at most 20 lines and
    4,000 code points, without white space after it; if it never started, the reason.
    """

    command: str
    outcome: Outcome
    exit_code: int | None
    seconds: float
    tail: str


def run_command(
    command: str,
    *,
    cwd: str,
    timeout_seconds: float,
    log: BinaryIO,
    stream: Callable[[bytes], None] | None = None,
    environment: Mapping[str, str] | None = None,
    grace_seconds: float = GRACE_SECONDS,
) -> CommandResult:
    """Run a line of shell in the folder `cwd`, and end what it leaves running in its group.

    It reads nothing. The bytes it prints, on both channels, go as they come to `log`, a buffered
    file that is flushed each time, and to `stream`; both are called on another thread.
    `environment` is all of it, no addition; None stands for our own.

    When its time is up its process group gets SIGTERM and, if any of it is left after
    `grace_seconds`, SIGKILL. The same goes for a KeyboardInterrupt, or what else a signal handler
    raises, which is then raised on; a second one cuts the grace short. What a command that ended by
    itself left in its group has a second at most. A process that moved to another group is neither
    ended nor waited for.

    Raises what `log` or `stream` raised, when the group has ended. While one of them blocks, the
    group ends in time all the same, but only two interrupts make this return, seconds later.

    On Windows there is no grace, and what a command that ended left running stays.
    """
    run = _Run(command, cwd, timeout_seconds, log, stream, environment, grace_seconds)
    # An interrupt is noted and raised at the end: so none can come between the start of the process
    # and the note of its id, nor while the group is being ended.
    thread = threading.Thread(target=run.run)
    with deferred_interrupts() as interrupts:
        thread.start()
        while not run.is_finished.wait(_POLL_SECONDS):  # bounded: on Windows nothing ends a wait
            run.interrupts = interrupts.count
        thread.join()
    if run.error is not None:
        raise run.error
    assert run.result is not None
    return run.result


@dataclass(slots=True)
class _Run:
    command: str
    cwd: str
    timeout_seconds: float
    log: BinaryIO
    stream: Callable[[bytes], None] | None
    environment: Mapping[str, str] | None
    grace_seconds: float
    interrupts: int = 0  # one: the group is to end; two: without a grace
    is_group_ended: bool = False
    is_finished: threading.Event = field(default_factory=threading.Event)
    output: bytes = b""  # the end of it
    error: BaseException | None = None
    result: CommandResult | None = None

    def run(self) -> None:
        start = time.monotonic()
        try:
            outcome, code = self._supervise(start + self.timeout_seconds)
            text = self.output.decode(errors="replace").rstrip()
            tail = "\n".join(text.split("\n")[-_TAIL_LINES:])[-_TAIL_CHARACTERS:]
            seconds = time.monotonic() - start
            self.result = CommandResult(self.command, outcome, code, seconds, tail)
        except BaseException as error:
            self.error = error
        finally:
            self.is_finished.set()

    def _supervise(self, deadline: float) -> tuple[Outcome, int | None]:
        try:
            process = subprocess.Popen(  # noqa: S602 - a declared command is a line of shell
                self.command,
                shell=True,
                cwd=self.cwd,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as error:
            self.output = str(error).encode(errors="replace")
            return Outcome.NOT_FOUND, None
        reader = threading.Thread(target=self._copy, args=(process.stdout,), daemon=True)
        code = None
        try:
            reader.start()
            code = self._wait(process, deadline)
        finally:
            self._end_group(process, has_ended=code is not None)
            self.is_group_ended = True
        patience = _KILL_SECONDS
        while reader.is_alive() and patience > 0:
            reader.join(_POLL_SECONDS)
            if self.interrupts > 1 or sys.platform == "win32":  # where no read can be called off
                patience -= _POLL_SECONDS
        if code is None:
            return Outcome.TIMED_OUT, None
        if code in (126, 127):
            return Outcome.NOT_FOUND, code
        return Outcome.FAILED if code else Outcome.PASSED, code

    def _wait(self, process: subprocess.Popen[bytes], deadline: float) -> int | None:
        while not self.interrupts and self.error is None and time.monotonic() < deadline:
            with suppress(subprocess.TimeoutExpired):
                return process.wait(_POLL_SECONDS)
        return None

    def _end_group(self, process: subprocess.Popen[bytes], *, has_ended: bool) -> None:
        if sys.platform == "win32":
            if not has_ended:
                arguments = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
                subprocess.run(arguments, capture_output=True, check=False)  # noqa: S603
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_KILL_SECONDS)
            return
        grace = min(self.grace_seconds, _LEFTOVER_GRACE_SECONDS if has_ended else math.inf)
        for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, _KILL_SECONDS)):
            deadline = time.monotonic() + seconds
            is_left = _signal_group(process, number)
            while is_left and time.monotonic() < deadline:
                if self.interrupts > 1 and number == signal.SIGTERM:
                    break
                time.sleep(_POLL_SECONDS / 5)
                is_left = _signal_group(process, 0)
            if not is_left:
                break
        if process.returncode is not None:
            with suppress(ChildProcessError):  # where we are process 1, we are to reap what it left
                while os.waitpid(-process.pid, os.WNOHANG)[0]:
                    pass

    def _copy(self, pipe: IO[bytes]) -> None:
        left = _PIPE_BYTES
        try:
            with pipe:
                while left > 0 and self._has_more(pipe.fileno()):
                    chunk = os.read(pipe.fileno(), _CHUNK_BYTES)
                    if not chunk:
                        return
                    if self.is_group_ended:  # what moved to another group may print for ever
                        left -= len(chunk)
                    self.output = (self.output + chunk)[-_TAIL_BYTES:]
                    self.log.write(chunk)
                    self.log.flush()
                    if self.stream is not None:
                        self.stream(chunk)
        except BaseException as error:
            self.error = error

    def _has_more(self, descriptor: int) -> bool:
        """Wait for output or its end; when the group has ended, for nothing."""
        if sys.platform == "win32":
            return True
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        while True:
            was_group_ended = self.is_group_ended  # asked first: then all it printed is in the pipe
            if poll.poll(_POLL_SECONDS * 1_000):
                return True
            if was_group_ended:
                return False


def _signal_group(process: subprocess.Popen[bytes], number: int) -> bool:
    """Send signal `number` (0: none) to the group, and tell whether any of it lives (POSIX)."""
    has_ended = process.poll() is not None
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is another user's, or (macOS) a zombie
        return not has_ended
    return not has_ended or _has_living(process.pid)


def _has_living(group: int) -> bool:
    """Tell whether a group is more than zombies, where that can be known.

    Process 1 may take its time to reap them, or in a container never do it.
    """
    try:
        if os.readlink("/proc/self") != str(os.getpid()):
            return True  # it shows the processes of another namespace
        names = os.listdir("/proc")
    except OSError:
        return True
    for name in filter(str.isdecimal, names):
        with suppress(OSError):  # it may have ended since
            with open(f"/proc/{name}/stat", "rb") as file:
                state, _, its_group = file.read().rpartition(b")")[2].split()[:3]
            if int(its_group) == group and state not in b"ZX":
                return True
    return False
