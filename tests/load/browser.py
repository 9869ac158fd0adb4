"""A browser without a screen: one connection, cookies, forms; redirects are answers, not followed."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from lxml import html

from tests.load.forms import Typed, pairs, sent_by

BROKEN = (OSError, http.client.HTTPException)  # the other side has gone away


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    location: str
    content: bytes

    @property
    def page(self):
        """The page as a tree."""
        return html.fromstring(self.content.decode())


class Browser:
    """Speaks to one address, as one person."""

    def __init__(self, host: str, port: int):
        self.host, self.port = host, port
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, form: Typed) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(pairs(form)), kind)

    def opened(self, path: str, id: str = "record") -> Typed:
        """The form behind an address. Raises ConnectionError where there is none at the moment."""
        answer = self.get(path)
        if answer.status != 200:
            raise ConnectionError(f"{path} answered {answer.status}")
        return sent_by(answer.page, id)

    def log_in(self, name: str, password: str) -> None:
        (form,) = self.get("/login/").page.xpath("//form[.//input[@type='password']]")
        form.set("id", "login-now")
        sent = sent_by(form.getroottree().getroot(), "login-now")
        answer = self.post("/login/", sent | {"username": name, "password": password})
        if answer.status != 302:
            raise AssertionError(f"{name} could not log in: {answer.status}")

    def _ask(self, method: str, path: str, body: str | None = None, headers: dict | None = None) -> Answer:
        line = http.client.HTTPConnection(self.host, self.port, timeout=120)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            line.request(method, path, body, {**(headers or {}), **({"Cookie": cookies} if cookies else {})})
            answer = line.getresponse()
            content = answer.read()
        finally:
            line.close()
        for given in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {one.key: one.value for one in SimpleCookie(given).values()}
        return Answer(answer.status, answer.headers.get("Location", ""), content)
