"""The blocks of an answer that may be absent: each is null, and "not_computed" says why.

A numerical failure in one model must not take the rest of the answer with it, and must not pass in
silence either: its block is null with the reason "failed" and the message of the failure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from analysis.table_file import InputError
from registry.labels import Label

Answer = TypeVar("Answer")

NOT_COMPUTED = {
    "no_group": Label("Groups were not asked for (--group).", "未指定分组（--group）。"),
    "no_covariates": Label(
        "Neither covariates (--covariates) nor groups (--group) were asked for.",
        "未指定协变量（--covariates）或分组（--group）。",
    ),
    "no_competing_value": Label(
        "A competing event was not named (--competing-value).", "未指定竞争事件（--competing-value）。"
    ),
    "no_times": Label("There is no follow-up time above 0.", "无大于0的随访时间。"),
    "delayed_entry": Label(
        "It is not defined for delayed entry (--entry).", "该方法不适用于延迟进入（--entry）。"
    ),
    "failed": Label(
        "The computation failed, which is a fault of the program: {message}",
        "计算失败，属程序缺陷：{message}",
    ),
}


class Absent:
    """Collects the blocks that an answer lacks, by their path ("cox.firth"), with reason and sentence."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.blocks: dict[str, dict[str, str]] = {}

    def add(self, block: str, reason: str, **values: str) -> None:
        """`block` is null because of `reason`, a key of NOT_COMPUTED."""
        sentence = NOT_COMPUTED[reason].fill(**values).text(self.language)
        self.blocks[block] = {"reason": reason, "sentence": sentence}

    def attempt(self, block: str, compute: Callable[[], Answer]) -> Answer | None:
        """What `compute` returns; None where its arithmetic fails."""
        try:
            return compute()
        except InputError:
            raise
        except (ArithmeticError, ValueError, RuntimeError) as error:
            message = " ".join(str(error).split()) or type(error).__name__
            self.add(block, "failed", message=message.replace("{", "(").replace("}", ")"))
            return None
