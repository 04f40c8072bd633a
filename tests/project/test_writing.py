"""Files are replaced whole or not at all, and keep all but their content."""

from __future__ import annotations

import errno
import os
import stat
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from flake8_ssot_engine.project import writing
from flake8_ssot_engine.project.writing import FileChanged, replace_file

BEFORE = b"import old\n"
AFTER = b"import new\n"
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
ONLY_ROOT = pytest.mark.skipif(not IS_ROOT, reason="only root gives files away")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "module.py"
    file.write_bytes(BEFORE)
    return file


def replace(file: Path) -> None:
    replace_file(str(file), before=BEFORE, after=AFTER)


def assert_untouched(file: Path, content: bytes = BEFORE) -> None:
    assert file.read_bytes() == content
    assert os.listdir(file.parent) == [file.name]


# --- what it writes


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(b"a\r\nb\n\rc\r\n", id="newlines"),
        pytest.param(b"\xef\xbb\xbfa\n", id="bom"),
        pytest.param(b"a", id="no-final-newline"),
        pytest.param(b"", id="empty"),
        pytest.param(bytes(range(256)) * 10_000, id="any-bytes"),
        pytest.param(BEFORE, id="the-same"),
    ],
)
def test_the_bytes_are_exact(file: Path, after: bytes) -> None:
    replace_file(str(file), before=BEFORE, after=after)
    assert_untouched(file, after)


def test_an_empty_file_is_replaced(file: Path) -> None:
    file.write_bytes(b"")
    replace_file(str(file), before=b"", after=AFTER)
    assert_untouched(file, AFTER)


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127, "𝒳" * 63, "-", "a b\n"])
def test_any_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(BEFORE)
    replace(file)
    assert_untouched(file, AFTER)


def test_a_path_relative_to_the_current_folder(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    replace_file(file.name, before=BEFORE, after=AFTER)
    assert_untouched(file, AFTER)


# --- what it keeps


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755, 0o4755, 0o2775])
def test_the_mode_stays_whatever_the_umask(file: Path, mode: int) -> None:
    file.chmod(mode)
    umask = os.umask(0o077)
    try:
        replace(file)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(file.stat().st_mode) == mode


@ONLY_ROOT
def test_owner_and_group_stay(file: Path) -> None:
    os.chown(file, 1234, 5678)
    file.chmod(0o4750)
    replace(file)
    status = file.stat()
    assert (status.st_uid, status.st_gid) == (1234, 5678)
    assert stat.S_IMODE(status.st_mode) == 0o4750


@ONLY_ROOT
def test_an_owner_that_cannot_be_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.chown(file, 1234, 5678)
    monkeypatch.setattr(os, "chown", failing(PermissionError(errno.EPERM, "not permitted")))
    with pytest.raises(PermissionError, match="belongs to a user or group"):
        replace(file)
    assert_untouched(file)


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    first, second = folder / "first.py", folder / "second.py"
    first.symlink_to("../module.py")
    second.symlink_to("first.py")
    replace(second)
    assert (os.readlink(first), os.readlink(second)) == ("../module.py", "first.py")
    assert file.read_bytes() == AFTER
    assert not file.is_symlink()
    assert sorted(os.listdir(folder)) == ["first.py", "second.py"]


def test_the_modification_time_is_the_new_one(file: Path) -> None:
    os.utime(file, (1, 1))
    replace(file)
    assert file.stat().st_mtime > 1


def set_attribute(path: Path, name: str, value: bytes) -> None:
    if sys.platform != "linux":
        pytest.skip("Python reaches extended attributes on Linux only")
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        pytest.skip("this file system has none")


def attributes(path: Path) -> dict[str, bytes]:
    return {name: os.getxattr(path, name) for name in os.listxattr(path)}


def acl(mask: int) -> bytes:
    """Return an ACL that lets user 1234 read and write, as far as `mask` does (`acl(5)`)."""
    nobody = 0xFFFFFFFF
    entries = [(1, 6, nobody), (2, 6, 1234), (4, 4, nobody), (16, mask, nobody), (32, 0, nobody)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


@pytest.mark.parametrize(
    ("name", "value"),
    [("user.comment", b"kept \x00\xff"), ("user.empty", b""), (writing._ACL, acl(mask=6))],
)
def test_attributes_stay(file: Path, name: str, value: bytes) -> None:
    set_attribute(file, name, value)
    kept, mode = attributes(file), file.stat().st_mode
    assert kept[name] == value
    replace(file)
    assert attributes(file) == kept
    assert file.stat().st_mode == mode


def test_the_acl_of_the_folder_is_not_taken_on(file: Path) -> None:
    set_attribute(file.parent, "system.posix_acl_default", acl(mask=6))
    (file.parent / "new.py").touch()
    assert writing._ACL in attributes(file.parent / "new.py")
    kept = attributes(file)
    replace(file)
    assert attributes(file) == kept


def test_an_attribute_that_cannot_be_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_attribute(file, "user.comment", b"kept")
    monkeypatch.setattr(os, "setxattr", failing(OSError(errno.ENOSPC, "no space")))
    with pytest.raises(OSError, match="no space"):
        replace(file)
    assert_untouched(file)


def test_a_file_system_without_attributes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = failing(OSError(errno.ENOTSUP, "not supported"))
    monkeypatch.setattr(os, "listxattr", refused, raising=False)
    replace(file)
    assert_untouched(file, AFTER)


def test_a_platform_without_attributes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "listxattr", raising=False)
    replace(file)
    assert_untouched(file, AFTER)


# --- what it refuses


def test_a_file_that_changed(file: Path) -> None:
    file.write_bytes(b"edited\n")
    with pytest.raises(FileChanged, match=r"^changed since it was read$"):
        replace(file)
    assert_untouched(file, b"edited\n")


def test_a_file_that_changes_while_its_replacement_is_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: file.write_bytes(b"edited\n"))
    with pytest.raises(FileChanged):
        replace(file)
    assert_untouched(file, b"edited\n")


def test_a_file_that_vanished(file: Path) -> None:
    file.unlink()
    with pytest.raises(FileNotFoundError):
        replace(file)
    assert os.listdir(file.parent) == []


def test_a_file_that_vanishes_while_its_replacement_is_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: file.unlink())
    with pytest.raises(FileNotFoundError):
        replace(file)
    assert os.listdir(file.parent) == []


def test_a_link_to_nothing(tmp_path: Path) -> None:
    link = tmp_path / "link.py"
    link.symlink_to("missing.py")
    with pytest.raises(FileNotFoundError):
        replace(link)
    assert os.listdir(tmp_path) == ["link.py"]


def test_links_that_go_round(tmp_path: Path) -> None:
    link = tmp_path / "link.py"
    link.symlink_to("link.py")
    with pytest.raises(OSError, match="symbolic links"):
        replace(link)


def test_a_file_with_another_hard_link(file: Path) -> None:
    os.link(file, file.parent / "other.py")
    with pytest.raises(OSError, match="other hard links, which a replacement would cut off"):
        replace(file)
    assert sorted(os.listdir(file.parent)) == ["module.py", "other.py"]
    assert os.path.samefile(file, file.parent / "other.py")
    assert file.read_bytes() == BEFORE


def test_a_file_that_may_not_be_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = file.parent / "link.py"
    link.symlink_to("module.py")
    asked: list[tuple[str, int]] = []

    def access(path: str, mode: int) -> bool:
        asked.append((path, mode))
        return False

    monkeypatch.setattr(os, "access", access)
    with pytest.raises(PermissionError, match="is not writable"):
        replace(link)
    assert asked == [(os.path.realpath(file), os.W_OK)]
    assert file.read_bytes() == BEFORE
    assert sorted(os.listdir(file.parent)) == ["link.py", "module.py"]


@pytest.mark.skipif(IS_ROOT, reason="root may write all")
def test_a_file_whose_mode_says_so(file: Path) -> None:
    file.chmod(0o444)
    with pytest.raises(PermissionError, match="is not writable"):
        replace(file)
    assert_untouched(file)


@pytest.mark.parametrize("make", [os.mkdir, getattr(os, "mkfifo", os.mkdir)])
def test_what_is_no_file(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "odd.py")
    with pytest.raises(OSError, match="is not a regular file"):
        replace(tmp_path / "odd.py")


# --- failures and interrupts


def failing(error: BaseException) -> Callable[..., None]:
    def fail(*_arguments: object, **_options: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "no space"), OSError(errno.EIO, "i/o"), KeyboardInterrupt()]
)
@pytest.mark.parametrize("step", ["chmod", "fsync", "replace"])
def test_a_step_that_fails(
    file: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException
) -> None:
    monkeypatch.setattr(os, step, failing(error))
    with pytest.raises(type(error)) as raised:
        replace(file)
    assert raised.value is error
    assert_untouched(file)


@pytest.mark.parametrize("step", ["write", "flush", "close"])
def test_a_full_disk(file: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    class Full:
        """A file on a full disk, which says so at one of the steps."""

        def __init__(self, path: str, mode: str, opener: Callable[[str, int], int]) -> None:
            self.file = open(path, mode, opener=opener)  # noqa: SIM115

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_error: object) -> None:
            self.file.close()
            self.reach("close")

        def reach(self, now: str) -> None:
            if now == step:
                raise OSError(errno.ENOSPC, "no space")

        def write(self, content: bytes) -> None:
            self.file.write(content[:3])
            self.reach("write")

        def flush(self) -> None:
            self.file.flush()
            self.reach("flush")

        def fileno(self) -> int:
            return int(self.file.fileno())

    monkeypatch.setattr(writing, "open", Full, raising=False)
    with pytest.raises(OSError, match="no space"):
        replace(file)
    assert_untouched(file)


def test_a_disk_that_is_full_in_earnest(file: Path) -> None:
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            replace_file(str(file), before=BEFORE, after=b"x" * 1_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert_untouched(file)


@contextmanager
def interrupted_at(step: int) -> Iterator[None]:
    """Press Ctrl-C before the step-th instruction that the module runs."""
    left = step

    def trace(frame: FrameType, event: str, _argument: object) -> object:
        nonlocal left
        if frame.f_code.co_filename != writing.__file__:
            return None
        frame.f_trace_opcodes = True
        if event in ("opcode", "line"):  # 3.12.1 tells of lines only
            left -= 1
            if left == 0:
                sys.settrace(None)
                raise KeyboardInterrupt
        return trace

    tracing = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        yield
    finally:
        sys.settrace(tracing)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the unclosed file
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_an_interrupt_at_any_instant(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # it takes time
    seen = set()
    for step in range(1, 10_000):
        file.write_bytes(BEFORE)
        try:
            with interrupted_at(step):
                replace(file)
        except KeyboardInterrupt:
            seen.add(file.read_bytes())
            assert os.listdir(file.parent) == [file.name], step
        else:
            break
    assert step > 40
    assert seen == {BEFORE, AFTER}


def test_a_folder_that_cannot_be_synced(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fsync = os.fsync

    def sync_no_folder(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a file")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", sync_no_folder)
    replace(file)
    assert_untouched(file, AFTER)


# --- the order of things


def test_the_content_is_on_the_disk_before_it_has_the_name(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.chmod(0o640)
    steps: list[str] = []
    fsync, rename = os.fsync, os.replace

    def record_fsync(descriptor: int) -> None:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            assert os.path.samestat(status, file.parent.stat())
            steps.append("sync folder")
        else:
            assert status.st_size == len(AFTER)
            assert stat.S_IMODE(status.st_mode) == 0o640
            steps.append("sync file")
        fsync(descriptor)

    def record_replace(source: str, target: str) -> None:
        assert Path(source).read_bytes() == AFTER
        assert file.read_bytes() == BEFORE
        hidden = os.path.basename(source)
        assert (hidden[:1], hidden[-4:]) == (".", ".tmp")
        assert os.path.dirname(source) == os.path.dirname(target)
        steps.append("replace")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", record_fsync)
    monkeypatch.setattr(os, "replace", record_replace)
    replace(file)
    assert steps == ["sync file", "replace", "sync folder"]
    assert_untouched(file, AFTER)


def test_nobody_else_reads_the_new_content_meanwhile(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The content of a private file is private before its mode is set, too."""
    file.chmod(0o600)
    modes: list[int] = []
    chmod = os.chmod

    def record(path: str, mode: int) -> None:
        modes.append(stat.S_IMODE(os.stat(path).st_mode))
        chmod(path, mode)

    monkeypatch.setattr(os, "chmod", record)
    umask = os.umask(0)
    try:
        replace(file)
    finally:
        os.umask(umask)
    assert modes == [0o600]
