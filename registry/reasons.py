"""Why a complete section is changed: one of a short list, and more words where they are needed.

The history keeps the code, and behind a colon the words (`code: words`); pages show it in the
reader's language (`in_words`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.labels import Label, both

REASONS: dict[str, Label] = {
    "typing_error": Label("correction of a typing error", "更正录入错误"),
    "new_information": Label("new information", "获得新信息"),
    "query_answered": Label("query answered", "答复质疑"),
    "source_checked": Label("compared with the source", "与原始资料核对"),
    "other": Label("other reason", "其他原因"),
}
ADDED = "added"  # given by itself where a complete section gains rows and nothing in it is altered
TOLD = REASONS | {ADDED: Label("new entry", "新增记录")}
OTHER = "other"
LONGEST = 300

NEEDED = Label(
    "This section was complete. Say why it is changed; nothing is saved yet.",
    "该部分此前已完成。请说明修改原因；目前尚未保存。",
)
WORDS_NEEDED = Label("Describe the other reason.", "请填写其他原因的说明。")
TOO_LONG = Label(
    "The reason has {n} characters; at most {most} are kept.", "原因有{n}个字符，最多可保存{most}个。"
)
WITH_WORDS = Label("{reason}: {words}", "{reason}：{words}")


class NoReason(Exception):
    """A complete section would be changed without a reason; nothing is stored."""


@dataclass(frozen=True)
class Why:
    """What was typed as the reason; `needed` where the section was complete when it was opened."""

    needed: bool
    code: str = ""
    words: str = ""

    @classmethod
    def typed(cls, needed: bool, data: Mapping[str, str] | None) -> Why:
        """The reason as it stands in a form."""
        given = data or {}
        return cls(needed, given.get("why", ""), " ".join(given.get("why_words", "").split()))

    @property
    def text(self) -> str:
        """The reason as the history keeps it; "" if none was given that can be kept."""
        if self.error:
            return ""
        return f"{self.code}: {self.words}" if self.words else self.code

    @property
    def error(self) -> Label | None:
        """What is wrong with the reason."""
        if self.code not in REASONS:
            return NEEDED
        if self.code == OTHER and not self.words:
            return WORDS_NEEDED
        return TOO_LONG.fill(n=len(self.words), most=LONGEST) if len(self.words) > LONGEST else None

    @property
    def choices(self) -> list[tuple[str, Label]]:
        return list(REASONS.items())


def in_words(text: str | None) -> Label | None:
    """A reason of the history in both languages; a text that is no code as it was written."""
    if not text:
        return None
    code, _, words = text.partition(": ")
    if code not in TOLD:
        return both(text)
    return WITH_WORDS.fill(reason=TOLD[code], words=words) if words else TOLD[code]
