"""Phrases that people say to the built-in assistant, and how they are judged: by rows, not words.

A file of ``phrases/`` is a kind. It is told in groups, each of them beginning with an empty line:

    task {do} | 2026-11-22 17:00    a row there is before, as a dialogue tells it
    list Groceries                  a list there is before
    made 2026-11-21 11:30           when these rows were made; else a moment ago
    say what do I have today?       what was said before, in the same conversation
    (mark|tick) {do} as done => {do} -> {do} | done

Every phrase is said to a list of its own. ``(a|b)`` stands for two phrases and ``<a>`` for one with
and one without. Names are drawn anew for each run: {do} {do2} {do3} are titles that begin with a
verb, {thing} {thing2} titles that do not, {new} {new2} things to do that are on no list, {person}
somebody. ``{do:past}`` is the same in the past.

Behind the arrow stands what becomes of it, joined by `` & ``:

    asks                    a question, and no row is changed
    same                    no row is changed
    + Call Bob | high       this row is new; | rings: 2026-11-22 09:00 is when it rings
    {do} -> {do} | done     this row has become that one
    lists Home, Work        these are all the lists there are then; else they are as before, and
                            those in which new rows are
    ~ words                 the answer has these words

What people told about themselves is a row, too: ``Me: morning: 07:00``, and ``Forgotten`` later;
and so are the hours in which nothing rings: ``Quiet: 22:00 to 07:00``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from random import Random

import time_machine

from accounts.models import User
from accounts.preferences import Preference
from conversations.models import Conversation
from tests.agent.dialogue import list_of, make, moment, rows_by_id, say
from todos.models import TaskList

KINDS = Path(__file__).parent / "phrases"
ZONE, NOW = "Europe/Berlin", "2026-11-21 12:10"  # a Saturday

DEEDS = """
    call mom = called mom, pay the rent = paid the rent, water the plants = watered the plants,
    clean the garage = cleaned the garage, renew my passport = renewed my passport,
    book a hotel in Lisbon = booked a hotel in Lisbon, feed the cat = fed the cat,
    fix the bike = fixed the bike, wash the car = washed the car,
    return the library books = returned the library books, email Dr. Novak = emailed Dr. Novak,
    order printer ink = ordered printer ink, write the newsletter = wrote the newsletter,
    sell the old sofa = sold the old sofa, pick up the parcel = picked up the parcel,
    paint the fence = painted the fence, sharpen the knives = sharpened the knives,
    submit the expense report = submitted the expense report, visit grandpa = visited grandpa,
    send Chloé the photos = sent Chloé the photos, file the tax return = filed the tax return,
    buy a birthday present = bought a birthday present,
    print the boarding passes = printed the boarding passes,
    back up the laptop = backed up the laptop
"""
THINGS = """
    dentist appointment, grocery run, quarterly budget, piano practice, vet visit, dry cleaning,
    oil change, team retro, swimming lessons, insurance claim, garden party, Spanish homework,
    flu shot, keynote slides, wedding toast, haircut, carpet samples, chess club, roof inspection
"""
NEWS = """
    buy oat milk, ring the plumber, mow the lawn, iron the shirts, collect the keys, learn a poem,
    mend the tent, bake a cake, invite the neighbours, wrap the gifts, replace the bulb,
    download the invoices, draft the minutes, sweep the attic, test the smoke alarm
"""
PEOPLE = "Anna, Bob, Chiara, Deniz, Emeka, Fatima, Goran, Hana"
NAME = re.compile(r"\{(\w+?)(\d?)(:past)?\}")
NO_ROW = re.compile(r"(?:asks|same)$|lists ")
ROW = re.compile(r"(^(?:\+ )?|-> |of: )([^+~])")
IN_LIST = re.compile(r"\| in: ([^|]+?)(?= \||$)")
CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)|<([^<>]+)>")


def _listed(text: str) -> list[str]:
    return [" ".join(name.split()) for name in text.split(",")]


@dataclass(frozen=True)
class Phrase:
    """``outcomes`` are as the file tells them, with names in the place of braces."""

    kind: str
    said: str
    outcomes: tuple[str, ...]
    tasks: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    made: str = NOW


@dataclass
class Verdict:
    phrase: Phrase
    judgement: str
    """``right``; ``honest``: nothing was done that should have been; ``misread``: the right task,
    but wrong in part; ``wrong``: another task changed; ``unasked``: a task nobody asked for."""
    answer: str
    before: dict[object, str] = field(default_factory=dict)
    after: dict[object, str] = field(default_factory=dict)


@cache
def phrases(seed: int) -> list[Phrase]:
    """All of them, with the names that ``seed`` draws."""
    random = Random(seed)
    return [
        phrase
        for path in sorted(KINDS.glob("*.txt"))
        for group in re.split(r"\n\s*\n", path.read_text())
        for phrase in _group(path.stem, group, random)
    ]


def _group(kind: str, group: str, random: Random) -> Iterator[Phrase]:
    lines = [line.strip() for line in group.splitlines() if line.strip()[:1] not in ("", "#")]
    tasks = [line.removeprefix("task ") for line in lines if line.startswith("task ")]
    before = [line.removeprefix("say ") for line in lines if line.startswith("say ")]
    lists = [line[5:] for line in lines if line.startswith("list ") and " => " not in line]
    made = [line.removeprefix("made ") for line in lines if line.startswith("made ")]
    for line in lines[sum(map(len, (tasks, before, lists, made))) :]:
        pattern, arrow, outcome = line.partition(" => ")
        if not arrow:
            raise ValueError(f"not a phrase: {line}")
        for said in _spelled_out(pattern):
            names = Names(random)
            yield Phrase(
                kind,
                names.inside(said).replace("\\r", "\r").replace("\\n", "\n"),
                tuple(
                    each if NO_ROW.match(each) else names.first(each)
                    for each in outcome.split(" & ")
                ),
                tuple(map(names.first, tasks)),
                tuple(map(names.inside, before)),
                tuple(lists),
                *made,
            )


def _spelled_out(pattern: str) -> Iterator[str]:
    """Each phrase that a pattern stands for."""
    parts: list[list[str]] = []
    end = 0
    for match in CHOICE.finditer(pattern):
        parts += [[pattern[end : match.start()]]]
        parts += [match[1].split("|") if match[1] else [match[2], ""]]
        end = match.end()
    for chosen in product(*parts, [pattern[end:]]):
        yield re.sub(" +(?=[ ,?])", "", "".join(chosen)).strip()


class Names:
    """Those of one phrase: the same in what is said and in the rows, and no two alike."""

    def __init__(self, random: Random) -> None:
        self._deeds = random.sample([tuple(deed.split(" = ")) for deed in _listed(DEEDS)], 6)
        self._pools = {
            "thing": random.sample(_listed(THINGS), 4),
            "new": random.sample(_listed(NEWS), 4),
            "person": random.sample(_listed(PEOPLE), 3),
        }

    def inside(self, text: str) -> str:
        """As they stand within a sentence."""
        return NAME.sub(self._name, text)

    def first(self, text: str) -> str:
        """As rows have them: a title begins with a capital."""
        return ROW.sub(lambda match: match[1] + match[2].upper(), self.inside(text))

    def _name(self, match: re.Match[str]) -> str:
        pool, place = match[1], int(match[2] or 1) - 1
        if pool == "do":
            return self._deeds[place][1 if match[3] else 0]
        return self._pools[pool][place]


def judge(phrase: Phrase, user: User) -> Verdict:
    """Say it over the real way of a turn, and look at the rows."""
    conversation = Conversation(user=user)
    with time_machine.travel(moment(phrase.made, ZONE)) as traveller:
        for name in phrase.lists:
            list_of(user, name)
        for row in phrase.tasks:
            make(user, row)
        traveller.move_to(moment(NOW, ZONE))
        for said in phrase.before:
            say(conversation, user, said)
        before, lists = rows_by_id(user) | told_by(user), _lists(user)
        answer = say(conversation, user, phrase.said)
        now = rows_by_id(user) | told_by(user)
    after = dict.fromkeys(before, "Forgotten") | now
    judgement = _judgement(phrase.outcomes, before, after, answer)
    if _lists(user) != _told_lists(phrase.outcomes, lists) and judgement == "right":
        judgement = "wrong" if _lists(user) != lists else "honest"
    return Verdict(phrase, judgement, answer, before, after)


def _lists(user: User) -> set[str]:
    return set(TaskList.objects.for_user(user).values_list("name", flat=True))


def _told_lists(outcomes: tuple[str, ...], before: set[str]) -> set[str]:
    for outcome in outcomes:
        if outcome.startswith("lists "):
            return {name.strip() for name in outcome.removeprefix("lists ").split(",")} - {"none"}
    return before | {name for outcome in outcomes for name in IN_LIST.findall(outcome)}


def told_by(user: User) -> dict[object, str]:
    told: dict[object, str] = {
        each.pk: f"Me: {each.line}" for each in Preference.objects.for_user(user)
    }
    user.refresh_from_db()
    if user.quiet_from and user.quiet_to:
        told["quiet"] = f"Quiet: {user.quiet_from:%H:%M} to {user.quiet_to:%H:%M}"
    return told


def _judgement(
    outcomes: tuple[str, ...], before: dict[object, str], after: dict[object, str], answer: str
) -> str:
    made = sorted(row.removeprefix("+ ") for row in outcomes if row.startswith("+ "))
    became = dict(row.split(" -> ") for row in outcomes if " -> " in row)
    words = [row.removeprefix("~ ").lower() for row in outcomes if row.startswith("~ ")]
    changed = {id: row for id, row in before.items() if after[id] != row}
    new = sorted(row for id, row in after.items() if id not in before)
    title = {id: row.split(" | ")[0] for id, row in before.items()}
    if any(title[id] not in became for id in changed):
        return "wrong"
    if new and not made:
        return "unasked"
    as_asked = all(after[id] == became[title[id]] for id in changed)
    if (new != made and new) or not as_asked:
        return "misread"
    if len(changed) < len(became) or new != made:
        return "misread" if changed or new else "honest"
    if ("asks" in outcomes and "?" not in answer) or not all(w in answer.lower() for w in words):
        return "honest"
    return "right"
