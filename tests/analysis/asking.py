"""Asking `manage.py survival` and `manage.py describe` in this process, without files and databases."""

from __future__ import annotations

import io
import json
from unittest import mock

from django.core.management import CommandError, call_command

STANDARD_INPUT = "-"


def said(command: str, table: str | bytes, *options: str) -> str:
    """What the command writes about a table on its standard input."""
    content = table.encode() if isinstance(table, str) else table
    out = io.StringIO()
    with mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(content))):
        call_command(command, STANDARD_INPUT, *options, stdout=out)
    return out.getvalue()


def answer(command: str, table: str | bytes, *options: str) -> dict:
    """The JSON answer; NaN and Infinity, which are no JSON, are refused."""
    return json.loads(said(command, table, *options), parse_constant=_refuse)


def refusal(command: str, table: str | bytes, *options: str) -> str:
    """The one line with which the command refuses; its exit status is 2."""
    try:
        said(command, table, *options)
    except CommandError as error:
        message = str(error)
        assert error.returncode == 2, error.returncode
        assert "\n" not in message and "{" not in message, message
        return message
    raise AssertionError("nothing was refused")


def csv(**columns: list) -> str:
    """A table of these columns as CSV; None is an empty cell."""
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join("" if v is None else str(v) for v in row) for row in rows)]
    return "\n".join(lines) + "\n"


def _refuse(constant: str) -> float:
    raise AssertionError(f"{constant} is no JSON")
