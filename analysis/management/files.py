"""What commands read and write: whole files, or standard input and output."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from django.core.management.base import CommandError, OutputWrapper

from registry.labels import Label

STANDARD = "-"  # standard input or output, in place of a file

_CANNOT_READ = Label("cannot read {file}: {why}", "无法读取{file}：{why}")
_CANNOT_WRITE = Label("cannot write {file}: {why}", "无法写入{file}：{why}")


def read(file: str, language: str) -> bytes:
    """The content of `file`. Raises CommandError, status 2, if it cannot be read."""
    try:
        return sys.stdin.buffer.read() if file == STANDARD else Path(file).read_bytes()
    except (OSError, ValueError) as error:
        raise _refused(_CANNOT_READ, file, error, language) from None


def deliver(content: bytes, output: str, stdout: OutputWrapper, language: str) -> None:
    """Write `content` to the file `output`, or to standard output. Raises CommandError, status 2."""
    if output != STANDARD:
        _write(Path(output), content, language)
        return
    binary = getattr(stdout, "buffer", None)
    if binary is None:
        stdout.write(content.decode(), ending="")
        return
    try:
        binary.write(content)
        binary.flush()
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(path: Path, content: bytes, language: str) -> None:
    """The whole file or none: an interrupted run leaves what was there before."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part") if path.name else path
    try:
        part.write_bytes(content)
        os.replace(part, path)
    except (OSError, ValueError) as error:
        raise _refused(_CANNOT_WRITE, str(path), error, language) from None
    finally:
        if part != path:
            with contextlib.suppress(OSError, ValueError):
                part.unlink(missing_ok=True)


def _refused(sentence: Label, file: str, error: Exception, language: str) -> CommandError:
    why = getattr(error, "strerror", None) or str(error)
    shown = " ".join(file.encode("utf-8", "replace").decode().split())
    return CommandError(sentence.fill(file=f"“{shown}”", why=why).text(language), returncode=2)
