"""Replacing, making and removing a file so that nothing can be lost."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from flake8_ssot_engine.project.reading import read_regular

_ACL = "system.posix_acl_access"


class FileChanged(Exception):  # noqa: N818 - what happened, not a fault
    """The file holds something else than what its replacement was made from."""

    def __init__(self) -> None:
        super().__init__("changed since it was read")


def replace_file(path: str, *, before: bytes, after: bytes) -> None:
    """Replace the content of the file at `path`, which must be `before`, by `after`.

    Its mode, owner, group, ACL and other extended attributes stay (the last two where Python can
    reach them: on Linux), and so does a symbolic link to it. The modification time is the new one;
    where Python would take what it compiled of the old content for that of the new (same size,
    same second; see PEP 552), a second later.

    Raises FileChanged if the file does not hold `before`. Raises OSError if it is gone, is no
    regular file, may not be written, has other hard links (which a replacement would cut off), if
    its owner or attributes cannot be kept, or if the disk is full. After either, the file is what
    it was and nothing is left beside it. A KeyboardInterrupt passes through; the file then holds
    one of the two contents, whole.

    The new content goes to a hidden file in the same folder, owner and attributes with it, and is
    synced to the disk. Only then is the old content compared and the name moved to the new file,
    in one step (POSIX, `rename`). So no kill shows half a file, and no loss of power can bring the
    new name to the disk before the content; either may leave the hidden file behind. Last the
    folder is synced, for the replacement to outlast a loss of power.
    """
    real = os.path.realpath(path, strict=True)
    original = os.stat(real)
    _check_replaceable(real, original)

    def prepare(temporary: str) -> None:
        _keep_owner(real, original, temporary)
        _keep_attributes(real, temporary)
        os.chmod(temporary, stat.S_IMODE(original.st_mode))  # chown clears setuid: after it
        _outdate_compiled(temporary, original)

    _put_in_place(real, after, prepare, lambda: read_regular(real) == before)


def create_file(path: str, content: bytes, *, mode: int) -> None:
    """Make the file at `path`, which must not be there, with the permission bits `mode`.

    Raises FileChanged if it is there, OSError if it cannot be made. The folders above are made
    where they lack. A kill shows the whole file or none, and may leave a hidden one behind.
    """
    os.makedirs(os.path.dirname(path), exist_ok=True)
    _put_in_place(
        path,
        content,
        lambda temporary: os.chmod(temporary, mode),
        lambda: not os.path.lexists(path),
    )


def write_file(path: str, *, before: bytes | None, after: bytes, mode: int = 0o644) -> None:
    """Replace the file at `path`, or make it where `before` is None, with `mode` then.

    Raises FileChanged, and OSError.
    """
    if before is None:
        create_file(path, after, mode=mode)
    else:
        replace_file(path, before=before, after=after)


def remove_file(path: str, *, before: bytes) -> None:
    """Remove the file at `path`, which must hold `before`. Raises FileChanged, and OSError."""
    _check_replaceable(path, os.lstat(path))
    if read_regular(path) != before:
        raise FileChanged
    os.unlink(path)
    sync_folder(os.path.dirname(path))


def remove_leavings(path: str) -> None:
    """Remove the hidden files that a kill may have left beside the file at `path`.

    To be called only while no other process may be writing it. Raises OSError.
    """
    folder, name = os.path.split(path)
    leaving = re.compile(re.escape(_beginning(name)) + r"[0-9a-f]{16}\.tmp")
    with suppress(FileNotFoundError):
        for entry in os.listdir(folder):
            if leaving.fullmatch(entry):
                os.unlink(os.path.join(folder, entry))


def _put_in_place(
    path: str, content: bytes, prepare: Callable[[str], None], is_as_expected: Callable[[], bool]
) -> None:
    """Write a hidden file beside `path`, sync it, and give it the name in one step."""
    folder, name = os.path.split(path)
    # Named before it is made, unlike what `tempfile` makes: an interrupt may come between the two.
    temporary = os.path.join(folder, f"{_beginning(name)}{os.urandom(8).hex()}.tmp")
    try:
        with open(temporary, "xb", opener=partial(os.open, mode=0o600)) as file:
            file.write(content)
            file.flush()
            prepare(temporary)
            os.fsync(file.fileno())
        if not is_as_expected():
            raise FileChanged
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    sync_folder(folder)


def _beginning(name: str) -> str:
    # Cut, since a name is at most 255 bytes, and on some encrypted file systems 143.
    return f".{name[:24]}.ssot-"


def _check_replaceable(path: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "is not a regular file", path)
    # A rename asks leave of the folder alone, whatever the mode of the file says.
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "is not writable", path)
    if status.st_nlink > 1:
        message = "has other hard links, which a replacement would cut off"
        raise OSError(errno.EMLINK, message, path)


def _keep_owner(path: str, original: os.stat_result, temporary: str) -> None:
    made = os.stat(temporary)
    if (made.st_uid, made.st_gid) == (original.st_uid, original.st_gid):
        return
    try:
        os.chown(temporary, original.st_uid, original.st_gid)
    except OSError as error:
        message = "belongs to a user or group that a replacement cannot be given to"
        raise PermissionError(error.errno, message, path) from error


def _keep_attributes(path: str, temporary: str) -> None:
    wanted, made = _attributes(path), _attributes(temporary)
    for name, value in wanted.items():
        if value != made.get(name):  # a label that is right already may be one we may not set
            os.setxattr(temporary, name, value)
    if _ACL in made.keys() - wanted.keys():  # a new file has the default one of its folder
        os.removexattr(temporary, _ACL)


def _attributes(path: str) -> dict[str, bytes]:
    if not hasattr(os, "listxattr"):
        return {}
    try:
        return {name: os.getxattr(path, name) for name in os.listxattr(path)}
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        return {}


def read_if_there(path: str) -> bytes | None:
    """Return the content of a regular file, None if it is gone. Raises OSError."""
    try:
        return read_regular(path)
    except FileNotFoundError:
        return None


def _outdate_compiled(temporary: str, original: os.stat_result) -> None:
    made = os.stat(temporary)
    is_alike = made.st_size == original.st_size
    if is_alike and int(made.st_mtime) == int(original.st_mtime):
        os.utime(temporary, ns=(made.st_atime_ns, original.st_mtime_ns + 1_000_000_000))


def sync_folder(folder: str) -> None:
    """Make what was renamed, made or removed in a folder outlast a loss of power.

    Where that cannot be, what was done is still done or not done, each file whole.
    """
    if os.name != "posix":
        return  # no other system opens a folder
    with suppress(OSError):  # a folder that may not be listed, a file system that syncs none
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
