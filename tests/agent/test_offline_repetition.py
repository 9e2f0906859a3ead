"""Words that say that something comes again, as a table: the words, what is left, and the rule."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agent.offline import dates

NOW = datetime(2026, 11, 21, 12, 10, tzinfo=ZoneInfo("Europe/Berlin"))  # a Saturday
TABLE = """
    gym every monday and thursday | gym | every Monday and Thursday
    gym every mon & thu at 6 | gym at 6 | every Monday and Thursday
    gym every monday, wednesday and friday at 6pm | gym at 6pm | every Monday, Wednesday and Friday
    bins every wensday | bins | every Wednesday
    call grandma each sunday | call grandma | every Sunday
    yoga on tuesdays and fridays at 7 | yoga at 7 | every Tuesday and Friday
    yoga mondays | yoga | every Monday
    every friday buy flowers | buy flowers | every Friday
    pay rent monthly on the 1st | pay rent | every month on the 1st
    pay rent on the 1st of every month | pay rent | every month on the 1st
    every 15th of the month pay the card | pay the card | every month on the 15th
    pay rent on the last day of every month | pay rent | every month on the last day
    meet every first monday of the month | meet | every month on the first Monday
    call Ann every year on 5 may | call Ann | every year on May 5
    take vitamins every morning | take vitamins in the morning | every day
    walk the dog every evening at 8 | walk the dog in the evening at 8 | every day
    brush teeth every night at 10 | brush teeth tonight at 10 | every day
    call mum every sunday evening | call mum in the evening | every Sunday
    run on tuesday mornings | run in the morning | every Tuesday
    call mum yearly | call mum | every year
    renew it annually | renew it | every year
    call mum as a weekly task | call mum | every week
    clean up on a monthly basis | clean up | every month
    repeat every week: gym | gym | every week
    backup weekly, high priority | backup, high priority | every week
    run daily at 7am | run at 7am | every day
    stretch everyday | stretch | every day
    visit grandma once a year | visit grandma | every year
    water plants every other day | water plants | every 2 days
    standup every weekday at 9:30 | standup at 9:30 | every weekday
    visit every second month | visit | every 2 months
    change the filter every three months | change the filter | every 3 months
    vacuum every single day | vacuum | every day
    bins every other wednesday | bins | every 2 weeks on Wednesday
    call mum 3 days after I finish | call mum | 3 days after it is done
    yoga every monday, five times | yoga | every Monday, 5 times
    pills every day at 7, 5 times | pills at 7 | every day, 5 times
    pills every day at 7 for 2 weeks | pills at 7 | every day, 14 times
    pills every day until june 30 | pills | every day, until 2027-06-30
    pills every day at 7 until the end of the year | pills at 7 | every day, until 2026-12-31
    pills every day until may | pills | every day, until 2027-05-01
    water them tomorrow and then every 3 days | water them tomorrow | every 3 days
    vacuum every 2 weeks starting on monday | vacuum starting monday | every 2 weeks
    review it every month from june 1 on | review it from june 1 | every month
    standup every monday through friday at 9 | standup at 9 | every weekday
    take pills twice a day | take pills | -
    twice daily take pills | take pills | -
    gym 3 times per week | gym | -
    take pills every 8 hours | take pills | -
    pay rent every 31st | pay rent | -
    pay taxes every june | pay taxes | -
    water plants every few days | water plants | -
    bins every second tuesday | bins | -
    water plants every day until it rains | water plants it rains | -
"""
ROWS = [tuple(map(str.strip, row.split("|"))) for row in TABLE.strip().splitlines()]


@pytest.mark.parametrize(("text", "rest", "words"), ROWS)
def test_a_rule_is_found_and_the_rest_stays(text: str, rest: str, words: str) -> None:
    found = dates.read_repetition(text, NOW)

    assert found
    assert (found.rest, found.repeat.words if found.repeat else "-") == (rest, words)
    assert bool(found.fault) == (found.repeat is None)


NONE = """
    write the weekly report
    read the daily
    buy a daily planner
    weekly shopping
    nightly backup
    everyday carry bag
    clean every room
    send a report for every month
    send every month's report
    read Tuesdays with Morrie
    watch Every Day
    call Bob thurs
    meet Ann on tues and thurs
    reach each of them
    book two tickets for friday
    think twice about it
    call mum 3 days after I finish the report
    monday's meeting
    the first of the many
    move the party from monday to friday
"""


@pytest.mark.parametrize("text", [line.strip() for line in NONE.strip().splitlines()])
def test_words_that_only_look_like_a_repetition(text: str) -> None:
    assert dates.read_repetition(text, NOW) is None
