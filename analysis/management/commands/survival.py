"""manage.py survival: every survival result for a table, without the registry's database."""

from __future__ import annotations

from analysis.management.table_command import TableCommand


class Command(TableCommand):
    help = "Survival analysis of a table: curves, tests, regressions. The answer is in docs/commands.md."

    def add_arguments(self, parser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--time", required=True, metavar="COLUMN", help="time of the event or of censoring"
        )
        parser.add_argument("--event", required=True, metavar="COLUMN", help="how the time ended")
        parser.add_argument("--event-value", metavar="VALUE", help="the value that means the event")
        parser.add_argument(
            "--competing-value", metavar="VALUE", help="the value that means a competing event"
        )
        parser.add_argument(
            "--entry", metavar="COLUMN", help="time from which the case was under observation"
        )
        parser.add_argument("--group", metavar="COLUMN", help="groups to compare")
        parser.add_argument("--strata", metavar="COLUMN", help="strata of the tests and of the Cox model")
        parser.add_argument("--covariates", metavar="A,B", help="columns of the regression models")
        parser.add_argument(
            "--categories", metavar="A,B", help="covariates whose numbers are codes of categories"
        )
        parser.add_argument("--landmarks", metavar="6,12,18", help="times at which to read the curves")
        parser.add_argument(
            "--tau", metavar="TIME", help="end of the restricted mean (default: the smallest last time)"
        )

    def question(self, options: dict):
        from analysis.answers import question

        return question.survival(options)

    def answer(self, columns, question, language: str) -> dict[str, object]:
        from analysis.answers import survival

        return survival.answer(columns, question, language)

    def report(self, answer: dict[str, object], question):
        from analysis.answers import printed_survival

        return printed_survival.report(answer, question)
