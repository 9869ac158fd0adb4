"""How days, partial dates and months are read."""

from datetime import date
from functools import partial

from registry.reading import read_date, read_partial_date, read_year_month
from tests.registry.reading_case import ReadingCase

TODAY = date(2026, 11, 21)


class ADay(ReadingCase):
    def setUp(self):
        self.read = partial(read_date, field=self.field, latest=TODAY)

    def test_all_permitted_spellings_are_one_day(self):
        spellings = (
            *("2023/04/12", "2023/4/12", "2023.4.12", "2023-4-12", "20230412", "2023年4月12日"),
            *("2023年04月12号", "2023年4月12", "2023 年 4 月 12 日", "2023. 4. 12", "２０２３－０４－１２"),
            *(
                "２０２３．０４．１２",
                "2023–04–12",
                "2023-04-12 00:00:00",
                "2023-04-12T00:00",
                "2023/4/12 0:00",
            ),
        )
        for text in spellings:
            self.reads(self.read, text, date(2023, 4, 12), precision="d", normalised=True)
        self.reads(self.read, "2023-04-12", date(2023, 4, 12), normalised=False)
        self.reads(self.read, " 2023-04-12 ", date(2023, 4, 12), normalised=False)

    def test_leap_days_exist_only_in_leap_years(self):
        self.reads(self.read, "2024-02-29", date(2024, 2, 29))
        self.refuses(self.read, "2023-02-29", "February 2023 has 28 days", "2023年2月只有28天")
        self.refuses(self.read, "20230229", "February 2023 has 28 days")

    def test_months_and_days_outside_the_calendar_are_named(self):
        self.refuses(self.read, "2023-13-01", "there is no month 13", "没有13月")
        self.refuses(self.read, "2023-04-00", "there is no day 0", "没有0日")

    def test_a_cell_longer_than_any_date_is_refused(self):
        self.refuses(self.read, "2023-04-12" + " " * 30 + "x", "41 characters", "at most 40")
        self.assertNotIn("characters", self.refuses(self.read, "2023-04-12" + " " * 29 + "x").en)

    def test_separators_are_not_mixed(self):
        for text in ("2023-04/12", "2023.04-12", "2023年4-12"):
            self.refuses(self.read, text, "is not a date")

    def test_an_event_before_1950_or_the_limit_of_the_field_is_refused(self):
        self.reads(self.read, "1950-01-01", date(1950, 1, 1))
        self.refuses(self.read, "1949-12-31", "before 1950-01-01", "早于")
        self.refuses(self.read, "0000-01-01", "before 1950-01-01")
        later = partial(self.read, earliest=date(2020, 5, 2))
        self.reads(later, "2020-05-02", date(2020, 5, 2))
        self.refuses(later, "2020-05-01", "before 2020-05-02")

    def test_a_day_after_the_latest_is_in_the_future(self):
        self.reads(self.read, "2026-11-21", TODAY)
        self.refuses(self.read, "2026-11-22", "in the future", "after 2026-11-21", "将来")

    def test_without_a_latest_day_the_far_end_of_the_calendar_is_still_refused(self):
        read = partial(read_date, field=self.field)
        self.reads(read, "2030-01-01", date(2030, 1, 1))
        self.refuses(read, "9999-12-31", "2199-12-31")

    def test_a_year_at_the_end_is_never_read_but_both_readings_are_offered(self):
        self.refuses(self.read, "04/05/2023", "2023-04-05 or 2023-05-04", "2023-04-05或2023-05-04")
        self.refuses(self.read, "04-05-2023", "2023-04-05 or 2023-05-04")
        self.refuses(self.read, "25/12/2023", "the year comes first", "2023-12-25")
        self.refuses(self.read, "4.4.2023", "the year comes first", "2023-04-04")
        self.refuses(self.read, "31/31/2023", "is not a date")
        self.refuses(self.read, "30/2/2023", "is not a date")
        self.refuses(self.read, "01/02/0000", "is not a date")
        self.refuses(self.read, "00/05/2023", "is not a date")
        self.refuses(self.read, "31/12/2023", "Write 2023-12-31")
        self.refuses(self.read, "01/12/2023", "2023-01-12 or 2023-12-01")

    def test_a_two_digit_year_is_refused_in_every_spelling(self):
        for text in ("23-4-12", "4/5/23", "23年4月12日", "230412", "23.04.12"):
            self.refuses(self.read, text, f"“{text}”", "four digits")

    def test_what_is_missing_is_named(self):
        self.refuses(self.read, "2023-04", "the day is missing", "缺少日")
        self.refuses(self.read, "2023年4月", "the day is missing")
        self.refuses(self.read, "2023", "the month is missing", "缺少月份")
        self.refuses(self.read, "202304", "month, or a day with a two-digit year")

    def test_a_time_of_day_is_refused_rather_than_dropped(self):
        self.refuses(self.read, "2023-04-12 10:30", "without the time", "不记录时刻")

    def test_spreadsheet_numbers_are_recognised_only_in_their_range(self):
        self.refuses(self.read, "45028.0", "2023-04-12")
        self.refuses(self.read, "18264", "1950-01-01")
        self.assertNotIn("spreadsheet", self.refuses(self.read, "18263").en)
        self.assertNotIn("spreadsheet", self.refuses(self.read, "4502").en)

    def test_words_are_not_dates(self):
        for text in ("yesterday", "昨天", "12 Apr 2023", "二〇二三年四月十二日", "2023年初", "2023-04-12前"):
            self.refuses(self.read, text, "is not a date", "不是日期", "2023-04-12")

    def test_letters_like_digits_are_named(self):
        self.refuses(self.read, "2O23-04-12", "“O” (Latin letter, U+004F)")
        self.refuses(self.read, "2023-04-l2", "“l” (Latin letter, U+006C)")
        self.refuses(self.read, "2023。04。12", "U+3002")


class APartialDate(ReadingCase):
    def setUp(self):
        self.read = partial(read_partial_date, field=self.field, latest=TODAY)

    def test_it_is_the_first_day_of_the_period_with_its_precision(self):
        for text in ("2023-04-12", "2023年4月12日"):
            self.reads(self.read, text, date(2023, 4, 12), precision="d")
        for text in ("2023-04", "2023/4", "2023年4月", "2023年04月份", "2023.04"):
            self.reads(self.read, text, date(2023, 4, 1), precision="m", normalised=text != "2023-04")
        for text in ("2023", "2023年", "２０２３"):
            self.reads(self.read, text, date(2023, 1, 1), precision="y", normalised=text != "2023")

    def test_a_period_is_in_the_future_only_as_a_whole(self):
        self.reads(self.read, "2026", date(2026, 1, 1))
        self.reads(self.read, "2026-11", date(2026, 11, 1))
        self.refuses(self.read, "2026-12", "in the future")
        self.refuses(self.read, "2027", "in the future")
        self.refuses(self.read, "2026-11-22", "in the future")

    def test_a_period_is_too_early_only_as_a_whole(self):
        read = partial(self.read, earliest=date(2020, 5, 15))
        self.reads(read, "2020", date(2020, 1, 1))
        self.reads(read, "2020-05", date(2020, 5, 1))
        self.refuses(read, "2020-04", "before 2020-05-15")
        self.refuses(read, "2019", "before 2020-05-15")

    def test_an_unknown_day_written_as_zero_is_refused_with_the_right_spelling(self):
        self.refuses(self.read, "2023-04-00", "there is no day 0", "2023-04 or 2023 if no more is known")
        self.refuses(self.read, "2023-00", "there is no month 0")

    def test_a_month_that_may_have_lost_its_zero_is_refused(self):
        self.refuses(self.read, "2023.1", "January or October", "1月还是10月")
        self.reads(self.read, "2023.10", date(2023, 10, 1), precision="m")

    def test_six_digits_may_be_a_day_with_a_short_year(self):
        self.refuses(self.read, "200412", "two-digit year")

    def test_the_refusals_of_a_day_hold_here_too(self):
        self.refuses(self.read, "2023-02-30", "February 2023 has 28 days")
        self.refuses(self.read, "04/05/2023", "cannot be told apart")
        self.refuses(self.read, "45028", "2023-04-12")


class AYearAndMonth(ReadingCase):
    def setUp(self):
        self.read = partial(read_year_month, field=self.field, latest=TODAY)

    def test_all_permitted_spellings_are_the_first_of_the_month(self):
        for text in ("1962-04", "1962/4", "1962-4", "196204", "1962年4月", "1962年04月份", "1962.04"):
            self.reads(self.read, text, date(1962, 4, 1), precision="m", normalised=text != "1962-04")

    def test_a_full_date_is_refused_and_not_repeated(self):
        full = ("1962-04-12", "19620412", "1962年4月12日", "12/04/1962", "04.12.1962", "62-04-12", "22748")
        for text in full:
            message = self.refuses(self.read, text, "only year and month are collected", "不采集日")
            self.assertNotIn(text, message.en + message.zh)

    def test_other_texts_are_not_repeated_either_because_they_may_hold_a_birthday(self):
        for text in ("12 Apr 1962", "1962-04-12前", "abc"):
            message = self.refuses(self.read, text, "not a year and month", "like 1962-04")
            self.assertNotIn(text, message.en + message.zh)

    def test_a_year_alone_lacks_its_month(self):
        self.refuses(self.read, "1962", "the month is missing")

    def test_the_limits_are_1900_and_today(self):
        self.reads(self.read, "1900-01", date(1900, 1, 1))
        self.refuses(self.read, "1899-12", "before 1900-01-01")
        self.reads(self.read, "2026-11", date(2026, 11, 1))
        self.refuses(self.read, "2026-12", "in the future")

    def test_slips_of_the_hand_are_named(self):
        self.refuses(self.read, "1962-13", "there is no month 13")
        self.refuses(self.read, "1962-O4", "“O” (Latin letter, U+004F)")
        self.refuses(self.read, "1962.1", "January or October")
        self.refuses(self.read, "不详", "Leave the field empty")
