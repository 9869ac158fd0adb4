"""One person who goes on saving while things die: `python -m tests.crash.writer '{…}'`, a process of its own.

Each saving adds a complication of a day of its own and changes the head of the section, so that a half
saving would show. Whatever happens to it, the same form is sent again until it is acknowledged, as a
person presses Save again; then one line of JSON is printed.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date, timedelta

from tests.load.browser import BROKEN, Answer, Browser
from tests.load.forms import Typed, sent_by

HEAD = "head-complication_ascertainment"
FIRST_DAY = date(2010, 1, 1)
PATIENCE_S = 120


def until_it_answers(ask, fine) -> Answer:
    """Ask again and again until the answer is fine; raises AssertionError when patience is over."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            answer = ask()
        except BROKEN:
            answer = None
        if answer is not None and answer.status < 500:
            if fine(answer):
                return answer
            raise AssertionError(f"answered {answer.status}")
        time.sleep(0.2)
    raise AssertionError("the site did not come back")


def stored(answer: Answer) -> bool:
    """The form was accepted, and not sent to the login page instead."""
    return answer.status == 302 and answer.location.startswith("/cases/")


def opened(browser: Browser, path: str) -> Typed:
    answer = until_it_answers(lambda: browser.get(path), lambda one: one.status == 200)
    return sent_by(answer.page)


def save(browser: Browser, path: str, day: str, heads: list[str]) -> str:
    """One acknowledged saving; what the head says now."""
    form = opened(browser, path)
    head = next(one for one in heads if one != form.get(HEAD))
    number = sum(one.endswith("-present") for one in form)
    card = f"rows-{number}"
    form |= {HEAD: head, f"{card}-present": "1", f"{card}-id": "", f"{card}-removed": ""}
    form |= {f"{card}-comp_type": "uti", f"{card}-cd_grade": "1", f"{card}-onset_date": day}
    until_it_answers(lambda: browser.post(path, form), stored)
    return head


def main(given: dict) -> None:
    browser = Browser(given["host"], given["port"])
    browser.log_in(given["user"], given["password"])
    for number in range(given["saves"]):
        path = given["paths"][number % len(given["paths"])]
        day = (FIRST_DAY + timedelta(days=number)).isoformat()
        head = save(browser, path, day, given["heads"])
        sys.stdout.write(json.dumps({"path": path, "day": day, "head": head}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
