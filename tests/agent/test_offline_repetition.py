"""Words that say that something comes again and again, as a table: the words, and what is left."""

import pytest

from agent.offline import dates

TABLE = """
    gym every monday and thursday | gym on monday
    gym every mon & thu at 6 | gym on mon at 6
    gym every monday, wednesday and friday at 6pm | gym on monday at 6pm
    bins every wensday | bins on wensday
    call grandma each sunday | call grandma on sunday
    yoga on tuesdays and fridays at 7 | yoga on tuesday at 7
    yoga mondays | yoga on monday
    every friday buy flowers | on friday buy flowers
    pay rent monthly on the 1st | pay rent on the 1st
    pay rent on the 1st of every month | pay rent on the 1st
    pay rent every month on the 1st | pay rent on the 1st
    every 15th of the month pay the card | on the 15th pay the card
    pay rent on the last day of every month | pay rent on the last day of the month
    meet every first monday of the month | meet on the first monday of the month
    call Ann every year on 5 may | call Ann on 5 may
    take vitamins every morning | take vitamins in the morning
    walk the dog every evening at 8 | walk the dog in the evening at 8
    brush teeth every night at 10 | brush teeth tonight at 10
    call mum yearly | call mum
    renew it annually | renew it
    call mum as a weekly task | call mum
    clean up on a monthly basis | clean up
    repeat every week: gym | gym
    backup weekly, high priority | backup, high priority
    run daily at 7am | run at 7am
    stretch everyday | stretch
    take pills twice a day | take pills
    twice daily take pills | take pills
    gym 3 times per week | gym
    visit grandma once a year | visit grandma
    take pills every 8 hours | take pills
    water plants every other day | water plants
    standup every weekday at 9:30 | standup at 9:30
    visit every second month | visit
    change the filter every three months | change the filter
    vacuum every single day | vacuum
    bins every other wednesday | bins
    stretch every day, twice a day | stretch
"""
ROWS = [tuple(map(str.strip, row.split("|"))) for row in TABLE.strip().splitlines()]


@pytest.mark.parametrize(("text", "rest"), ROWS)
def test_a_repetition_is_found_and_its_first_day_stays(text: str, rest: str) -> None:
    found = dates.read_repetition(text)

    assert found
    assert found.rest == rest
    assert all(words in text for words in found.words.split(", ") if " and " not in words)


NONE = """
    write the weekly report
    read the daily
    buy a daily planner
    weekly shopping
    nightly backup
    everyday carry bag
    clean every room
    send a report for every month
    read Tuesdays with Morrie
    call Bob thurs
    meet Ann on tues and thurs
    reach each of them
    book two tickets for friday
    think twice about it
"""


@pytest.mark.parametrize("text", [line.strip() for line in NONE.strip().splitlines()])
def test_words_that_only_look_like_a_repetition(text: str) -> None:
    assert dates.read_repetition(text) is None


def test_what_was_found_is_told_in_its_own_words() -> None:
    found = dates.read_repetition("Gym every Monday and Thursday at 6")

    assert found
    assert found.words == "every Monday and Thursday"
