"""A hospital's installation without Docker, as docs/operations.md writes it: nginx, gunicorn, TLS."""

from __future__ import annotations

import re
import shutil
import ssl
import tempfile
from pathlib import Path
from unittest import SkipTest
from urllib.parse import urlencode

from registry.accounts import limits
from registry.accounts.attempts import WITHIN
from tests import factories
from tests.documents import block_after
from tests.load.site import Site, on_the_test_database
from tests.promises import proves
from tests.registry import front
from tests.registry.front import NAME, Front, Visitor
from tests.transactions import RealTransactions

PASSWORD = "vier ruhige Teiche"
TWO_YEARS = "max-age=63072000; includeSubDomains; preload"
FROM_HERE = {"Origin": f"https://{NAME}"}


def settings_of_the_document(folder: Path) -> dict[str, str]:
    """The environment that /etc/netlm/web.env gives, with its files in this folder."""
    given = on_the_test_database()
    for name, content in (("database-url", "DATABASE_URL"), ("secret-key", "DJANGO_SECRET_KEY")):
        (folder / name).write_text(given.pop(content))
    told = dict(line.split("=", 1) for line in block_after("`/etc/netlm/web.env`:").splitlines())
    for name, value in told.items():
        if value.startswith("/"):
            told[name] = str(folder / Path(value).name)
    told["NETLM_HOSTS"] += ",127.0.0.1"  # under which the test asks whether gunicorn is there
    return given | told


@proves("P16")
class InFront(RealTransactions):
    databases = {"default", "owner"}

    @classmethod
    def setUpClass(cls):
        if front.NGINX is None:
            raise SkipTest(front.MISSING)
        super().setUpClass()

    def setUp(self):
        self.centre = factories.centre()
        factories.member("surgeon", self.centre, password=PASSWORD)
        folder = Path(tempfile.mkdtemp(prefix="netlm-web-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        start = re.search(r"^ExecStart=.*", block_after("`/etc/systemd/system/netlm.service`:"), re.M)[0]
        workers, threads = (int(re.search(rf"--{one}=(\d+)", start)[1]) for one in ("workers", "threads"))
        self.site = Site(workers, settings_of_the_document(folder), threads=threads)
        self.enterContext(self.site)
        self.front = self.enterContext(Front(self.site.port))
        self.visitor = Visitor(self.front)

    def form(self, visitor: Visitor, **typed: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', visitor.get("/login/").text)[1]
        return urlencode({"csrfmiddlewaretoken": token} | typed)

    def try_to_log_in(self, visitor: Visitor, password: str = PASSWORD, **headers: str):
        return visitor.post("/login/", self.form(visitor, username="surgeon", password=password), **headers)

    def test_the_installation_of_the_document_works(self):
        """One start of all processes; each part is a sentence of its own."""
        for part in (
            self.plain_requests_are_led_to_tls,
            self.only_the_certificate_of_this_name_is_shown,
            self.every_answer_says_https_for_two_years,
            self.a_login_works_and_its_cookies_are_this_hosts_alone,
            self.a_form_of_another_site_is_refused,
            self.tries_are_counted_by_the_address_of_the_browser,
            self.what_is_for_machines_inside_is_not_found,
            self.a_body_that_is_too_large_is_refused,
            self.no_log_of_the_web_server_holds_an_address,
        ):
            with self.subTest(part.__name__):
                part()

    def plain_requests_are_led_to_tls(self):
        answer = self.visitor.plainly("/cases/?search=k3f9x2ab")
        self.assertEqual(answer.status, 301)
        self.assertEqual(answer.headers["Location"], f"https://{NAME}/cases/?search=k3f9x2ab")
        elsewhere = self.visitor.plainly("/login/", host="evil.example")
        self.assertEqual(elsewhere.headers["Location"], f"https://{NAME}/login/")

    def only_the_certificate_of_this_name_is_shown(self):
        stranger = Visitor(self.front)
        stranger.trust = ssl.create_default_context()
        with self.assertRaises(ssl.SSLCertVerificationError):
            stranger.get("/login/")
        old = Visitor(self.front)
        old.trust.minimum_version, old.trust.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            old.get("/login/")

    def every_answer_says_https_for_two_years(self):
        page = self.visitor.get("/login/")
        self.assertEqual((page.status, page.headers["Strict-Transport-Security"]), (200, TWO_YEARS))
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        alive = self.visitor.get("/health/live/")
        self.assertEqual((alive.status, alive.text), (200, '{"status": "alive"}'))
        self.assertEqual(self.visitor.get("/login/", Host="evil.example").status, 400)

    def a_login_works_and_its_cookies_are_this_hosts_alone(self):
        visitor = Visitor(self.front)
        answer = self.try_to_log_in(visitor, **FROM_HERE)
        self.assertEqual(answer.status, 302, answer.text[:500])
        for cookie in answer.headers.get_all("Set-Cookie"):
            self.assertRegex(cookie, r"^__Host-\w+=.*; Path=/; .*Secure$|^__Host-\w+=.*Secure.*Path=/")
            self.assertNotIn("Domain=", cookie)
        self.assertIn("__Host-sessionid", visitor.cookies)
        inside = visitor.get("/cases/")
        self.assertEqual(inside.headers["Location"], "/accounts/factors/")  # a second factor, with https
        by_referer = self.try_to_log_in(Visitor(self.front), Referer=f"https://{NAME}/login/")
        self.assertEqual(by_referer.status, 302)

    def a_form_of_another_site_is_refused(self):
        for headers in ({"Origin": "https://evil.example"}, {"Referer": "https://evil.example/"}, {}):
            self.assertEqual(self.try_to_log_in(Visitor(self.front), **headers).status, 403, headers)

    def tries_are_counted_by_the_address_of_the_browser(self):
        browser = Visitor(self.front, "127.0.0.7")
        forged = {"X_Forwarded_For": "10.9.9.9"} | FROM_HERE
        self.assertEqual(self.try_to_log_in(browser, "wrong", **forged).status, 200)
        waiting = {one: limits.wait(f"passwords-from:{one}", 1, WITHIN) for one in ("127.0.0.7", "10.9.9.9")}
        self.assertGreater(waiting["127.0.0.7"], 0)
        self.assertEqual(waiting["10.9.9.9"], 0)

    def what_is_for_machines_inside_is_not_found(self):
        for path in ("/metrics/", "//metrics/", "/%6detrics/", "/metrics/?x=1"):
            self.assertEqual(self.visitor.get(path).status, 404, path)
        self.assertEqual(self.visitor.get("/health/ready/").text.count("checks"), 0)

    def a_body_that_is_too_large_is_refused(self):
        self.assertEqual(self.visitor.declare(20 * 2**20 + 1), 413)

    def no_log_of_the_web_server_holds_an_address(self):
        logs = [self.front.errors, self.front.accesses, self.front.folder / "start.log"]
        self.assertTrue(all(one.exists() for one in logs))
        written = "".join(one.read_text() for one in logs)
        for address in ("/login/", "/cases/", "k3f9x2ab", "/health/"):
            self.assertNotIn(address, written)
