"""Stored scripts: forty texts that want to be executed, in every text of the record; none is (T21).

The browser is told to ignore the content security policy, so that the escaping itself is tried.
"""

from __future__ import annotations

from django.conf import settings
from django.test import Client

from registry.context import acting
from registry.fields import Words, answers
from registry.models import CLINICAL, Centre, Remark
from tests import factories
from tests.browser.base import BrowserTest
from tests.promises import measured, proves, size
from tests.registry.administration import address
from tests.registry.every_form import everybody

PAYLOADS = (
    "<script>xss()</script>",
    "<SCRIPT>xss()</SCRIPT >",
    "<script/x>xss()</script>",
    "</script><script>xss()</script>",
    "</title><script>xss()</script>",
    "</textarea><script>xss()</script>",
    "</style><script>xss()</script>",
    "<!--><script>xss()</script>",
    "]]><script>xss()</script>",
    "<img src=x onerror=xss()>",
    "<img/src=x/onerror=xss()>",
    '"><img src=x onerror=xss()>',
    "'><img src=x onerror=xss()>",
    "`><img src=x onerror=xss()>",
    "<svg onload=xss()>",
    "<svg/onload=xss()>",
    "<svg><script>xss()</script></svg>",
    "<svg><animate onbegin=xss() attributeName=x>",
    "<body onload=xss()>",
    "<input autofocus onfocus=xss()>",
    '" autofocus onfocus="xss()',
    "' autofocus onfocus='xss()",
    '" onmouseover="xss()',
    "<details open ontoggle=xss()>",
    "<video><source onerror=xss()></video>",
    "<audio src=x onerror=xss()>",
    "<iframe src=javascript:xss()>",
    '<iframe srcdoc="<script>parent.xss()</script>">',
    "<object data=javascript:xss()>",
    "<embed src=javascript:xss()>",
    "<a href=javascript:xss()>open</a>",
    "javascript:xss()",
    "<form action=javascript:xss()><button>x",
    "<math><mtext></form><img src=x onerror=xss()>",
    "<template><script>xss()</script></template>",
    "<base href=javascript:xss()//>",
    "<meta http-equiv=refresh content=0;url=javascript:xss()>",
    "&lt;script&gt;xss()&lt;/script&gt;",
    "\\u003cscript\\u003exss()\\u003c/script\\u003e",
    "{{constructor.constructor('xss()')()}}${xss()}",
)
LISTENING = "window.ran = 0; window.xss = () => { window.ran += 1 };"
# how often it ran, and what would run: handlers in attributes, addresses that are programs
FOUND = """() => [
    window.ran,
    [...document.querySelectorAll("*")].filter(one => [...one.attributes].some(
        it => (/^on/i.test(it.name) || /^(href|src|action|formaction|data|srcdoc)$/i.test(it.name))
            && /xss\\(/.test(it.value) && !it.value.startsWith(location.origin) && !it.value.startsWith("/")
            && !it.value.startsWith("?"))).map(one => one.outerHTML.slice(0, 200)),
    [...document.scripts].filter(one => !one.src && /^\\s*(parent\\.)?xss\\(/.test(one.text)).length,
]"""


@proves("T21")
class StoredScriptsTest(BrowserTest):
    def setUp(self):
        with acting("test"):
            self.centre = factories.centre("CN-XSS")
            self.person = everybody(self.centre)
            self.patients = [self.case(payload) for payload in PAYLOADS]
            Centre.objects.update(centre_name_en=PAYLOADS[0][:120], centre_name_zh=PAYLOADS[9][:120])
            type(self.person).objects.update(
                first_name=PAYLOADS[1], last_name=PAYLOADS[14], email=PAYLOADS[21]
            )

    def case(self, payload: str):
        patient = factories.full_case(of=self.centre).patient
        for model in CLINICAL:
            texts = [one for one in answers(model) if isinstance(one, Words)]
            given = {one.name: payload[: one.max_length] for one in texts if one.name != "local_study_id"}
            key = {"pk": patient.pk} if model is CLINICAL[0] else {"patient": patient}
            if given:
                model.objects.filter(**key).update(**given)
        number = f"{payload[:16]}{patient.pk:04}"[-20:]
        type(patient).objects.filter(pk=patient.pk).update(local_study_id=number)
        Remark.objects.create(
            patient=patient, table="patient", row_id=patient.pk, field="sex", kind="as_typed", content=payload
        )
        return patient

    def pages(self) -> list[str]:
        """The lists and the report, and every page of some of the cases (of all of them in full)."""
        found = ["/cases/", "/reports/paper/", "/approvals/"]
        found += [address(model, "changelist") for model in (*CLINICAL[:2], Centre, type(self.person))]
        found += [
            address(type(self.person), "change", self.person.pk),
            address(Centre, "change", self.centre.pk),
        ]
        for patient in self.patients[
            :: -(-len(self.patients) // size("T21", reduced=2, full=len(self.patients)))
        ]:
            case = f"/cases/{patient.patient_uid}/"
            found += [case, f"{case}history/", f"{case}patient/", f"{case}operation/", f"{case}pathology/"]
            found += [address(type(patient), "change", patient.pk)]
        return found

    def browser_of(self, person):
        """A page of somebody who is logged in already."""
        client = Client()
        client.force_login(person)
        page = self.open(bypass_csp=True)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.live_server_url}])
        page.context.add_init_script(LISTENING)
        return page

    def test_the_check_itself_finds_what_runs_and_what_would(self):
        page = self.browser_of(self.person)
        page.goto(self.live_server_url + "/approvals/")
        for odd in ("<b onclick=xss()>", "<a href=javascript:xss()>", "<img src=x onerror=xss()>"):
            page.evaluate("odd => { document.body.innerHTML = odd }", odd)
            self.assertNotEqual(page.evaluate(FOUND)[1], [])
        page.wait_for_function("window.ran > 0")

    def test_none_of_forty_stored_scripts_runs_on_any_page(self):
        self.assertEqual(len(PAYLOADS), 40)
        page, pages = self.browser_of(self.person), self.pages()
        page.on("dialog", lambda dialog: self.fail(dialog.message))
        shown = 0
        for where in pages:
            response = page.goto(self.live_server_url + where, wait_until="load")
            self.assertLess(response.status, 500, where)
            shown += "xss(" in page.content()
            self.assertEqual(page.evaluate(FOUND), [0, [], 0], where)
        for box in ("#list-q", "#searchbar"):
            page.goto(self.live_server_url + ("/cases/" if box == "#list-q" else "/admin/registry/patient/"))
            page.fill(box, "<script>xss()</script>")
            page.press(box, "Enter")
            page.wait_for_load_state("load")
            self.assertEqual(page.input_value(box), "<script>xss()</script>")
            self.assertNotIn("xss", page.url)
            self.assertEqual(page.evaluate(FOUND), [0, [], 0], box)
        self.assertGreater(shown, len(pages) // 3)  # they are really there, as text
        measured("T21", f"0 of {len(PAYLOADS)} stored scripts ran on {len(pages)} pages")
