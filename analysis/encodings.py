"""Text as hospitals save it: with a byte-order mark UTF-8, UTF-16 or UTF-32; without UTF-8 or GB18030."""

from __future__ import annotations

import re

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")


def decoded(content: bytes, encoding: str | None = None) -> tuple[str, str] | None:
    """The text and the name of its encoding; None if it is no text in any of them, or not in `encoding`.

    Signs that no text holds, such as NUL, tell a file that only happens to decode.
    """
    marked = next((codec for start, codec in _MARKS if content.startswith(start)), None)
    for codec in [encoding] if encoding else [marked] if marked else ["utf-8", "gb18030"]:
        try:
            text = content.decode(codec)
        except (UnicodeError, LookupError):
            continue
        if not _CONTROL.search(text):
            return text, codec
    return None
