"""manage.py audit: the abstract of a paper checked against itself, without the registry's database."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError

from analysis.encodings import decoded
from analysis.management import files
from registry.labels import LANGUAGES, Label

FORMATS = ("text", "json")

_NOT_TEXT = Label(
    "{file} is not a text in UTF-8, UTF-16 or GB18030", "{file}不是UTF-8、UTF-16或GB18030编码的文本"
)
_EMPTY = Label("{file} is empty", "{file}为空")
_ONE_OF = Label(
    "{option} is “{given}”; it must be one of: {choices}", "{option}为“{given}”；可选值：{choices}"
)
_STANDARD_INPUT = Label("standard input", "标准输入")

_HEADINGS = {
    "contradictions": Label("Contradicts", "矛盾"),
    "remarks": Label("Remarks", "提示"),
    "agreements": Label("Agrees", "相符"),
    "unread": Label("Could not be read", "未能读取"),
}
_READ = Label("{read} of {numerals} numbers were read.", "共{numerals}个数值，已读取{read}个。")


class Command(BaseCommand):
    help = "Check the abstract of a paper, English or Chinese, against itself. It needs no database."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", metavar="FILE", help="a text file, or - for standard input")
        parser.add_argument("--language", default="en", help="en (default) or zh")
        parser.add_argument("--format", default="text", help="text (default) or json")

    def handle(self, *args, **options) -> None:
        from analysis.consistency import TooLong, audit_abstract

        language = options["language"]
        _one_of(LANGUAGES, language, "--language", "en")
        _one_of(FORMATS, options["format"], "--format", language)
        text = _text(options["file"], language)
        try:
            audit = audit_abstract(text)
        except TooLong as error:
            raise _wrong(error.message, language) from None
        answer = _answer(text, audit, language)
        if options["format"] == "json":
            self.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False, indent=2))
        else:
            self.stdout.write("\n".join(_lines(answer, language)))


def _answer(text: str, audit, language: str) -> dict[str, object]:
    def listed(findings) -> list[dict]:
        return [
            {
                "key": one.key,
                "severity": one.severity,
                "text": one.sentence.text(language),
                "passages": [
                    {"start": start, "end": end, "text": text[start:end]} for start, end in one.passages
                ],
            }
            for one in findings
        ]

    return {
        "language": language,
        "patients": audit.abstract.patients,
        "numerals": audit.abstract.numerals,
        "read": audit.abstract.numerals - len(audit.unread),
        "contradictions": listed(audit.contradictions),
        "remarks": listed(audit.remarks),
        "agreements": listed(audit.agreements),
        "unread": [
            {"text": one.text, "start": one.start, "end": one.end, "snippet": one.snippet}
            for one in audit.unread
        ],
    }


def _lines(answer: dict, language: str) -> Iterator[str]:
    from analysis.render.text import WIDTH, wrapped

    yield _READ.fill(read=answer["read"], numerals=answer["numerals"]).text(language)
    for name, heading in _HEADINGS.items():
        yield ""
        yield f"{heading.text(language)} ({len(answer[name])})"
        for one in answer[name]:
            said = f"{one['text']} [{one['snippet']}]" if name == "unread" else one["text"]
            yield from (f"  {line}" for line in wrapped(f"- {said}", WIDTH - 2))
            if name != "unread" and one["passages"]:
                quoted = " … ".join(" ".join(passage["text"].split()) for passage in one["passages"])
                yield from (f"    {line}" for line in wrapped(f"“{quoted}”", WIDTH - 4))


def _one_of(permitted: tuple[str, ...], given: str, option: str, language: str) -> None:
    if given not in permitted:
        raise _wrong(_ONE_OF.fill(option=option, given=given, choices=", ".join(permitted)), language)


def _text(file: str, language: str) -> str:
    name = _STANDARD_INPUT if file == files.STANDARD else file
    found = decoded(files.read(file, language))
    if found is None:
        raise _wrong(_NOT_TEXT.fill(file=name), language)
    if not found[0].strip():
        raise _wrong(_EMPTY.fill(file=name), language)
    return found[0]


def _wrong(sentence: Label, language: str) -> CommandError:
    return CommandError(sentence.text(language), returncode=2)
