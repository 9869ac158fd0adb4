"""The analysis application has no tables of its own: it reads the record and writes the paper."""

from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "analysis"

    def ready(self) -> None:
        from analysis.release import giving

        giving.register_kind()
