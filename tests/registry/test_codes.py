"""The vocabularies are complete, unambiguous, bilingual, and agree with each other."""

import re
import unittest

from registry import codes
from registry.codes.base import as_compared, code, code_list
from registry.labels import Label

CLOSED = {
    *("ECOG", "CMP", "MISSING", "UNIT_BILI", "CONSENT", "SCOPE", "WITHDRAW"),
    *("GRADE", "CD", "ABC", "ABC_PANC", "INCIDENT", "ASCERT"),
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
EVERY_LIST = {**codes.LISTS, **codes.DERIVED_LISTS}


class EveryList(unittest.TestCase):
    def test_is_found_under_its_own_name(self):
        for name, one in EVERY_LIST.items():
            with self.subTest(name):
                self.assertIs(getattr(codes, name), one)
                self.assertEqual(one.name, name)

    def test_is_one_of_85_that_are_asked(self):
        self.assertEqual(len(codes.LISTS), 85)

    def test_names_its_source(self):
        for name, one in EVERY_LIST.items():
            with self.subTest(name):
                self.assertRegex(one.source, r"\b(PAPER|REVIEW|GK|PD|S\d\d)\b")

    def test_has_each_code_once(self):
        for name, one in EVERY_LIST.items():
            with self.subTest(name):
                self.assertEqual(len(one.by_code), len(one.codes))

    def test_has_codes_that_are_lower_case_ascii_and_fit_the_column(self):
        for name, one in EVERY_LIST.items():
            for entry in one:
                with self.subTest(name, code=entry.code):
                    self.assertRegex(entry.code, r"^[a-z0-9_]{1,32}$")

    def test_is_worded_in_both_languages(self):
        for name, one in EVERY_LIST.items():
            for label in (one.label, *(entry.label for entry in one)):
                with self.subTest(name, label=label.en):
                    self.assertTrue(label.en.strip())
                    self.assertNotRegex(label.en, CHINESE)
                    same_in_both = label.en == label.zh
                    self.assertTrue(same_in_both or CHINESE.search(label.zh), label.zh)

    def test_says_different_things_with_different_words(self):
        for name, one in EVERY_LIST.items():
            for language in ("en", "zh"):
                with self.subTest(name, language=language):
                    words = [entry.label.text(language) for entry in one]
                    self.assertEqual(len(words), len(set(words)))

    def test_has_no_spelling_that_means_two_answers(self):
        for name, one in EVERY_LIST.items():
            meaning = {}
            for entry in one:
                for spelling in entry.spellings:
                    with self.subTest(name, spelling=spelling):
                        first = meaning.setdefault(as_compared(spelling), entry.code)
                        self.assertEqual(first, entry.code)

    def test_understands_its_codes_labels_and_aliases(self):
        for name, one in EVERY_LIST.items():
            for entry in one:
                for spelling in (*entry.spellings, f" {entry.label.en.upper()} "):
                    with self.subTest(name, spelling=spelling):
                        self.assertEqual(one.understand(spelling), entry.code)

    def test_accepts_unknown_unless_it_is_closed(self):
        without = {name for name, one in codes.LISTS.items() if "unknown" not in one}
        self.assertEqual(without, CLOSED)

    def test_offers_unknown_last(self):
        for name, one in codes.LISTS.items():
            if "unknown" in one:
                with self.subTest(name):
                    self.assertEqual(one.codes[-1].code, "unknown")


class AList(unittest.TestCase):
    COLOUR = code_list(
        "COLOUR",
        Label("Colour", "颜色"),
        "PD",
        code("red", "Red", "红", aliases=("Ⅲ赤",), warm=True, rank=2),
        code("blue", "Blue", "蓝", warm=False),
    )

    def test_ignores_width_case_space_and_invisible_signs(self):
        for text in ("red", "RED", " Ｒｅｄ ", "\u200bred\ufeff", "III赤", "ⅲ赤"):
            with self.subTest(text):
                self.assertEqual(self.COLOUR.understand(text), "red")

    def test_never_guesses(self):
        for text in ("re", "redd", "r", "", "red blue", "r ed"):
            with self.subTest(text):
                self.assertIsNone(self.COLOUR.understand(text))

    def test_finds_codes_by_a_fact(self):
        self.assertEqual(self.COLOUR.having("warm"), ("red",))
        self.assertEqual(self.COLOUR.having("warm", False), ("blue",))

    def test_gives_a_fact_only_where_the_source_states_it(self):
        self.assertEqual(self.COLOUR.fact("rank"), {"red": 2})

    def test_shows_a_code_that_left_the_list_as_itself(self):
        self.assertEqual(self.COLOUR.label_of("green"), Label("green", "green"))
        self.assertIsNone(self.COLOUR.label_of(None))

    def test_does_not_add_unknown_when_closed(self):
        closed = code_list("X", Label("X", "某"), "PD", code("a", "A", "甲"), closed=True)
        self.assertEqual([one.code for one in closed], ["a"])


class Spellings(unittest.TestCase):
    def test_of_clavien_dindo_3a_all_mean_3a(self):
        for text in ("Ⅲa", "IIIA", "IIIa", "3a", "３a", "３Ａ", "Ⅲ级a", "III级a", "Ⅲa级", "3A级"):
            with self.subTest(text):
                self.assertEqual(codes.CD.understand(text), "3a")

    def test_of_clavien_dindo_without_letter_are_kept_as_such(self):
        self.assertEqual(codes.CD.understand("III"), "3x")
        self.assertEqual(codes.CD.understand("Ⅳ级"), "4x")

    def test_of_a_bare_3_or_4_are_not_understood(self):
        for text in ("3", "４"):
            with self.subTest(text):
                self.assertIsNone(codes.CD.understand(text))

    def test_of_every_clavien_dindo_grade(self):
        written = {"I": "1", "Ⅱ": "2", "Ⅲb级": "3b", "iva": "4a", "Ⅳb": "4b", "Ⅴ级": "5", "V": "5"}
        for text, grade in written.items():
            with self.subTest(text):
                self.assertEqual(codes.CD.understand(text), grade)

    def test_of_g3_need_net_or_nec(self):
        self.assertIsNone(codes.GRADE.understand("G3"))
        self.assertEqual(codes.GRADE.understand("NET G3"), "g3_net")
        self.assertEqual(codes.GRADE.understand("nec"), "nec")
        self.assertEqual(codes.GRADE.understand("Ｇ2"), "g2")

    def test_of_sex_by_a_bare_number_are_not_understood(self):
        self.assertEqual(codes.SEX.understand("F "), "f")
        self.assertEqual(codes.SEX.understand("男性"), "m")
        for text in ("0", "1", "2", "Mal"):
            with self.subTest(text):
                self.assertIsNone(codes.SEX.understand(text))

    def test_of_yes_and_no(self):
        for text in ("是", "有", "Y", "1", "TRUE"):
            self.assertEqual(codes.YN.understand(text), "yes")
        for text in ("否", "无", "n", "0", "False"):
            self.assertEqual(codes.YN.understand(text), "no")
        self.assertEqual(codes.YN.understand("不明"), "unknown")

    def test_of_asa_in_roman_and_arabic_numbers(self):
        for text in ("3", "III", "Ⅲ", "Ⅲ级"):
            with self.subTest(text):
                self.assertEqual(codes.ASA.understand(text), "3")

    def test_of_missing_reasons(self):
        for text, reason in {"未查": "nd", "未做": "nd", "不适用": "na", "未知": "unk", "/": None}.items():
            with self.subTest(text):
                self.assertEqual(codes.MISSING.understand(text), reason)


class Facts(unittest.TestCase):
    def test_weigh_clavien_dindo_as_published(self):
        self.assertEqual(
            codes.CD.fact("cci_weight"),
            {"1": 300, "2": 1750, "3a": 2750, "3b": 4550, "4a": 7200, "4b": 8550},
        )

    def test_order_clavien_dindo_with_unlettered_grades_between_their_letters(self):
        rank = codes.CD.fact("rank")
        self.assertEqual(sorted(rank, key=rank.get), ["1", "2", "3a", "3x", "3b", "4a", "4x", "4b", "5"])
        self.assertEqual(set(codes.CD.having("major")), {"3a", "3b", "3x", "4a", "4b", "4x", "5"})

    def test_order_the_grades_and_leave_mixed_and_ungraded_out(self):
        self.assertEqual(codes.GRADE.fact("rank"), {"g1": 1, "g2": 2, "g3_net": 3, "nec": 4})

    def test_name_the_gastroenteropancreatic_sites(self):
        gep = {"pancreas", "stomach", "duodenum", "jejunoileum", "appendix", "colon", "rectum", "oesophagus"}
        self.assertEqual(set(codes.SITE.having("gep")), gep)
        self.assertEqual(set(codes.SITE.having("thoracic")), {"lung", "thymus"})

    def test_cover_every_modality_of_the_review(self):
        for modality in (
            *("hae", "tace", "deb_tace", "tare", "rfa", "mwa", "cryo", "chemical_abl"),
            *("ssa", "interferon", "prrt", "chemo", "targeted"),
        ):
            with self.subTest(modality):
                self.assertIn(modality, codes.TXCAT)
        self.assertEqual(codes.TXCAT.having("embolisation"), ("hae", "tace", "deb_tace", "tare"))
        self.assertEqual(codes.TXCAT.having("ablation"), ("rfa", "mwa", "cryo", "chemical_abl"))
        self.assertEqual(
            codes.TXCAT.having("drug"), ("ssa", "interferon", "targeted", "chemo", "immuno", "prrt")
        )

    def test_point_only_at_codes_that_exist(self):
        for fact, of, target in (
            ("category", codes.AGENT, codes.TXCAT),
            ("implies_cd", codes.MGMT, codes.CD),
            ("grade", codes.HIST, codes.GRADE),
            ("only", codes.ABC_PANC, codes.COMP),
        ):
            for code_, value in of.fact(fact).items():
                with self.subTest(of.name, code=code_):
                    self.assertIn(value, target)

    def test_imply_a_clavien_dindo_grade_for_every_management(self):
        self.assertEqual(set(codes.MGMT.fact("implies_cd")), set(codes.MGMT.by_code) - {"unknown"})

    def test_give_every_drug_category_an_agent(self):
        self.assertEqual(set(codes.AGENT.fact("category").values()), set(codes.TXCAT.having("drug")))

    def test_say_of_every_basis_of_progression_whether_it_is_an_event(self):
        self.assertEqual(
            codes.PROGBASIS.fact("event"),
            {"imaging": True, "pathology": True, "clinical": True, "biochemical": False},
        )

    def test_say_who_is_alive(self):
        self.assertEqual(codes.VITAL.having("alive"), ("alive_ned", "alive_disease", "alive_nos"))
        self.assertEqual(codes.VITAL.having("alive", False), ("dead",))

    def test_say_which_contacts_give_status_only(self):
        self.assertEqual(codes.VISIT.having("shows_response", False), ("phone", "online", "registry"))

    def test_count_every_missing_reason_as_complete_except_pending(self):
        self.assertEqual(codes.MISSING.having("counts_complete", False), ("pend",))
        self.assertEqual(len(codes.MISSING.codes), 12)
        self.assertEqual(set(codes.MISSING.fact("hl7")), set(codes.MISSING.by_code))

    def test_give_every_comparator_a_sign(self):
        self.assertEqual(set(codes.CMP.fact("sign")), set(codes.CMP.by_code))

    def test_state_the_percent_of_every_numbered_target(self):
        self.assertEqual(codes.TARGET.fact("percent"), {"70": 70, "80": 80, "90": 90})

    def test_list_the_disease_specific_causes_of_death(self):
        self.assertEqual(
            codes.DEATH.having("disease_specific"), ("liver_failure_tumour", "tumour_other", "hormone")
        )


class DerivedLists(unittest.TestCase):
    def test_of_worst_complication_run_from_none_to_death(self):
        order = [one.code for one in codes.WORST_CD]
        self.assertEqual(order[0], "none")
        self.assertEqual(order[-1], "5")
        self.assertEqual(set(order) - {"none"}, set(codes.CD.by_code))

    def test_are_never_offered_as_answers(self):
        self.assertFalse(set(codes.DERIVED_LISTS) & set(codes.LISTS))


if __name__ == "__main__":
    unittest.main()
