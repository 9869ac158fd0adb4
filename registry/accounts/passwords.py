"""Which passwords are too easy to guess. Length is asked for, a mixture of characters is not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = Path(__file__).with_name("guessable.txt")
LEAST_OTHER = 6  # characters that are no part of a word of the list
LEAST_DIFFERENT = 5  # different characters


@cache
def guessable_words() -> tuple[str, ...]:
    """Words of this product, of hospitals and of keyboards, the longest first."""
    lines = (line.partition("#")[0].strip() for line in WORDS.read_text(encoding="utf-8").splitlines())
    return tuple(sorted({line for line in lines if line}, key=lambda word: (-len(word), word)))


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


class NotGuessable:
    """Refuses a common password with digits around it, and what is made of words that anybody
    would try here."""

    def validate(self, password: str, user=None) -> None:
        if is_guessable(password):
            raise ValidationError(
                _(
                    "This password is easy to guess: it is made of common words, of words of this registry, "
                    "or of few characters. Four unrelated words make a good one."
                ),
                code="guessable",
            )

    def get_help_text(self) -> str:
        return _(
            "Not a common password, nor made of words of this registry. Four unrelated words make a good one."
        )


def is_guessable(password: str) -> bool:
    """Whether somebody who knows this registry would try this early."""
    lowered = password.casefold()
    stem = lowered.strip("0123456789!?.,;:@#$%^&*()-_+=~ ")
    if stem in _common() or len(set(lowered)) < LEAST_DIFFERENT:
        return True
    for word in guessable_words():
        lowered = lowered.replace(word, " ")
    return (
        sum(char.isalpha() or char not in "0123456789!?.,;:@#$%^&*()-_+=~ " for char in lowered) < LEAST_OTHER
    )
