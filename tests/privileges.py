"""Permissions that count: root may read and write everything, unless it gives that right up for a while."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_VERSION = 0x20080522
"""The layout of capabilities with two words for each set, Linux 2.6.26 and later."""
_OVERRIDING = 0b110
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Word(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


@contextmanager
def permissions_count() -> Iterator[None]:
    """While it lasts, a file without read permission cannot be read, by root neither."""
    if os.geteuid() != 0:
        yield
        return
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "capset"):
        pytest.skip("root of this system may read everything")
    header, words = _Header(_VERSION, 0), (_Word * 2)()
    assert library.capget(ctypes.byref(header), words) == 0, os.strerror(ctypes.get_errno())
    before = words[0].effective
    words[0].effective = before & ~_OVERRIDING
    assert library.capset(ctypes.byref(header), words) == 0, os.strerror(ctypes.get_errno())
    try:
        yield
    finally:
        words[0].effective = before
        assert library.capset(ctypes.byref(header), words) == 0, os.strerror(ctypes.get_errno())
