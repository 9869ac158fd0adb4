"""What the gate says when it refuses: which character in which field, never the value."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from django.apps import apps
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from registry.fields import answers
from registry.gate.characters import shown_name
from registry.labels import Label, both

ADDRESS = Label("The address", "网址")
BODY = Label("What was sent", "发送的内容")
FILE_NAME = Label("The name of the file", "文件名")
FIELD = Label("Field “{name}”", "字段“{name}”")
FIELD_NAME = Label("The name of a field", "字段名")

CHARACTER = Label(
    "{place}: it contains an invisible character that cannot be stored ({code}). Delete it and try again.",
    "{place}：含有无法保存的不可见字符（{code}）。请删除后重试。",
)
NUMBER = Label(
    "{place}: no number is that large; allowed is up to {most}.",
    "{place}：数值过大，最大允许值为 {most}。",
)
DEPTH = Label(
    "{place}: brackets stand inside one another more than {most} deep.",
    "{place}：括号嵌套超过 {most} 层。",
)
NOT_UTF8 = Label("{place}: it is not encoded in UTF-8.", "{place}：不是 UTF-8 编码。")
TOO_LARGE = Label(
    "{place}: it is too large; at most {most} bytes are allowed.",
    "{place}：内容过大，最多允许 {most} 字节。",
)
KIND = Label(
    "{place}: this kind of content is not accepted. Allowed are forms and JSON.",
    "{place}：不接受此类内容。允许的是表单和 JSON。",
)
NOT_JSON = Label("{place}: it is not valid JSON.", "{place}：不是有效的 JSON。")
NOT_FINITE = Label(
    "{place}: NaN and infinite numbers are not allowed.",
    "{place}：不允许 NaN 或无穷大。",
)
TWICE = Label("{place}: it is given twice.", "{place}：重复出现。")
NO_SUCH_FORM = Label("{place}: it is not a complete form.", "{place}：不是完整的表单。")


class Refused(Exception):
    """A request that goes no further; `message` may be shown, and holds nothing that was typed."""

    def __init__(self, sentence: Label, place: Label, **words: object):
        self.sentence = sentence
        self.message = sentence.fill(place=place, **words)
        super().__init__(self.message.en)


def field(name: str) -> Label:
    """A field in words: its label where it is a question of the record, else its name."""
    question = _questions().get(name.rpartition("-")[2])
    return FIELD.fill(name=question or both(shown_name(name)))


@cache
def _questions() -> dict[str, Label]:
    return {one.name: one.label for model in apps.get_models() for one in answers(model)}


def answer(
    request: HttpRequest, refused: Refused, cleaned: Iterable[tuple[str, str]] = (), *, as_json: bool = False
) -> HttpResponse:
    """The page that says why; `cleaned` is what was typed without what was refused, to be sent again."""
    if as_json:
        return JsonResponse({"error": str(refused.message)}, status=400)
    context = {"status": 400, "refused": refused.message, "cleaned": list(cleaned)}
    return render(request, "registry/error.html", context, status=400)
