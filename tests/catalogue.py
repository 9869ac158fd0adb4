"""The Chinese catalogue of interface words: collected from the code, checked, compiled.

    python -m tests.catalogue          bring the catalogue up to date and compile it
    python -m tests.catalogue --check  say what is missing, empty, unused or not compiled; change nothing

Babel does the collecting, so that no GNU gettext need be installed.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "registry" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
}

WRITTEN = datetime(2026, 11, 21, tzinfo=UTC)  # fixed: the file changes only when its messages do

Message = str | tuple[str, str]


def used() -> Iterator[tuple[Message, str]]:
    """Every message of code and templates, with the file it stands in."""
    from django.utils.translation.template import templatize

    for folder in ("registry", "analysis"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from _messages(path.read_text(encoding="utf-8"), path)
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield from _messages(templatize(path.read_text(encoding="utf-8"), origin=str(path)), path)


def _messages(python: str, path: Path) -> Iterator[tuple[Message, str]]:
    source = io.BytesIO(python.encode())
    for _line, message, _comments, _context in extract("python", source, KEYWORDS):
        if isinstance(message, tuple):
            message = (message[0], message[1])
        yield message, path.relative_to(ROOT).as_posix()


def stored() -> Catalog:
    """The catalogue as it is in the repository."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def renewed() -> Catalog:
    """The catalogue with exactly the messages in use, keeping every translation."""
    old = stored() if PO.exists() else Catalog(locale="zh_Hans")
    new = Catalog(
        locale="zh_Hans",
        project="netlm-registry",
        version="1",
        charset="utf-8",
        fuzzy=False,
        header_comment="# Interface words in simplified Chinese; clinical words are Labels in the code.",
        msgid_bugs_address="-",
        last_translator="-",
        creation_date=WRITTEN,
        revision_date=WRITTEN,
    )
    for message, where in sorted(used(), key=lambda one: (one[1], str(one[0]))):
        known = old.get(message if isinstance(message, str) else message[0])
        translation = known.string if known else ("" if isinstance(message, str) else ("",))
        new.add(message, translation, locations=[(where, None)])
    return new


def findings() -> list[str]:
    """What is wrong with the catalogue, in sentences; nothing when it is up to date."""
    present = {one.id: one for one in stored() if one.id}
    wanted = {message for message, _ in used()}
    found = [f"not in the catalogue: {one}" for one in wanted - set(present)]
    found += [f"no longer used: {one}" for one in set(present) - wanted]
    for id, message in present.items():
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if not all(strings):
            found.append(f"not translated: {id}")
    if not found and (not PO.with_suffix(".mo").exists() or PO.with_suffix(".mo").read_bytes() != compiled()):
        found.append("the compiled catalogue is older than the text")
    return sorted(found)


def compiled(catalogue: Catalog | None = None) -> bytes:
    """The catalogue in the binary form that Django reads."""
    binary = io.BytesIO()
    write_mo(binary, catalogue or stored())
    return binary.getvalue()


def update() -> None:
    """Write the catalogue with the messages in use, and its compiled form."""
    catalogue = renewed()
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalogue, width=110, omit_header=False, sort_output=False, include_lineno=False)
    PO.with_suffix(".mo").write_bytes(compiled())


if __name__ == "__main__":
    if "--check" not in sys.argv:
        update()
    problems = findings()
    sys.stdout.write("".join(f"{one}\n" for one in problems))
    sys.exit(bool(problems))
