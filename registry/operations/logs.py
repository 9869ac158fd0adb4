"""What is written to the log: fields of a list, and nothing else.

A message of the database quotes whole rows and a message of any library may quote what was typed,
so no text of an error is ever written: of an error its class and where in the code it arose, of
the database's errors also SQLSTATE and the constraint. An event is a few fixed words of our own code.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.http import HttpRequest

ROOT = Path(__file__).resolve().parent.parent.parent
# What else a line may hold, given as `extra`: numbers, and words that our own code chose.
NUMBERS = ("status", "duration_ms", "user", "centre", "rows", "count", "port")
WORDS = ("request_id", "method", "route", "channel", "role", "format", "profile", "check", "directive")
EVENT = re.compile(r"[A-Za-z][A-Za-z0-9 _-]{0,59}")
WORD = re.compile(r"[\w./:()-]{1,80}", re.ASCII)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OURS = ("registry", "analysis")
PLACES = 3  # of our own code, innermost last


def fields(record: logging.LogRecord) -> dict[str, object]:
    """What of a record is written, in the order of writing."""
    written: dict[str, object] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
    }
    if event := _event(record):
        written["event"] = event
    for name in NUMBERS:
        value = getattr(record, name, None)
        if isinstance(value, int | float) and not isinstance(value, bool):
            written[name] = value
    for name in WORDS:
        value = getattr(record, name, None)
        if isinstance(value, str) and WORD.fullmatch(value):
            written[name] = value
    if "status" not in written and isinstance(getattr(record, "status_code", None), int):
        written["status"] = record.status_code  # as Django's own loggers call it
    if asked := getattr(record, "request", None):
        written |= identified(asked)
    if record.exc_info and record.exc_info[1]:
        written |= described(record.exc_info[1])
    return written


def identified(request: HttpRequest) -> dict[str, object]:
    """A request without its address: its number, its method and the name of its route."""
    match = getattr(request, "resolver_match", None)
    found = {"route": match.view_name or "(unnamed)" if match else "(none)"}
    if number := getattr(request, "request_id", ""):
        found["request_id"] = number
    return found | ({"method": request.method} if request.method in METHODS else {})


def _event(record: logging.LogRecord) -> str:
    """The fixed words of a record of ours; whatever has been filled into them stays out."""
    ours = record.name.split(".")[0] in OURS
    fixed = isinstance(record.msg, str) and not record.args and EVENT.fullmatch(record.msg)
    return record.msg if ours and fixed else ""


def described(error: BaseException) -> dict[str, object]:
    """An error without any of its text: class, SQLSTATE, constraint, places in the code."""
    found: dict[str, object] = {"exception": type(error).__name__}
    for one in _causes(error):
        if state := getattr(one, "sqlstate", None):
            found["sqlstate"] = state
            constraint = getattr(getattr(one, "diag", None), "constraint_name", None)
            found |= {"constraint": constraint} if constraint else {}
            break
    if places := _places(error):
        found["at"] = " > ".join(places)
    return found


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _places(error: BaseException) -> list[str]:
    """Where in our own code it arose, and where in all."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent.is_relative_to(ROOT)]
    own = [frame for frame in own if "site-packages" not in frame.filename][-PLACES:]
    return [_place(frame) for frame in own + [one for one in frames[-1:] if one not in own]]


def _place(frame: traceback.FrameSummary) -> str:
    path = Path(frame.filename)
    short = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return f"{'/'.join(short.parts[-3:])}:{frame.lineno}"


class JsonLines(logging.Formatter):
    """One JSON object for each record."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(fields(record))


class PlainLines(logging.Formatter):
    """The same fields for people who look at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        written = fields(record)
        time, level = str(written.pop("time"))[11:19], written.pop("level")
        head = f"{time} {level.lower()} {written.pop('logger')}"
        return " ".join([head, *(f"{name}={value}" for name, value in written.items())])


FORMATS = {"json": JsonLines, "plain": PlainLines}


def configuration(form: str) -> dict[str, object]:
    """Django's LOGGING: everything to the error output, through one of FORMATS.

    Django's mails to administrators and the line of its development server are off; of its own
    messages about requests those about errors remain. registry.operations.requests writes one line
    for each request.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": f"{__name__}.{FORMATS[form].__name__}"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "registry": {"level": "INFO"},
            "django": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "propagate": False, "level": "CRITICAL"},
        },
    }


class SecurityLog:
    """The log of who came in, was refused, or took data out."""

    def __init__(self, log: logging.Logger):
        self._log = log

    def info(self, event: str, **given: object) -> None:
        """Write an event; of `given` only what the lists above name is written."""
        self._log.info(event, extra=given)

    def warning(self, event: str, **given: object) -> None:
        """Write an event that somebody should look at."""
        self._log.warning(event, extra=given)


security_log = SecurityLog(logging.getLogger("registry.security"))
