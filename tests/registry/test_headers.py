"""What every response tells the browser, over the whole map of addresses."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

from django.test import TestCase, override_settings

from registry.accounts import headers
from tests import factories
from tests.pages import Page
from tests.promises import in_full, measured, proves
from tests.registry.signing_in import confirmed, log_in
from tests.registry.site_map import every_address

ROOT = Path(__file__).resolve().parents[2]
IN_A_HOSPITAL = {
    "NETLM_HTTPS": "1",
    "NETLM_HOSTS": "registry.hospital.example",
    "DJANGO_SECRET_KEY": "n7Wq-0bXz9_Kd3Lr5Vt8Yp2Mh6Gf4Js1Ca-EuRiOoPeQwTyUxZvBnAmD",
    "NETLM_DEBUG": "0",
}
SECURE = {
    "SECURE_HSTS_SECONDS": 63072000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SECURE_SSL_REDIRECT": True,
}
PASSWORD = "vier ruhige Teiche"


@proves("P16", "T20", "T21")
class Headers(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.centre = factories.centre()
        cls.person = factories.member("root", cls.centre, is_staff=True, is_superuser=True, role="lead")
        cls.case = factories.full_case("S-1", cls.centre)

    def responses(self):
        """Each address, looked at and sent to, by nobody and by somebody who may see what there is;
        what that person sends only in full, as it is refused for want of an answer everywhere."""
        uid = self.case.patient.patient_uid
        self.client.defaults["HTTP_X_FORWARDED_PROTO"] = "https"
        for who, method in product(("person", "nobody"), ("get", "post")):
            if (who, method) == ("person", "post") and not in_full():
                continue
            for address in sorted({address for address, _name in every_address()}):
                self.client.logout()
                if who == "person":
                    self.client.force_login(self.person)
                    confirmed(self.client)
                where = re.sub(r"^/cases/1/", f"/cases/{uid}/", address)
                yield where, getattr(self.client, method)(where)

    def test_every_response_has_every_header_and_nothing_that_the_policy_refuses(self):
        checked = pages = 0
        with override_settings(**SECURE):
            for address, response in self.responses():
                with self.subTest(address):
                    self.assert_headers(response.headers)
                    if response.status_code == 200 and "html" in response.headers.get("Content-Type", ""):
                        self.assert_nothing_inline(Page(response))
                        pages += 1
                checked += 1
        self.assertGreater(pages, 30)
        measured("P16", f"all headers on {checked} of {checked} responses over the whole map of addresses")
        measured("P16", f"nothing inline on {pages} of {pages} pages")

    def assert_headers(self, told):
        policy = told["Content-Security-Policy"]
        self.assertNotIn("unsafe", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        age = re.search(r"max-age=(\d+)", told["Strict-Transport-Security"])[1]
        self.assertGreaterEqual(int(age), 31536000)
        self.assertEqual(told["X-Content-Type-Options"], "nosniff")
        self.assertEqual(told["Cross-Origin-Opener-Policy"], "same-origin")
        self.assertEqual(told["Referrer-Policy"], "same-origin")
        self.assertIn("camera=()", told["Permissions-Policy"])
        self.assertIn("no-store", told["Cache-Control"])

    def assert_nothing_inline(self, page: Page):
        """Browsers would refuse it; the browser tests see that on some pages, this sees every page."""
        self.assertEqual(page.root.xpath("//@style | //@*[starts-with(name(), 'on')]"), [])
        self.assertEqual(page.root.xpath("//style[not(@nonce)]"), [])
        inline = [one for one in page.root.xpath("//script[not(@src)]") if "json" not in one.get("type", "")]
        self.assertEqual(inline, [])

    def test_a_nonce_is_used_once(self):
        self.client.force_login(self.person)
        address = f"/cases/{self.case.patient.patient_uid}/"
        found = [Page(self.client.get(address)).root.xpath("//style/@nonce")[0] for _ in range(2)]
        self.assertEqual(len(set(found)), 2)
        self.assertIn(found[1], self.client.get("/cases/").headers["Content-Security-Policy"] + str(found))

    def test_our_scripts_and_styles_may_be_kept(self):
        response = self.client.get("/static/registry/site.css")
        self.assertNotIn("no-store", response.headers["Cache-Control"])
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")

    def test_by_plain_http_one_is_sent_to_https(self):
        with override_settings(**SECURE):
            response = self.client.get("/cases/")
        self.assertEqual((response.status_code, response["Location"][:8]), (301, "https://"))


class Violations(TestCase):
    """What browsers report."""

    def report(self, content, content_type="application/csp-report"):
        return self.client.post("/csp-report/", content, content_type=content_type)

    def test_only_the_name_of_the_directive_is_noted(self):
        told = {
            "csp-report": {
                "document-uri": "https://registry/cases/ABCDEFGHJK/?q=Zhang",
                "effective-directive": "style-src-attr",
                "script-sample": "Zhang Wei",
            }
        }
        with self.assertLogs("registry.security", "WARNING") as log:
            self.assertEqual(self.report(json.dumps(told)).status_code, 204)
        self.assertEqual(
            [(one.getMessage(), one.directive) for one in log.records], [("csp_violation", "style-src-attr")]
        )
        self.assertNotIn("Zhang", str([one.__dict__ for one in log.records]))

    def test_anything_else_is_ignored(self):
        for content in (
            b"",
            b"{",
            b"[]",
            b"5",
            b"\xff",
            b'{"csp-report": 5}',
            b"[" * 10_000,
            b"{}" * 50_000,
            b'{"csp-report": {"effective-directive": "Zhang Wei"}}',
        ):
            with self.subTest(content[:20]), self.assertNoLogs("registry.security", "WARNING"):
                self.assertIn(self.report(content).status_code, (204, 400))
        self.assertIn(self.client.post("/csp-report/", {"a": "b"}).status_code, (204, 400))

    def test_the_policy_allows_nothing_inline(self):
        self.assertNotIn("unsafe", str(headers.POLICY))


@proves("P16")
class InAHospital(TestCase):
    """The settings of a hospital, in a process of their own."""

    def run_python(self, *arguments: str) -> subprocess.CompletedProcess:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("NETLM_SECOND")}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environ | IN_A_HOSPITAL,
            capture_output=True,
            text=True,
        )

    def test_djangos_own_check_finds_nothing(self):
        found = self.run_python("manage.py", "check", "--deploy", "--fail-level", "DEBUG")
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertIn("no issues", found.stdout + found.stderr)
        measured("P16", f"check --deploy: {found.stderr.count('WARNING')} warnings")

    def test_cookies_belong_to_this_host_alone(self):
        names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "DEVICE_COOKIE_NAME")
        names += ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECOND_FACTOR", "SESSION_COOKIE_DOMAIN")
        script = (
            "import json, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'registry.settings'; "
            "from django.conf import settings; "
            f"print(json.dumps([getattr(settings, name) for name in {names}]))"
        )
        found = json.loads(self.run_python("-c", script).stdout)
        self.assertTrue(all(name.startswith("__Host-") for name in found[:3]), found)
        self.assertEqual(found[3:], [True, True, True, None])


class Cookies(TestCase):
    def test_the_cookie_of_a_known_browser_says_nothing_about_the_person(self):
        factories.member("surgeon", password=PASSWORD)
        log_in(self.client, "surgeon", PASSWORD)
        from django.core import signing

        content = signing.loads(self.client.cookies["device"].value, salt="registry.known-device")
        self.assertNotIn("surgeon", str(content))
