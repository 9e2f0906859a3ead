"""When people mean, as a table: the words, and the local day and time that they are read as."""

import pytest

from tests.agent.reading_dates import SATURDAY_NOON, read, when

TABLES = {
    SATURDAY_NOON: """
        today                           | 2026-11-21
        later today                     | 2026-11-21
        tonight                         | 2026-11-21 20:00
        this evening                    | 2026-11-21 18:00
        this morning                    | 2026-11-21
        tomorrow                        | 2026-11-22
        tomorow                         | 2026-11-22
        tmrw                            | 2026-11-22
        tomorrow morning                | 2026-11-22 09:00
        tomorrow evening at 8           | 2026-11-22 20:00
        at 8 tomorrow evening           | 2026-11-22 20:00
        9am tomorrow                    | 2026-11-22 09:00
        the day after tomorrow          | 2026-11-23
        friday                          | 2026-11-27
        saturday                        | 2026-11-28
        this saturday                   | 2026-11-21
        this friday                     | 2026-11-27
        by friday                       | 2026-11-27
        due on friday                   | 2026-11-27
        next friday                     | 2026-11-27
        next saturday                   | 2026-11-28
        friday next week                | 2026-11-27
        next week on tuesday            | 2026-11-24
        monday morning                  | 2026-11-23 09:00
        fri at 5pm                      | 2026-11-27 17:00
        sat 5pm                         | 2026-11-28 17:00
        on sun                          | 2026-11-22
        this weekend                    | 2026-11-21
        at the weekend                  | 2026-11-21
        next weekend                    | 2026-11-28
        next week                       | 2026-11-23
        this week                       | 2026-11-22
        next month                      | 2026-12-01
        this month                      | 2026-11-30
        next year                       | 2027-01-01
        end of the day                  | 2026-11-21
        by the end of the week          | 2026-11-22
        end of the month                | 2026-11-30
        end of next month               | 2026-12-31
        eom                             | 2026-11-30
        end of the year                 | 2026-12-31
        end of december                 | 2026-12-31
        on 3 December                   | 2026-12-03
        Dec 3rd                         | 2026-12-03
        3rd of December                 | 2026-12-03
        December 3, 2027                | 2027-12-03
        1 March                         | 2027-03-01
        21 November                     | 2026-11-21
        20 November                     | 2027-11-20
        29 Feb                          | 2028-02-29
        on may 5                        | 2027-05-05
        in march                        | 2027-03-01
        in november                     | 2026-11-30
        by june                         | 2027-06-01
        2026-12-03                      | 2026-12-03
        on 2026-12-03 at 08:15          | 2026-12-03 08:15
        on the 5th                      | 2026-12-05
        on the 1st of next month        | 2026-12-01
        by the 30th of this month       | 2026-11-30
        by the 21st                     | 2026-11-21
        on the 31st                     | 2026-12-31
        3/12                            | 2026-12-03
        13/12                           | 2026-12-13
        12/13/2026                      | 2026-12-13
        on 3.12.                        | 2026-12-03
        on 3.12.27                      | 2027-12-03
        in two weeks                    | 2026-12-05
        in a fortnight                  | 2026-12-05
        in 3 days                       | 2026-11-24
        within a week                   | 2026-11-28
        in a couple of days             | 2026-11-23
        in a few days                   | 2026-11-24
        in 2 months                     | 2027-01-21
        in a year                       | 2027-11-21
        3 days from now                 | 2026-11-24
        a week from tomorrow            | 2026-11-29
        two weeks from friday           | 2026-12-11
        in an hour                      | 2026-11-21 13:10
        in half an hour                 | 2026-11-21 12:40
        in 45 minutes                   | 2026-11-21 12:55
        in 12 hours                     | 2026-11-22 00:10
        at 5pm                          | 17:00
        at 5 pm                         | 17:00
        5 p.m.                          | 17:00
        at 5:30                         | 17:30
        at 05:30                        | 05:30
        at 17:30                        | 17:30
        @ 8                             | 08:00
        at 12                           | 12:00
        12am                            | 00:00
        12pm                            | 12:00
        at noon                         | 12:00
        at midnight                     | 23:59
        5 in the afternoon              | 17:00
        at 7 in the morning             | 07:00
        at 11 at night                  | 23:00
        at 2 at night                   | 02:00
        half past five                  | 17:30
        half past 9 in the morning      | 09:30
        quarter past six                | 18:15
        at quarter to ten               | 09:45
        at ten o'clock                  | 10:00
        in the morning                  | 09:00
        on the first monday of december | 2026-12-07
        on the 1st monday of december   | 2026-12-07
        second tuesday in january       | 2027-01-12
        on the 2nd friday of march 2027 | 2027-03-12
        the last friday of the month    | 2026-11-27
        last monday of november         | 2026-11-30
        on the first monday of the month | 2026-12-07
        first monday of next month      | 2026-12-07
        third thursday of february      | 2027-02-18
        on the last day of the month    | 2026-11-30
        last day of february            | 2027-02-28
        first day of next month         | 2026-12-01
        5th of janaury                  | 2027-01-05
        on 12 febuary                   | 2027-02-12
        on the 12th of feburary         | 2027-02-12
        3 septmber                      | 2027-09-03
        on decemeber 5                  | 2026-12-05
        9 agust                         | 2027-08-09
        ocotber 2nd                     | 2027-10-02
        14 arpil                        | 2027-04-14
        wensday                         | 2026-11-25
        wednsday 3pm                    | 2026-11-25 15:00
        on thrusday                     | 2026-11-26
        thurday                         | 2026-11-26
        tuseday                         | 2026-11-24
        on tusday at 10                 | 2026-11-24 10:00
        satuday                         | 2026-11-28
        saterday                        | 2026-11-28
        firday at 6pm                   | 2026-11-27 18:00
        by mondya                       | 2026-11-23
        the first of december           | 2026-12-01
        december first                  | 2026-12-01
        on the twenty-third of december | 2026-12-23
        friday 4 december               | 2026-12-04
        friday, december 4th            | 2026-12-04
        on friday the 4th               | 2026-12-04
        sunday the 13th of december     | 2026-12-13
        3-5 december                    | 2026-12-03
        from 3 to 5 december            | 2026-12-03
        december 3-5                    | 2026-12-03
        on the 1st of the month         | 2026-12-01
        from 3 to 4pm                   | 15:00
        between 3 and 4pm               | 15:00
        from 3pm to 4pm                 | 15:00
        between 3 and 4                 | 15:00
        from 3 to 4                     | 15:00
        3-4pm                           | 15:00
        3 to 4pm                        | 15:00
        from 9 till noon                | 09:00
        from 10 until noon              | 10:00
        from 11 to 1pm                  | 11:00
        from 15:00 to 16:00             | 15:00
        10:30-11:15                     | 10:30
        from 9 to 5                     | 09:00
        from 8pm until midnight         | 20:00
        ten past 8                      | 08:10
        at 10 past eight                | 08:10
        twenty to nine                  | 08:40
        at 20 to nine                   | 08:40
        five to twelve                  | 11:55
        twenty-five past 7              | 07:25
        at five past 10pm               | 22:05
        quarter to 7 in the evening     | 18:45
        half past eight at night        | 20:30
        at half eight                   | 08:30
        in an hour and a half           | 2026-11-21 13:40
        in two and a half hours         | 2026-11-21 14:40
        in 2.5 hours                    | 2026-11-21 14:40
        in 90 minutes                   | 2026-11-21 13:40
        in ninety minutes               | 2026-11-21 13:40
        in twenty minutes               | 2026-11-21 12:30
        in an hour and 15 minutes       | 2026-11-21 13:25
        in three quarters of an hour    | 2026-11-21 12:55
        in a quarter of an hour         | 2026-11-21 12:25
        half an hour from now           | 2026-11-21 12:40
        in 2h                           | 2026-11-21 14:10
        in a year and a half            | 2028-05-21
        at 0930                         | 09:30
        at 1730                         | 17:30
        1730h                           | 17:30
        at 17h30                        | 17:30
        9h30                            | 09:30
        17:30h                          | 17:30
        at 17h                          | 17:00
        8 in the evening                | 20:00
        in the evening at 8             | 20:00
        at 8 tonight                    | 2026-11-21 20:00
        noon-ish                        | 12:00
        around 5ish                     | 17:00
        at 5pm sharp                    | 17:00
        at 6 o'clock in the evening     | 18:00
        after 5pm                       | 17:00
        monday at 5                     | 2026-11-23 17:00
        friday from 2 to 3              | 2026-11-27 14:00
        half past noon                  | 12:30
        quarter to midnight             | 23:45
        from noon to 1                  | 12:00
        in an hour and a quarter        | 2026-11-21 13:25
        in 1h30                         | 2026-11-21 13:40
        in 1 hour 20 minutes            | 2026-11-21 13:30
        in three hours' time            | 2026-11-21 15:10
        in 2 weeks' time                | 2026-12-05
        in a half hour                  | 2026-11-21 12:40
        july the fourth                 | 2027-07-04
        first friday in march 2028      | 2028-03-03
        9am - 10am tomorrow             | 2026-11-22 09:00
        tomorrow at 9.30                | 2026-11-22 09:30
        tomorrow at about 5pm           | 2026-11-22 17:00
        tomorrow at about 9             | 2026-11-22 09:00
        first thing tomorrow            | 2026-11-22
        tomorrow noonish                | 2026-11-22 12:00
        tonite                          | 2026-11-21 20:00
        a week on friday                | 2026-12-04
        the coming friday               | 2026-11-27
        on mondey                       | 2026-11-23
        5. january                      | 2027-01-05
        on the twenty first of december | 2026-12-21
        in a couple hours               | 2026-11-21 14:10
        5:30 p.m. tomorrow              | 2026-11-22 17:30
    """,
    "2026-11-18 18:30": """
        wednesday                       | 2026-11-25
        this wednesday                  | 2026-11-18
        friday                          | 2026-11-20
        this friday                     | 2026-11-20
        next friday                     | 2026-11-27
        next wednesday                  | 2026-11-25
        this weekend                    | 2026-11-21
        next weekend                    | 2026-11-28
        this evening                    | 2026-11-18
        tonight                         | 2026-11-18 20:00
    """,
    "2026-12-31 23:45": """
        tomorrow                        | 2027-01-01
        next month                      | 2027-01-01
        next year                       | 2027-01-01
        in 30 minutes                   | 2027-01-01 00:15
        31 December                     | 2026-12-31
        1 January                       | 2027-01-01
        next week                       | 2027-01-04
        end of next year                | 2027-12-31
        on the 30th                     | 2027-01-30
    """,
    "2028-01-31 10:00": """
        29 February                     | 2028-02-29
        in a month                      | 2028-02-29
        in a year                       | 2029-01-31
        end of next month               | 2028-02-29
        on the 31st                     | 2028-01-31
        on the 30th                     | 2028-03-30
    """,
    "2026-11-22 09:00": """
        this weekend                    | 2026-11-22
        next weekend                    | 2026-11-28
        next monday                     | 2026-11-23
        next sunday                     | 2026-11-29
        sunday                          | 2026-11-29
    """,
}
ROWS = [
    (now, *map(str.strip, row.split("|")))
    for now, table in TABLES.items()
    for row in table.strip().splitlines()
]


def test_the_table_is_long_enough() -> None:
    assert len(ROWS) >= 60


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata"])
@pytest.mark.parametrize(("now", "words", "meant"), ROWS)
def test_words_for_a_day_or_a_time(now: str, words: str, meant: str, zone: str) -> None:
    assert read(f"call Ann {words}", now, zone).when == when(meant)
    assert read(words.upper(), now, zone).when == when(meant)


@pytest.mark.parametrize(("now", "words", "meant"), ROWS)
def test_the_words_of_a_date_are_taken_out(now: str, words: str, meant: str) -> None:
    assert read(f"call Ann {words}", now).rest == "call Ann"
    assert read(f"call Ann ({words})", now).rest == "call Ann"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("call mum friday about the party", "call mum about the party"),
        ("tomorrow, call mum", "call mum"),
        ("friday buy milk", "buy milk"),
        ("pay the rent (due friday)", "pay the rent"),
        ("the rent is due on the 1st", "the rent"),
        ("buy may flowers on 6 may", "buy may flowers"),
        ("walk 5 miles at 5", "walk 5 miles"),
        ("call Ann, tomorrow at 5, about it", "call Ann, about it"),
    ],
)
def test_a_date_may_stand_anywhere(text: str, rest: str) -> None:
    assert read(text).rest == rest


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("pay on 31 Feb", "There is no 31 February."),
        ("30 february", "There is no 30 February."),
        ("November 31st", "There is no 31 November."),
        ("29 February 2027", "There is no 29 February 2027."),
        ("0 May 2027", "There is no 0 May 2027."),
        ("2026-02-30", "There is no 30 February 2026."),
        ("2026-13-01", "There is no 1 month 13 2026."),
        ("on 31/11", "There is no 31 November."),
        ("at 25:00", "There is no such time as 25:00."),
        ("at 17:75", "There is no such time as 17:75."),
        ("in 9999 years", "That is further away than my calendar goes."),
        ("on friday the 5th", "5 December 2026 is a Saturday, not a Friday."),
        ("monday 1 december", "1 December 2026 is a Tuesday, not a Monday."),
        ("on the fifth monday of december", "There is no fifth Monday in December 2026."),
    ],
)
def test_what_no_calendar_and_no_clock_has(text: str, fault: str) -> None:
    assert read(text).fault == fault


@pytest.mark.parametrize(
    ("zone", "meant", "remark"),
    [
        ("Europe/Berlin", "2026-12-03", "I read 3/12 as 3 December."),
        ("Asia/Kolkata", "2026-12-03", "I read 3/12 as 3 December."),
        ("America/New_York", "2027-03-12", "I read 3/12 as 12 March."),
    ],
)
def test_which_number_is_the_month_follows_the_zone(zone: str, meant: str, remark: str) -> None:
    reading = read("dentist 3/12", zone=zone)

    assert (reading.when, reading.remarks) == (when(meant), (remark,))


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("at 5", "I took that as 17:00; say “am” if you mean the morning."),
        ("at midnight", "I put it down for 23:59, the end of that day."),
        ("in march", "I put it down for the beginning of March."),
        ("in november", "I put it down for the end of November."),
        ("on 3 December 2020", "That day has passed already."),
    ],
)
def test_how_unclear_words_were_read_is_told(text: str, remark: str) -> None:
    assert read(text).remarks == (remark,)


@pytest.mark.parametrize("text", ["at 5pm", "at 17:00", "12/12", "13/12", "on 3 December"])
def test_clear_words_need_no_remark(text: str) -> None:
    assert read(text).remarks == ()
