"""Where a task ends: lists, tables, letters and lines, read as the tasks that they are."""

import pytest

from agent.offline.intents import Add, Draft, Guess, Intent, Refuse, Unclear
from agent.offline.known import Known
from agent.offline.understanding.grammar import understand
from tests.agent.offline_steps import NOW


def read(text: str) -> Intent:
    """What it is taken for, unless it is about a task that is there already."""
    intent = understand(text.replace("\\n", "\n").replace("\\t", "\t"), Known(), NOW)
    return intent.intent if isinstance(intent, Guess) else intent


def told(draft: Draft) -> str:
    facts = [
        draft.title,
        f"{draft.when.day}" if draft.when.day else "",
        f"{draft.when.at:%H:%M}" if draft.when.at else "",
        draft.priority if draft.priority != "none" else "",
        "done" if draft.completed else "",
        f"note: {draft.notes}".replace("\n", " / ") if draft.notes else "",
    ]
    return " | ".join(filter(None, facts))


def added(text: str) -> list[str]:
    intent = read(text)
    assert isinstance(intent, Add), intent
    return [told(draft) for draft in intent.drafts]


LISTS = {
    # an order above them
    r"add these:\n- milk\n- eggs": "Milk & Eggs",
    r"add the following:\n* tea\n* rice": "Tea & Rice",
    r"please add these tasks:\n1. sweep the attic\n2. feed Rex": "Sweep the attic & Feed Rex",
    r"can you add these to my list?\n- soap\n- sugar": "Soap & Sugar",
    r"create tasks for these:\n- buy glue\n- cut paper": "Buy glue & Cut paper",
    r"add all of these please:\n• pens\n• ink": "Pens & Ink",
    r"put these on my list:\n- nails\n- hammer": "Nails & Hammer",
    r"here is my list:\n- ring Oma\n- pack": "Ring Oma & Pack",
    r"here's what I need to do:\n- file taxes\n- mail the form": "File taxes & Mail the form",
    r"I need to:\n- wash the car\n- fix the gate": "Wash the car & Fix the gate",
    r"remind me to:\n- stretch\n- drink water": "Stretch & Drink water",
    r"todo:\n- oil\n- vinegar": "Oil & Vinegar",
    r"add:\nmilk\neggs": "Milk & Eggs",
    r"add these:\nbuy jam\ncall Zoe": "Buy jam & Call Zoe",
    # a heading above them
    r"Groceries:\n- leek\n- flour": "Leek & Flour",
    r"# Shopping\nleek\nflour": "Leek & Flour",
    r"Shopping list\n- figs\n- dates": "Figs & Dates",
    r"Shopping list\nfigs\nplums": "Figs & Plums",
    r"## Weekend\n- rake leaves\n- see Jo": "Rake leaves & See Jo",
    r"**Errands**\n- bank\n- post office": "Bank & Post office",
    r"Trip to Rome\n- book the hotel\n- buy a map": "Book the hotel & Buy a map",
    r"This week:\n- gym\n- laundry": "Gym & Laundry",
    r"My tasks:\n- gym\n- laundry\nThanks!": "Gym & Laundry",
    r"Work:\n- send offer\n\nHome:\n- fix tap": "Send offer & Fix tap",
    r"- Camping:\n  - tent\n  - stove\n- call Ed": "Tent & Stove & Call Ed",
    r"tomorrow:\n- gym\n- call Ed at 5pm": "Gym | 2026-11-22 & Call Ed | 2026-11-22 | 17:00",
    r"Monday:\n- swim\nFriday:\n- rest": "Swim | 2026-11-23 & Rest | 2026-11-27",
    # marks
    r"- milk\n- eggs": "Milk & Eggs",
    r"* milk\n* eggs": "Milk & Eggs",
    r"• milk\n• eggs": "Milk & Eggs",
    r"– milk\n– eggs": "Milk & Eggs",
    r"a) milk\nb) eggs\nc) tea": "Milk & Eggs & Tea",
    r"A. milk\nB. eggs": "Milk & Eggs",
    r"i) milk\nii) eggs\niii) tea": "Milk & Eggs & Tea",
    r"(1) milk\n(2) eggs": "Milk & Eggs",
    r"1️⃣ milk\n2️⃣ eggs": "Milk & Eggs",
    r"🥛 milk\n🥚 eggs": "Milk & Eggs",
    r"👉 milk\n👉 eggs": "Milk & Eggs",
    r"- party\n  - buy cake\n  - invite Ann": "Party & Buy cake & Invite Ann",
    r"- milk,\n- eggs;\n- tea": "Milk & Eggs & Tea",
    "- milk\r\n- eggs\r\n": "Milk & Eggs",
    "-\tmilk\n-\teggs": "Milk & Eggs",
    r"- milk\n\n- eggs\n\n\n- tea": "Milk & Eggs & Tea",
    r"todo: buy milk\ntodo: call mom": "Buy milk & Call mom",
    r"TODO - buy milk\nTODO - call mom": "Buy milk & Call mom",
    r"> buy milk\n> call mom": "Buy milk & Call mom",
    r"> - buy milk\n> - call mom": "Buy milk & Call mom",
    r"add 1. milk 2. eggs 3. tea": "Milk & Eggs & Tea",
    r"add milk\n- eggs\n- tea": "Milk & Eggs & Tea",
    r"add these: milk and eggs": "Milk & Eggs",
    r"add the following to my list: milk, eggs": "Milk & Eggs",
    r"add buy milk. Also call mom. Then pay rent.": "Buy milk & Call mom & Pay rent",
    r"1) call mom 2) call dad": "Call mom & Call dad",
    # ticked off
    r"- [ ] milk\n- [x] eggs": "Milk & Eggs | done",
    r"[X] milk\n[ ] eggs": "Milk | done & Eggs",
    r"1. [x] milk\n2. [ ] eggs": "Milk | done & Eggs",
    r"☐ milk\n☑ eggs": "Milk & Eggs | done",
    r"⬜ milk\n✅ eggs": "Milk & Eggs | done",
    r"✅ milk\n✅ eggs": "Milk & Eggs",
    r"- ~~milk~~\n- eggs": "Milk | done & Eggs",
    r"- milk (done)\n- eggs": "Milk | done & Eggs",
    r"To do:\n- milk\nDone:\n- eggs": "Milk & Eggs | done",
    r"add these:\n- [x] milk\n- [ ] eggs": "Milk | done & Eggs",
    # what an item says
    r"1) call mom (high priority)": "Call mom | high",
    r"- call mom [urgent]\n- eggs tomorrow": "Call mom | high & Eggs | 2026-11-22",
    r"- dentist (friday 3pm)\n- eggs": "Dentist | 2026-11-27 | 15:00 & Eggs",
    r"- call Bob, Ann and Tom\n- salt and pepper": "Call Bob, Ann and Tom & Salt and pepper",
    r"- buy a laptop\n  32 GB at least\n- eggs": "Buy a laptop | note: 32 GB at least & Eggs",
    r"buy nuts (salted, roasted) and figs": "Buy nuts (salted, roasted) and figs",
    r"call Bob (about the (new) car)": "Call Bob (about the (new) car)",
    r"call mom (friday, high priority)": "Call mom | 2026-11-27 | high",
    r"add Groceries: milk, eggs": "Milk & Eggs",
    # tables
    r"title,due,priority\nBuy milk,2026-12-01,high\nCall Ann,,low": (
        "Buy milk | 2026-12-01 | high & Call Ann | low"
    ),
    r"task;done\nmilk;yes\neggs;no": "Milk | done & Eggs",
    r"Task\tNotes\nmilk\tof oats\neggs\t": "Milk | note: of oats & Eggs",
    r'title,notes\n"milk, oats","two, please"': "Milk, oats | note: two, please",
    r"| Task | Due |\n|---|---|\n| Buy milk | tomorrow |\n| Call Ann | |": (
        "Buy milk | 2026-11-22 & Call Ann"
    ),
    r"| What | Who |\n| :-- | --: |\n| milk | Bob |": "Milk | note: Who: Bob",
    r"Fruit | Shelf\n---|---\npears | 3": "Pears | note: Shelf: 3",
    r"add these:\ntitle,due\nmilk,friday": "Milk | 2026-11-27",
    r"#,Task,Due date\n1,milk,2026-12-02\n2,eggs,": "Milk | 2026-12-02 & Eggs",
    r"task,priority\nmilk,P1\neggs,3\ntea,": "Milk | high & Eggs | low & Tea",
    r"name,due\nmilk,whenever": "Milk | note: Due: whenever",
}


@pytest.mark.parametrize("text", LISTS)
def test_the_items_alone_are_added(text: str) -> None:
    assert added(text) == LISTS[text].split(" & ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"Groceries:\n- leek\n- flour", "I took “Groceries” as a heading."),
        (r"Work:\n- send offer\n\nHome:\n- fix tap", "I took “Work”, “Home” as headings."),
        (r"add these:\n- tea\n- rice\nno hurry about any", "I left out “no hurry about any”."),
        (r"add Shopping list: milk, eggs", "I took “Shopping list” as a heading."),
    ],
)
def test_what_is_no_task_is_named(text: str, words: str) -> None:
    intent = read(text)

    assert isinstance(intent, Add)
    assert words in intent.remarks


@pytest.mark.parametrize("count", [20, 100])
def test_so_many_lines_are_so_many_tasks(count: int) -> None:
    titles = [f"Sort box {n}" for n in range(count)]

    for text in ("\n".join(f"- {title}" for title in titles), "\n".join(titles)):
        assert added(text) == titles


def test_more_than_a_hundred_lines_are_refused_whole() -> None:
    for mark in ("- ", ""):
        intent = read("\n".join(f"{mark}buy thing {n}" for n in range(101)))

        assert isinstance(intent, Refuse)
        assert "101 tasks" in intent.words


def test_a_day_that_does_not_exist_is_named_with_its_line() -> None:
    intent = read(r"add these:\n- tea\n- pay rent on 31 Feb")

    assert intent == Refuse("“pay rent on 31 Feb”: There is no 31 February. Nothing was added.")


MAIL = (
    "Hi Anna,\n\nI hope you are well. Could you send me the {what} by friday? I need it soon.\n\n"
)
LETTERS = [
    *(MAIL.format(what=what) + end for what, end in (
        ("report", "Best regards\nTom"), ("photos", "Cheers,\nZoe"), ("key", "Kind regards,\nJo"),
        ("slides", "Thanks!\nAli"), ("invoice", "Sincerely\nM"), ("plan", "Love,\nMum"),
    )),
    "From: zoe@example.org\nSubject: Roof repair\n\nThe roof leaks again. Please come by.\n",
    "Dear all,\nthe meeting is moved to monday at nine, in the large room on the first floor.\nBob",
    "The roof has been leaking since last week. We put buckets under it. The man who came monday "
    "said that it takes three days. He did not say what it costs. Perhaps Bob knows somebody else.",
    "We had a long talk about the budget today and agreed on nothing at all in the end.\n"
    "The next one is planned for december, when everybody is back from their holidays.\n",
]  # fmt: skip


@pytest.mark.parametrize("text", LETTERS)
def test_a_text_is_offered_as_one_task_with_all_of_it_in_its_notes(text: str) -> None:
    intent = read(text)

    assert isinstance(intent, Unclear)
    [draft] = intent.drafts
    assert draft.notes == text.strip()
    assert draft.title.lower() not in ("best regards", "hi anna", "anna")
    assert len(draft.title) <= 81


def test_a_mail_is_called_by_its_subject_and_added_when_that_is_said() -> None:
    mail = "Subject: Roof repair\nFrom: Zoe\n\nThe roof leaks again."

    [draft] = read(f"add this mail as a task:\n{mail}").drafts  # type: ignore[union-attr]

    assert draft == Draft("Roof repair", notes=mail)


@pytest.mark.parametrize(
    "text",
    [
        r"delete these:\n- milk\n- eggs",
        r"mark these as done:\n- milk\n- eggs",
        r"I bought:\n- milk\n- eggs",
        r"Done:\n- milk\n- eggs",
        r"which of these is better?\n- milk\n- eggs",
        r"- mark milk as done\n- add eggs",
        r"def f(x):\n    return x\n\nprint(f(1))",
        r"Traceback (most recent call last):\n  File x\nValueError",
        r"```\nadd milk\n```",
        r"---\n===\n***",
        r"> \n> ",
        r"- \n- ",
        r"[ ]\n[ ]",
        r"|\n|",
    ],
)
def test_what_is_no_list_of_things_to_do_adds_nothing(text: str) -> None:
    assert not isinstance(read(text), Add)
