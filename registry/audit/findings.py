"""What a verification can find. A finding names table, row, column or event, and never a value."""

from __future__ import annotations

from dataclasses import dataclass

from registry.labels import Label

# What was found, in words; the key is what programs read.
FINDINGS: dict[str, Label] = {
    "content_altered": Label(
        "the content of the event is not what it was when it was written", "该条轨迹的内容已非写入时的原样"
    ),
    "event_altered": Label(
        "the event is not what it was when it was written (who, when, what kind)",
        "该条轨迹已非写入时的原样(人员、时间或类型)",
    ),
    "chain_broken": Label(
        "an event before this one is missing or out of order", "此前的轨迹缺失或次序被改动"
    ),
    "old_value_differs": Label(
        "the event’s old value is not the one that the trail had before",
        "该条轨迹的旧值与此前轨迹不一致",
    ),
    "row_differs": Label("the row is not what its trail says", "现存记录与轨迹不一致"),
    "row_without_trail": Label("the row has no trail", "现存记录没有轨迹"),
    "row_missing": Label("the trail has the row, the table has not", "轨迹中存在该记录，但表中已不存在"),
    "time_went_back": Label(
        "the event is earlier than one before it: the clock was set back", "该条轨迹早于其前一条：时钟被回拨"
    ),
    "without_identity": Label("the event names no database user", "该条轨迹缺少数据库用户"),
    "redacted_without_record": Label(
        "content was taken out of the trail, and no erasure says so", "轨迹内容被抹除，但没有相应的删除记录"
    ),
    "seal_broken": Label(
        "events under this seal were added, altered or removed", "该封印下的轨迹被增加、修改或删除"
    ),
    "seal_forged": Label("the seal was not made with the key", "该封印并非由密钥生成"),
    "seal_missing": Label("a seal is missing or out of order", "封印缺失或次序被改动"),
    "unsealed_below": Label(
        "the event lies in a sealed range and under no seal", "该条轨迹处于已封印范围内，却不在任何封印之下"
    ),
    "anchor_differs": Label("the seal is not the one in the anchor file", "封印与锚定文件不符"),
    "anchor_unknown": Label(
        "the anchor file has a seal that the database has not", "锚定文件中的封印在数据库中不存在"
    ),
    "anchor_unreadable": Label("the anchor file cannot be read", "无法读取锚定文件"),
    "anchor_incomplete": Label("the anchor file has not this seal", "锚定文件中缺少该封印"),
    "guard": Label("the guard of the database is not as it was laid", "数据库防护与安装时不一致"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be; `event` and `seal` are their numbers."""

    kind: str
    table: str = ""
    row: int | None = None
    column: str = ""
    event: int | None = None
    seal: int | None = None
    note: str = ""  # the guard's own wording; never a value of the record

    @property
    def label(self) -> Label:
        """What was found, in words."""
        return FINDINGS[self.kind]

    @property
    def place(self) -> str:
        """Where: table, row, column, event, seal, as far as they are known."""
        parts = [
            self.table,
            f"#{self.row}" if self.row is not None else "",
            self.column,
            f"event {self.event}" if self.event is not None else "",
            f"seal {self.seal}" if self.seal is not None else "",
            self.note,
        ]
        return " ".join(part for part in parts if part)

    def as_data(self) -> dict[str, object]:
        """For programs: the fields that are known, and the words in both languages."""
        known = {
            name: getattr(self, name) for name in self.__slots__ if getattr(self, name) not in ("", None)
        }
        return known | {"en": self.label.en, "zh": self.label.zh}
