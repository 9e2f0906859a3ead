"""Sentences that add: manners around them, repetitions, lists, appointments."""

import pytest

from agent.offline.intents import Add, EditNames, Put, Refuse, Within
from agent.offline.understanding.manners import clean, plain
from tests.agent.test_offline_pastes import added, read, told

MANNERS = """
    add milk thx; add milk, thank you so much; add milk for me?; pls add milk; add milk plz!
    could you add milk when you get a chance; ADD milk 🙏; add milk 😊 thanks; add milk please 🙏
    would you mind adding milk?; when you have a minute, add milk; add milk if possible
    I was wondering if you could add milk; great, add milk; hey there, can you add milk tysm
    add milk, that would be great!; do me a favor and add milk
    if you don't mind, please add milk for me; can you pls add milk whenever you get a moment
    add milk, will you?; thanks, add milk; ok so please add milk; add milk many thanks
    be so kind as to add milk; could u kindly add milk, cheers; add milk ty :)
"""


@pytest.mark.parametrize(
    "text", [each.strip() for each in MANNERS.replace("\n", ";").split(";")][1:-1]
)
def test_manners_are_no_part_of_a_task(text: str) -> None:
    assert added(text) == ["Milk"]


@pytest.mark.parametrize(
    "text",
    [
        "thank you note for Ann",
        "send a thank you",
        "say thanks",
        "well water test",
        "Great Gatsby to the library",
        "book a seat for me",
        "thanks",
        "many thanks",
        "add milk asap",
    ],
)
def test_words_of_manners_that_are_meant_stay(text: str) -> None:
    assert plain(clean(text)) == text


REPEATED = {
    "yoga every thursday and tuesday": ("Yoga", "every Tuesday and Thursday"),
    "add swim every tue, thu and sat at 7am": (
        "Swim | 07:00",
        "every Tuesday, Thursday and Saturday",
    ),
    "todo: water plants every monday": ("Water plants", "every Monday"),
    "choir on mondays": ("Choir", "every Monday"),
    "pay rent monthly on the 1st": ("Pay rent", "every month on the 1st"),
    "clean the fish tank as a weekly task": ("Clean the fish tank", "every week"),
    "meditate each morning": ("Meditate | 09:00", "every day"),
    "call Oma every other week": ("Call Oma", "every 2 weeks"),
    "walk Rex on weekdays": ("Walk Rex", "every weekday"),
    "remind me every month to pay the rent": ("Pay the rent", "every month"),
    "create a weekly reminder to dust": ("Dust", "every week"),
    "add a recurring weekly task: dust": ("Dust", "every week"),
}


@pytest.mark.parametrize("text", REPEATED)
def test_a_rule_is_put_down_with_a_clean_title(text: str) -> None:
    intent = read(text)

    assert isinstance(intent, Add)
    [draft] = intent.drafts
    assert draft.repeats
    assert (*added(text), draft.repeats.words) == REPEATED[text]


ONCE = {
    "take pills twice a day": ("Take pills", "each time of the day"),
    "add a recurring task: pay rent": ("Pay rent", "How often shall it repeat?"),
    "rent every 31st": ("Rent", "Not every month has a 31st"),
}


@pytest.mark.parametrize("text", ONCE)
def test_what_cannot_repeat_like_that_is_put_down_once_and_said(text: str) -> None:
    intent = read(text)
    title, said = ONCE[text]

    assert isinstance(intent, Add)
    assert added(text) == [title]
    assert said in " ".join(intent.remarks)


TO_A_LIST = {
    "add milk to my Home list": ("Milk", "Home"),
    "put eggs on the shopping list": ("Eggs", "Shopping"),
    "add call Ed to the work todo list tomorrow": ("Call Ed | 2026-11-22", "Work"),
    "add to my Garden list: rake leaves": ("Rake leaves", "Garden"),
    "add soap to my list called Bathroom": ("Soap", "Bathroom"),
    "insert tea into the office list": ("Tea", "Office"),
    "add jam to Groceries list": ("Jam", "Groceries"),
}


@pytest.mark.parametrize("text", TO_A_LIST)
def test_a_list_of_its_own_is_heard(text: str) -> None:
    within = read(text)

    assert isinstance(within, Within)
    intent = within.intent.addition if isinstance(within.intent, Put) else within.intent
    assert isinstance(intent, Add)
    assert (" ".join(map(told, intent.drafts)), within.name) == TO_A_LIST[text]


@pytest.mark.parametrize(
    "text", ["add milk to my list", "add milk to my todo list", "add milk to the to-do list"]
)
def test_the_list_that_there_is_needs_no_word(text: str) -> None:
    assert read(text).remarks == ()  # type: ignore[union-attr]
    assert added(text) == ["Milk"]


@pytest.mark.parametrize(
    "text",
    [
        "create a list called Groceries",
        "make a list named Work",
        "new list: Groceries",
        "create a shopping list",
        "set up a list for work",
        "add a category Home",
        "start a new list for the party",
        "can you create a list called Trip?",
        "I want a list called Books",
    ],
)
def test_a_new_list_is_made_and_never_a_task(text: str) -> None:
    intent = read(text)

    assert isinstance(intent, EditNames)
    assert intent.do == "create"


def test_a_new_list_needs_a_name() -> None:
    assert isinstance(read("make a new list"), Refuse)


APPOINTMENTS = {
    "I've got a doctor's appointment tuesday 3pm": "Doctor's appointment | 2026-11-24 | 15:00",
    "I have a haircut on friday": "Haircut | 2026-11-27",
    "we've got a party on saturday": "Party | 2026-11-28",
    "there's a meeting tomorrow at 4pm": "Meeting | 2026-11-22 | 16:00",
    "I've got an exam on 3 december": "Exam | 2026-12-03",
    "I have a call with Ed at 5pm": "Call with Ed | 2026-11-21 | 17:00",
    "I have another interview on monday": "Interview | 2026-11-23",
    "I've got my driving test on the 30th": "Driving test | 2026-11-30",
    "there is a concert on friday at 8pm": "Concert | 2026-11-27 | 20:00",
    "I got a vet visit on thursday": "Vet visit | 2026-11-26",
}


@pytest.mark.parametrize("text", APPOINTMENTS)
def test_an_appointment_is_added(text: str) -> None:
    assert added(text) == [APPOINTMENTS[text]]


@pytest.mark.parametrize(
    "text", ["I have a headache today", "I've got a cold", "I've got the milk"]
)
def test_what_one_has_is_no_appointment(text: str) -> None:
    assert not isinstance(read(text), Add)
