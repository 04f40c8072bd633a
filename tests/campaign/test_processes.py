"""Commands are run, heard, and leave nothing running."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from flake8_ssot_engine.campaign import processes
from flake8_ssot_engine.campaign.processes import CommandResult, Outcome, run_command

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the commands are for a POSIX shell")

ROOT = Path(__file__).parents[2]
HANG_SECONDS = 60  # far more than anything here takes, and less than what is to be ended does
LONG_SECONDS = 1_000.0

# Each notes the ids of what it starts in the file `pids`; one that says so is ready to be ended.
SLEEPERS = "echo $$ >> pids; sleep 100 & echo $! >> pids; echo ready; wait"
STUBBORN = f"trap '' TERM; echo $$ >> pids; sh -c {shlex.quote(SLEEPERS)} & wait"
CLEANING_UP = """
import os, signal, sys
def clean_up(*_):
    os.write(1, b"bye\\n")
    if not sys.argv[1:]: os._exit(0)
signal.signal(signal.SIGTERM, clean_up)
with open("pids", "w") as file: print(os.getpid(), file=file)
os.write(1, b"ready\\n")
while True: signal.pause()
"""
POLITE = f"exec {shlex.join([sys.executable, '-c', CLEANING_UP])}"
TALKATIVE = f"{POLITE} and stays"
UNTIL_NOTED = "while [ ! -s pids ]; do sleep 0.01; done"


@pytest.fixture
def log() -> io.BytesIO:
    return io.BytesIO()


@pytest.fixture
def pids(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "pids"
    file.touch()
    yield file
    for pid in map(int, file.read_text().split()):
        if is_running(pid):
            os.kill(pid, signal.SIGKILL)


class Clock:
    """Stands in for `time`: time is up when a test says so, however slow the machine."""

    sleep = staticmethod(time.sleep)

    def __init__(self) -> None:
        self.ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(processes, "time", clock)
    return clock


def run(
    command: str,
    log: BinaryIO,
    *,
    cwd: Path = ROOT,
    timeout_seconds: float = HANG_SECONDS,
    stream: Callable[[bytes], None] | None = None,
    environment: Mapping[str, str] | None = None,
    grace_seconds: float = 0.1,
) -> CommandResult:
    with prompt():
        return run_command(
            command,
            cwd=str(cwd),
            timeout_seconds=timeout_seconds,
            log=log,
            stream=stream,
            environment=environment,
            grace_seconds=grace_seconds,
        )


@contextmanager
def prompt() -> Iterator[None]:
    start = time.monotonic()
    try:
        yield
    finally:
        assert time.monotonic() - start < HANG_SECONDS


def in_python(folder: Path, text: str) -> str:
    """Return the command that runs `text`."""
    file = folder / "script.py"
    file.write_text(text)
    return shlex.join([sys.executable, str(file)])


def is_running(pid: int) -> bool:
    """Tell whether the process is there, and no zombie, which waits for process 1 only."""
    try:
        os.kill(pid, 0)
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (ProcessLookupError, FileNotFoundError):
        return False
    status = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True)
    return status.stdout.strip()[:1] not in (b"", b"Z")


def assert_ended(pids: Path, *, count: int) -> None:
    ids = [int(line) for line in pids.read_text().split()]
    assert len(ids) == count
    assert [pid for pid in ids if is_running(pid)] == []


def at_ready(act: Callable[[], None]) -> Callable[[bytes], None]:
    def stream(chunk: bytes) -> None:
        if b"ready" in chunk:
            act()

    return stream


# --- what it tells


@pytest.mark.parametrize(
    ("command", "outcome", "code"),
    [
        pytest.param("true", Outcome.PASSED, 0, id="passed"),
        pytest.param("exit 1", Outcome.FAILED, 1, id="failed"),
        pytest.param("exit 255", Outcome.FAILED, 255, id="failed-255"),
        pytest.param("false | true", Outcome.PASSED, 0, id="as-the-shell-sees-it"),
        pytest.param("no-such-command-anywhere", Outcome.NOT_FOUND, 127, id="not-found"),
        pytest.param("./plain", Outcome.NOT_FOUND, 126, id="not-executable"),
        pytest.param("kill -KILL $$", Outcome.FAILED, -signal.SIGKILL, id="killed"),
        pytest.param("kill -TERM $$", Outcome.FAILED, -signal.SIGTERM, id="terminated"),
        pytest.param("sh -c 'kill -KILL $$'; exit $?", Outcome.FAILED, 137, id="killed-below"),
    ],
)
def test_outcomes(
    tmp_path: Path, log: io.BytesIO, command: str, outcome: Outcome, code: int
) -> None:
    (tmp_path / "plain").touch(mode=0o644)
    result = run(command, log, cwd=tmp_path)
    assert (result.command, result.outcome, result.exit_code) == (command, outcome, code)


def test_the_seconds_it_took(log: io.BytesIO) -> None:
    with prompt():
        assert 0.3 <= run("sleep 0.3", log).seconds < HANG_SECONDS


def test_a_folder_that_is_gone(tmp_path: Path, log: io.BytesIO) -> None:
    folder = tmp_path / "gone"
    result = run("echo never", log, cwd=folder)
    assert (result.outcome, result.exit_code) == (Outcome.NOT_FOUND, None)
    assert os.strerror(errno.ENOENT) in result.tail
    assert str(folder) in result.tail
    assert log.getvalue() == b""


def test_what_can_be_no_command(log: io.BytesIO) -> None:
    with pytest.raises(ValueError, match="null byte"):
        run("echo \0", log)


# --- what it runs in


def test_the_folder(tmp_path: Path, log: io.BytesIO) -> None:
    run("pwd -P", log, cwd=tmp_path)
    assert log.getvalue() == os.fsencode(tmp_path.resolve()) + b"\n"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [(None, "[inherited] []\n"), ({"GIVEN": "é"}, "[] [é]\n"), ({}, "[] []\n")],
    ids=["ours", "another", "empty"],
)
def test_the_environment(
    log: io.BytesIO,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str] | None,
    expected: str,
) -> None:
    monkeypatch.setenv("SSOT_TEST", "inherited")
    run("echo [$SSOT_TEST] [$GIVEN]", log, environment=environment)
    assert log.getvalue().decode() == expected


def test_there_is_nothing_to_read(tmp_path: Path, log: io.BytesIO) -> None:
    (tmp_path / "typed").write_text("typed\n")
    ours = os.dup(0)
    with open(tmp_path / "typed") as typed:
        os.dup2(typed.fileno(), 0)
    try:
        run("cat; echo read", log)
    finally:
        os.dup2(ours, 0)
        os.close(ours)
    assert log.getvalue() == b"read\n"


# --- what it prints


def test_both_channels_in_order(log: io.BytesIO) -> None:
    streamed: list[bytes] = []
    command = "; ".join(f"echo out{n}; echo err{n} >&2" for n in range(50))
    run(command, log, stream=streamed.append)
    expected = "".join(f"out{n}\nerr{n}\n" for n in range(50)).encode()
    assert log.getvalue() == expected
    assert b"".join(streamed) == expected


def test_it_is_heard_as_it_comes(tmp_path: Path) -> None:
    kept: list[bytes] = []

    def stream(chunk: bytes) -> None:
        kept.append((tmp_path / "log").read_bytes())
        (tmp_path / "go").touch()

    command = "printf first; while [ ! -e go ]; do sleep 0.01; done; echo second"
    with open(tmp_path / "log", "wb") as log:
        result = run(command, log, cwd=tmp_path, stream=stream)
    assert result.outcome is Outcome.PASSED
    assert kept == [b"first", b"firstsecond\n"]


def test_much_output(tmp_path: Path) -> None:
    megabyte = 2**20
    command = in_python(
        tmp_path,
        f"import sys\nfor n in range(100): sys.stdout.buffer.write(bytes([n]) * {megabyte})",
    )
    expected = hashlib.sha256(b"".join(bytes([n]) * megabyte for n in range(100)))
    kept = tmp_path / "log"
    streamed = hashlib.sha256()
    with open(kept, "wb") as log:
        tracemalloc.start()
        try:
            result = run(command, log, stream=streamed.update)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    content = hashlib.sha256(kept.read_bytes())
    kept.unlink()  # pytest keeps the folders of some runs
    assert result.outcome is Outcome.PASSED
    assert result.tail == "c" * 4_000
    assert streamed.digest() == expected.digest()
    assert content.digest() == expected.digest()
    assert peak < 2 * megabyte


@pytest.mark.parametrize(
    ("printed", "tail"),
    [
        pytest.param(b"", "", id="nothing"),
        pytest.param(b"a\nb\n", "a\nb", id="lines"),
        pytest.param(b"a\nb", "a\nb", id="no-final-newline"),
        pytest.param(b"  a\n\n \n", "  a", id="white-space-after-it"),
        pytest.param(b"a\r\nb\r\n", "a\r\nb", id="crlf"),
        pytest.param(b"a\n" + b"%\r" * 50 + b"b\n", "a\n" + "%\r" * 50 + "b", id="progress-bar"),
        pytest.param(b"\xffa\xc3", "\ufffda\ufffd", id="undecodable"),
        pytest.param("é𝒳".encode(), "é𝒳", id="wide"),
        pytest.param(
            b"".join(b"%d\n" % n for n in range(30)),
            "\n".join(str(n) for n in range(10, 30)),
            id="many-lines",
        ),
        pytest.param(b"a" + "𝒳".encode() * 9_000, "𝒳" * 4_000, id="long-line"),
        pytest.param("𝒳".encode() * 9_000 + b"a", "𝒳" * 3_999 + "a", id="cut-in-a-character"),
        pytest.param("𝒳".encode() * 9_000 + b"\n\n", "𝒳" * 4_000, id="long-and-white"),
    ],
)
def test_its_tail(tmp_path: Path, log: io.BytesIO, printed: bytes, tail: str) -> None:
    (tmp_path / "printed").write_bytes(printed)
    assert run("cat printed", log, cwd=tmp_path).tail == tail
    assert log.getvalue() == printed


# --- when its time is up


def test_a_time_out(log: io.BytesIO) -> None:
    result = run("sleep 100", log, timeout_seconds=0.5, grace_seconds=LONG_SECONDS)
    assert (result.outcome, result.exit_code) == (Outcome.TIMED_OUT, None)
    assert 0.5 <= result.seconds < HANG_SECONDS


def test_a_time_out_of_what_ignores_sigterm(pids: Path, log: io.BytesIO, clock: Clock) -> None:
    stream = at_ready(lambda: setattr(clock, "ahead", LONG_SECONDS))
    result = run(STUBBORN, log, cwd=pids.parent, stream=stream)
    assert (result.outcome, result.exit_code) == (Outcome.TIMED_OUT, None)
    assert result.tail == "ready"
    assert_ended(pids, count=3)


def test_a_time_out_lets_clean_up(pids: Path, log: io.BytesIO, clock: Clock) -> None:
    stream = at_ready(lambda: setattr(clock, "ahead", LONG_SECONDS))
    result = run(POLITE, log, cwd=pids.parent, stream=stream, grace_seconds=LONG_SECONDS)
    assert (result.outcome, result.exit_code) == (Outcome.TIMED_OUT, None)
    assert result.tail == "ready\nbye"
    assert_ended(pids, count=1)


def test_a_time_out_while_the_stream_blocks(pids: Path, log: io.BytesIO, clock: Clock) -> None:
    was_ended: list[bool] = []

    def block() -> None:
        clock.ahead = LONG_SECONDS
        deadline = time.monotonic() + HANG_SECONDS / 2
        ids = [int(line) for line in pids.read_text().split()]
        while any(map(is_running, ids)) and time.monotonic() < deadline:
            time.sleep(0.01)
        was_ended.append(not any(map(is_running, ids)))

    run(f"echo before; {STUBBORN}", log, cwd=pids.parent, stream=at_ready(block))
    assert was_ended == [True]
    assert log.getvalue() == b"before\nready\n"


def test_no_time_out_for_what_the_stream_takes_long_to_show(log: io.BytesIO) -> None:
    heard: list[int] = []

    def stream(chunk: bytes) -> None:
        time.sleep(0.2)
        heard.append(len(chunk))

    result = run("head -c 300000 /dev/zero", log, stream=stream)
    assert result.outcome is Outcome.PASSED
    assert len(log.getvalue()) == sum(heard) == 300_000


# --- what it leaves running


@pytest.mark.parametrize(
    "left",
    [
        pytest.param("sleep 100", id="holding-the-output"),
        pytest.param("exec sleep 100 >/dev/null 2>&1", id="holding-nothing"),
        pytest.param("exec yes", id="printing-for-ever"),
        pytest.param("trap '' TERM; sleep 100", id="ignoring-sigterm"),
    ],
)
@pytest.mark.parametrize("code", [0, 3])
def test_what_is_left_in_the_group(pids: Path, log: io.BytesIO, left: str, code: int) -> None:
    left = shlex.quote(f"echo $$ >> pids; {left}")
    command = f"echo begun; sh -c {left} & {UNTIL_NOTED}; exit {code}"
    result = run(command, log, cwd=pids.parent, grace_seconds=LONG_SECONDS)
    assert result.outcome is (Outcome.FAILED if code else Outcome.PASSED)
    assert result.exit_code == code
    assert log.getvalue().startswith(b"begun\n")
    assert_ended(pids, count=1)


def test_what_is_left_may_clean_up(
    pids: Path, log: io.BytesIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_LEFTOVER_GRACE_SECONDS", LONG_SECONDS)
    command = f"sh -c {shlex.quote(POLITE)} & {UNTIL_NOTED}"
    result = run(command, log, cwd=pids.parent, grace_seconds=LONG_SECONDS)
    assert (result.outcome, result.tail) == (Outcome.PASSED, "ready\nbye")
    assert_ended(pids, count=1)


@pytest.mark.parametrize(
    "then",
    [
        pytest.param("time.sleep(100)", id="silent"),
        pytest.param(
            "while time.time() < start + 100: os.write(1, b'y' * 5_000); time.sleep(0.001)",
            id="printing-for-ever",
        ),
    ],
)
def test_what_left_the_group_holds_nothing_up(pids: Path, log: io.BytesIO, then: str) -> None:
    daemon = in_python(
        pids.parent,
        "import os, time\nstart = time.time()\nos.setsid()\n"
        f"with open('pids', 'w') as file: print(os.getpid(), file=file)\n{then}",
    )
    result = run(f"echo begun; {daemon} & {UNTIL_NOTED}", log, cwd=pids.parent)
    assert (result.outcome, result.exit_code) == (Outcome.PASSED, 0)
    assert b"begun\n" in log.getvalue()
    if then.startswith("time.sleep"):  # else it ends by itself, for nobody listens
        assert is_running(int(pids.read_text()))


# --- when it cannot be heard


class Failing(io.BytesIO):
    def __init__(self, error: BaseException, *, at: str) -> None:
        super().__init__()
        self.error, self.at = error, at

    def write(self, data: object, /) -> int:
        if self.at == "write":
            raise self.error
        return 0

    def flush(self) -> None:
        if self.at == "flush":
            raise self.error

    def stream(self, chunk: bytes) -> None:
        if self.at == "stream":
            raise self.error


@pytest.mark.parametrize("at", ["write", "flush", "stream"])
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "no space"), BrokenPipeError(), ZeroDivisionError()], ids=repr
)
def test_an_error_ends_the_command(pids: Path, at: str, error: Exception) -> None:
    log = Failing(error, at=at)
    with pytest.raises(type(error)) as caught:
        run(f"trap '' TERM; {SLEEPERS}", log, cwd=pids.parent, stream=log.stream)
    assert caught.value is error
    assert_ended(pids, count=2)


@pytest.mark.parametrize("at", ["write", "flush", "stream"])
def test_an_error_after_the_command_ended(at: str) -> None:
    log = Failing(OSError(errno.ENOSPC, "no space"), at=at)
    with pytest.raises(OSError, match="no space"):
        run("echo last", log, stream=log.stream)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full disk to write to")
def test_a_full_disk() -> None:
    with open("/dev/full", "wb", buffering=0) as disk:
        log = io.BufferedWriter(disk)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            run("echo begun; sleep 100", log)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            log.detach()


# --- when it is interrupted

INTERRUPTED = """
import os, signal, subprocess, sys, time
from flake8_ssot_engine.campaign import processes

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))

def stream(chunk):
    os.write(1, chunk)
    {at_output}

{prelude}
command, grace_seconds = sys.argv[1:]
with open("log", "wb") as log:
    processes.run_command(
        command, cwd=".", timeout_seconds=1000, log=log, stream=stream,
        grace_seconds=float(grace_seconds),
    )
"""


@contextmanager
def running(
    command: str, folder: Path, *, grace_seconds: float, at_output: str = "", prelude: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` under a process of its own, one that can be interrupted."""
    script = in_python(folder, INTERRUPTED.format(at_output=at_output, prelude=prelude))
    process = subprocess.Popen(
        [*shlex.split(script), command, str(grace_seconds)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def assert_says(process: subprocess.Popen[bytes], line: bytes) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == line


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 9)],
    ids=["ctrl-c", "an-exit"],
)
def test_an_interrupt(pids: Path, number: signal.Signals, code: int) -> None:
    with running(STUBBORN, pids.parent, grace_seconds=0.1) as process:
        assert_says(process, b"ready\n")
        process.send_signal(number)
        assert process.wait(HANG_SECONDS) == code
    assert_ended(pids, count=3)


def test_an_interrupt_lets_clean_up(pids: Path) -> None:
    with running(POLITE, pids.parent, grace_seconds=LONG_SECONDS) as process:
        assert_says(process, b"ready\n")
        process.send_signal(signal.SIGINT)
        assert_says(process, b"bye\n")
        assert process.wait(HANG_SECONDS) == -signal.SIGINT
    assert_ended(pids, count=1)
    assert (pids.parent / "log").read_bytes() == b"ready\nbye\n"


def test_a_second_interrupt_cuts_the_grace_short(pids: Path) -> None:
    with running(TALKATIVE, pids.parent, grace_seconds=LONG_SECONDS) as process:
        assert_says(process, b"ready\n")
        process.send_signal(signal.SIGINT)
        assert_says(process, b"bye\n")
        assert is_running(int(pids.read_text()))
        process.send_signal(signal.SIGINT)
        assert process.wait(HANG_SECONDS) == -signal.SIGINT
    assert_ended(pids, count=1)


def test_any_number_of_interrupts(pids: Path) -> None:
    with running(STUBBORN, pids.parent, grace_seconds=LONG_SECONDS) as process:
        assert_says(process, b"ready\n")
        interrupt_until_it_ends(process, every_seconds=0.0005)
    assert_ended(pids, count=3)


def interrupt_until_it_ends(process: subprocess.Popen[bytes], *, every_seconds: float) -> None:
    with prompt():
        deadline = time.monotonic() + HANG_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            process.send_signal(signal.SIGINT)
            time.sleep(every_seconds)


def test_interrupts_while_the_stream_blocks(pids: Path) -> None:
    with running(
        STUBBORN,
        pids.parent,
        grace_seconds=LONG_SECONDS,
        at_output="time.sleep(100)",
        prelude="processes._KILL_SECONDS = 0.5",
    ) as process:
        assert_says(process, b"ready\n")
        interrupt_until_it_ends(process, every_seconds=0.1)
    assert_ended(pids, count=3)


def test_an_interrupt_while_it_starts(pids: Path) -> None:
    prelude = """
class Popen(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        while not os.path.getsize("pids"):  # it runs, and nobody knows its id yet
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)

subprocess.Popen = Popen
"""
    with running(STUBBORN, pids.parent, grace_seconds=0.1, prelude=prelude) as process:
        assert process.wait(HANG_SECONDS) == -signal.SIGINT
    ids = pids.read_text().split()
    assert ids
    assert_ended(pids, count=len(ids))


# --- what stays of it here

LEAKS = """
import ctypes, os, sys, threading
from flake8_ssot_engine.campaign import processes
from flake8_ssot_engine.campaign.processes import run_command

processes._KILL_SECONDS = 1000  # a zombie is not waited for

if sys.platform == "linux":  # what loses its parent is ours, as for process 1: to be reaped too
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER

def refuse(chunk):
    raise OSError

def descriptors():
    return sorted(os.listdir("/dev/fd"))

with open("log", "wb") as log:
    before = descriptors()
    for _ in range(3):
        for command, seconds, stream in [
            ("echo passed", 60, None),
            ("no-such-command-anywhere", 60, None),
            ("sleep 100", 0.1, None),
            ("trap '' TERM; echo begun; sleep 100", 0.1, None),
            ("sleep 100 & sleep 100 & exit 1", 60, None),
            ("echo refused; sleep 100", 60, refuse),
        ]:
            try:
                run_command(
                    command, cwd=".", timeout_seconds=seconds, log=log, stream=stream,
                    grace_seconds=0.1,
                )
            except OSError:
                assert stream is refuse
            assert threading.enumerate() == [threading.main_thread()]
            assert descriptors() == before, (command, descriptors())
            try:
                sys.exit(f"{command} left {os.waitpid(-1, os.WNOHANG)}")
            except ChildProcessError:
                pass
    run_command("true", cwd="/no-such-folder", timeout_seconds=60, log=log)
    assert threading.enumerate() == [threading.main_thread()]
    assert descriptors() == before
"""


def test_nothing_is_leaked(tmp_path: Path) -> None:
    done = subprocess.run(
        shlex.split(in_python(tmp_path, LEAKS)),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=HANG_SECONDS,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_no_thread_stays_with_what_left_the_group(pids: Path, log: io.BytesIO) -> None:
    threads = threading.enumerate()
    daemon = in_python(
        pids.parent,
        "import os, time\nos.setsid()\n"
        "with open('pids', 'w') as file: print(os.getpid(), file=file)\ntime.sleep(100)",
    )
    run(f"{daemon} & {UNTIL_NOTED}", log, cwd=pids.parent)
    assert threading.enumerate() == threads
