"""manage.py describe: descriptives and group comparisons of a table, without the registry's database."""

from __future__ import annotations

from analysis.management.table_command import TableCommand


class Command(TableCommand):
    help = "Describe columns of a table and compare groups. The answer is in docs/commands.md."

    def add_arguments(self, parser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--columns", required=True, metavar="A,B", help="the columns to describe")
        parser.add_argument("--group", metavar="COLUMN", help="groups to compare")
        parser.add_argument("--numbers", metavar="A,B", help="columns to take as numbers, not as codes")
        parser.add_argument(
            "--categories", metavar="A,B", help="columns to take as categories, not as numbers"
        )
        parser.add_argument("--means", metavar="A,B", help="columns to sum up by mean and SD")
        parser.add_argument("--medians", metavar="A,B", help="columns to sum up by median and quartiles")

    def question(self, options: dict):
        from analysis.answers import question

        return question.description(options)

    def answer(self, columns, question, language: str) -> dict[str, object]:
        from analysis.answers import describe

        return describe.answer(columns, question, language)

    def report(self, answer: dict[str, object], question):
        from analysis.answers import printed_describe

        return printed_describe.report(answer, question)
