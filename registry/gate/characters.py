"""Which characters and numbers no database, no XML file and no page can hold."""

from __future__ import annotations

import re

# as registry.reading.clean_text has it: control characters other than tab and line ends, lone surrogates,
# noncharacters
_LAST_OF_PLANES = "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)
)
UNSTORABLE = re.compile(
    f"[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufdd0-\\ufdef{_LAST_OF_PLANES}]"
)
LARGEST_KEY = 2**63 - 1
LONGEST_KEY = len(str(LARGEST_KEY))
LONGEST_NAME = 60
# names under which programs hand on the number of a row: id, rows-0-id, centre__id__exact
KEY_NAME = re.compile(r"(?:\A|[-_])(?:id|pk)\Z|__")


def code_point(text: str) -> str:
    """The first character of `text` that cannot be stored ("U+0000"), or ""."""
    found = UNSTORABLE.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def storable(text: str) -> str:
    """`text` without the characters that cannot be stored."""
    return UNSTORABLE.sub("", text)


def shown_name(name: str) -> str:
    """The name of a field as a message may repeat it."""
    return UNSTORABLE.sub("\ufffd", name[: LONGEST_NAME + 1])[:LONGEST_NAME]


def is_key(name: str) -> bool:
    """Whether the value of this name is looked up as a number."""
    return KEY_NAME.search(name) is not None


def exceeds_64_bits(text: str) -> bool:
    """Whether `text` is a whole number that no column for keys can hold."""
    digits = text.strip().lstrip("+-")
    if not digits.isdecimal():
        return False
    digits = digits.lstrip("0")
    return len(digits) > LONGEST_KEY or (len(digits) == LONGEST_KEY and int(digits) > LARGEST_KEY)
