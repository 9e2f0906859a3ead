"""Words that only look like a date or a time stay what they are."""

import pytest

from agent.offline.dates import Reading
from tests.agent.reading_dates import read

NO_DATES = """
    buy 2 apples
    call 911
    read chapter 5
    may I
    march for peace
    we may need to call the sat nav shop
    that is where he sat
    wait a second
    enjoy the sun
    get wed
    sunday roast
    the friday market
    my monday blues
    read the 5th chapter
    buy half a pound
    buy 1/2 pound of butter
    support 24/7
    version 2.10
    order 10 a day
    win 3:1
    friday's concert
    today's news
    weekend bag
    in a march formation
    water plants every monday
    call at 5 percent
    room 17
    flight LH 2026
    watch Friday the 13th
    watch friday the 13th
    read the 9/11 report
    watch a documentary on the 7/11 shops
    monday.com subscription
    renew friday.app plan
    delete mails up to january 30th
    archive photos older than 3 december
    clean up mails since monday
    write the minutes of 3 december
    listen to Tomorrow Never Knows
    Tomorrow Never Dies
    listen to Sunday Bloody Sunday
    listen to Friday I'm in Love
    listen to Ruby Tuesday
    see Any Given Sunday
    watch The Day After Tomorrow
    watch the Today Show
    buy the Sunday Times
    ask May Smith
    call April
    plan Black Friday deals
    shop on-line Cyber Monday
    buy 24 eggs
    watch 1917
    read 1984
    Boeing 747
    a table for 4
    a table for six
    march in the parade
    7-day trial
    last friday
    write monday report
    pick a number between 1 and 10
    read chapters 3 to 4
    invite 5 to 8 people
    invite ten to twelve people
    move 3-4 boxes
    a 10-12 page essay
    sleep 8h
    run 10 to 12 miles
    practice 1000 hours
    fly with AF 1730
    saturday night fever
    pay 20 to Bob
    walk from 3 to 4 miles
    order from 9 to 12 chairs
    the first monday
    the sundy paper
    marchs past
    tune in
    go at 100 km
    in an hour or two
    watch Black Sunday
    delete everything up to last friday
    update the 10/12 drawing
    the second last friday of the month
    use code 0930
    do exercises 3 to 5
    watch Next Friday
    listen to Sunday Morning
    read 11/22/63
    write about january 6th
    buy tickets for the 7:30 show
    book the 9:30 train
    take the 5 o'clock train
    meet at the sat nav shop
    light candles on the 1st sunday in advent
    the following monday
    visit the shop on the 27th street
"""


@pytest.mark.parametrize("text", [line.strip() for line in NO_DATES.strip().splitlines()])
def test_words_that_only_look_like_a_date(text: str) -> None:
    assert read(text) == Reading(text)
