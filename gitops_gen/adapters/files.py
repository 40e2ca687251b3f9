"""Files on this machine, written so that nobody ever sees half of one."""

import os
import tempfile
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` there in one step, with the permissions that a new file has or the old one had.

    Raises:
        OSError: the disk or its permissions do not allow it; the file is as it was.
    """
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_read_umask()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _read_umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
