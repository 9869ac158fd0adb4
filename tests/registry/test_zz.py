from tests.registry.test_admin_saving import *
import registry.admin.saving as sv


class T(Administration):
    def test_x(self):
        o = sv.CaseEdit.judge

        def j(s, main):
            o(s, main)
            print(
                "typed",
                [(c.op_no, c.comp_type, c.onset_date) for c in s.typed.complications],
                s.is_sound,
                [f.prefix for f in s.formsets if any(x.has_changed() for x in f.forms)],
            )
            print([(f.severity, f.rule.id, f.key) for f in sv.findings(s.typed)])

        sv.CaseEdit.judge = j
        answered = {"comp_type": "ssi", "cd_grade": "1", "onset_date": "2022-02-04"}
        form = new_row(self.open(self.patient), "complication_rows", **answered)
        print(
            {
                k: v
                for k, v in form.items()
                if k.startswith("complication_rows-2") or "FORMS" in k and k.startswith("comp")
            }
        )
        r = self.client.post(page_of(self.patient), form)
        print(self.complaints(r))
        sv.CaseEdit.judge = o
