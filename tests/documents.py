"""What the documents give to be copied: their indented blocks, so that tests can try them."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPERATIONS = ROOT / "docs" / "operations.md"


def block_after(words: str, document: Path = OPERATIONS) -> str:
    """The first block of code after these words, as somebody would copy it."""
    text = document.read_text(encoding="utf-8")
    if text.count(words) != 1:
        raise AssertionError(f"“{words}” stands {text.count(words)} times in {document.name}")
    rest = text.partition(words)[2]
    return textwrap.dedent(re.search(r"^ {4}.*\n(?:(?: {4}.*)?\n)*", rest, re.MULTILINE)[0]).strip()
