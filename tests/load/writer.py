"""One person who edits without pause: `python -m tests.load.writer '{…}'`, a process of its own.

Opens a form, changes one answer to a value that nobody else types, and saves; where somebody else was
first, reads the page, keeps the own value, and saves again. Prints one line of JSON for each saving
that was acknowledged: what stood there when it was decided, and what was stored over it.
"""

from __future__ import annotations

import json
import random
import re
import sys

from tests.load.browser import Answer, Browser
from tests.load.forms import sent_by


def edit(browser: Browser, path: str, name: str, values: list[str]) -> dict[str, object]:
    """One acknowledged edit, to one of these values that does not stand there already."""
    form, conflicts = browser.opened(path), 0
    seen = form.get(name, "")
    form[name] = value = next(one for one in values if one != seen)
    while True:
        answer = browser.post(path, form)
        if answer.status == 302:
            return {"path": path, "name": name, "seen": seen, "stored": value, "conflicts": conflicts}
        if answer.status != 409:
            raise AssertionError(f"{path} answered {answer.status}")
        conflicts += 1
        form = sent_by(answer.page)
        seen = stored_now(answer, name) or seen
        form |= {f"keep-{one}": "mine" for one in _listed(form.get("conflict", []))}
        if form[name] != value:
            raise AssertionError("what was typed is not in the page any more")


def stored_now(answer: Answer, name: str) -> str:
    """The number that the page of a conflict shows as stored by somebody else."""
    label = f"//label[@for='keep-{name}-theirs']//*[@data-stored]"
    found = answer.page.xpath(label)
    return re.sub(r"\D", "", found[0].text_content()) if found else ""


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def own_values(number: int, writers: int, low: int, high: int) -> list[str]:
    """The values that this writer types: no two writers share one."""
    return [str(one) for one in range(low, high) if one % writers == number]


def main(given: dict) -> None:
    choice = random.Random(given["number"])
    browser = Browser(given["host"], given["port"])
    browser.log_in(given["user"], given["password"])
    for _time in range(given["edits"]):
        name, (low, high) = choice.choice(list(given["fields"].items()))
        values = choice.sample(own_values(given["number"], given["writers"], low, high), 2)
        done = edit(browser, choice.choice(given["paths"]), name, values)
        sys.stdout.write(json.dumps(done) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
