"""What is past is told by its calls and its reply; no message is understood anew in each turn."""

from time import thread_time

import pytest

from agent import prompt
from agent.llm import LLMTimeout, Message
from agent.offline.assistant import OfflineLLM
from tests.agent.offline_steps import (
    BOB,
    MILK,
    REPORT,
    created,
    done,
    listed,
    requests,
    said,
    step,
    user,
    words,
)

DUMPS = [
    "I keep thinking about the garden, the shed and the fence, and whether we should paint it. ",
    "Today we talked to Ann about the trip, on friday or so, and then it rained, as it does; ",
    "milk, and, ",
    "call the bank, set the alarm to seven, move the boxes to the cellar, and so on and on, ",
]
TITLES = ["Buy tea", "Pay rent - march", "Call “Bob”", "Plan (A): go, or not", "2. Act", "Été"]


def cpu_of(*messages: Message | list[Message]) -> float:
    """Seconds of this thread; the best of three."""
    took = []
    for _ in range(3):
        begun = thread_time()
        step(*messages)
        took.append(thread_time() - begun)
    return min(took)


@pytest.mark.parametrize("dump", DUMPS)
@pytest.mark.parametrize("answer", ["Noted.", "Shall I add that as a task? (yes or no)"])
def test_long_messages_of_the_past_cost_next_to_nothing(dump: str, answer: str) -> None:
    text = (dump * 10_000)[:10_000]
    past = [message for _ in range(13) for message in (user(text), said(answer))]

    fresh = cpu_of(user("hello"))

    assert cpu_of(*past, user("thanks"), said("You are welcome."), user("hello")) < fresh + 0.05


def test_a_hundred_questions_are_not_understood_anew() -> None:
    asked = [user("complete the milk and the report, and the cellar too" + " please" * 20)]
    past = [*asked, said("2 tasks fit “milk”. Which one?")] * 100

    few, many = cpu_of(*past[:30], user("hello")), cpu_of(*past, user("hello"))

    assert many < few + 0.05


def test_a_call_has_a_deadline() -> None:
    messages = [{"role": "system", "content": prompt.INSTRUCTIONS}, user("add milk")]

    with pytest.raises(LLMTimeout):
        list(OfflineLLM(deadline=-1).stream(messages, []))
    with pytest.raises(LLMTimeout):
        list(OfflineLLM(deadline=-1).stream([*messages, said("Added."), user("hi")], []))


def test_the_question_of_a_long_message_is_still_answered() -> None:
    asked, search = user("complete call" + " " * 5_000 + "please"), {"status": "all"}
    found = listed(BOB, REPORT | {"title": "Call Ann"}, **search, search="call")
    which = words(asked, found)
    assert "2 tasks fit" in which

    made = requests(asked, found, said(which), user("2"))

    assert made == [("complete_task", {"task_id": REPORT["id"]})]


def test_a_chain_of_questions_is_answered() -> None:
    anna, bert = BOB | {"title": "Call Anna Bell"}, MILK | {"title": "Call Anna Cole"}
    asked, search = user("complete call"), {"status": "all", "search": "call"}
    found = listed(anna, bert, REPORT | {"title": "Call Dan"}, **search)
    which = words(asked, found)
    still = words(asked, found, said(which), user("anna"))
    assert "still fits more than one" in still

    made = requests(asked, found, said(which), user("anna"), said(still), user("2"))

    assert made == [("complete_task", {"task_id": bert["id"]})]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize(
    "line", ["{}. {}", "{}. {} – due today", "{}) **{}** (due today)", "- {1}"]
)
def test_numbers_are_those_of_the_lines_that_were_shown(title: str, line: str) -> None:
    told = [MILK, REPORT, BOB | {"title": title}]
    shown = [told[2], told[0]]
    lines = "\n".join(line.format(place, task["title"]) for place, task in enumerate(shown, 1))
    history = [user("qué tengo?"), listed(*told), said(f"You have these:\n{lines}")]

    assert requests(*history, user("complete 1")) == [("complete_task", {"task_id": BOB["id"]})]
    assert requests(*history, user("complete 2")) == [("complete_task", {"task_id": MILK["id"]})]


@pytest.mark.parametrize("other", ["Milch kaufen", "Buy Milk", "Write the report", "Bob"])
def test_numbers_of_a_list_that_is_not_known_line_by_line_are_asked_for(other: str) -> None:
    told = listed(MILK, REPORT, BOB)
    history = [user("was habe ich"), told, said(f"1. {other}\n2. Call Bob\n3. Write report")]

    assert requests(*history, user("complete 3")) == [("list_tasks", {})]


def test_two_tasks_of_one_name_are_numbered_as_they_were_looked_up() -> None:
    twin = MILK | {"id": "0190-9"}
    history = [user("what do I have?"), listed(MILK, twin), said("1. Buy milk\n2. Buy milk")]

    assert requests(*history, user("delete 2")) == [("delete_task", {"task_id": twin["id"]})]


@pytest.mark.parametrize("named", ["call Bob", "the milk", "my report", "tea"])
def test_what_was_only_looked_up_for_a_change_is_no_list(named: str) -> None:
    first = [user("what do I have?"), listed(MILK, REPORT), said("1. Buy milk\n2. Write report")]
    looked_up = listed(BOB, status="all", search=named)
    finished = done("complete_task", {"task_id": BOB["id"]}, {"task": BOB | {"completed": True}})
    second = [user(f"{named} is done"), looked_up, finished, said("Well done: “Call Bob” is done.")]

    assert requests(*first, *second, user("complete 2")) == [
        ("complete_task", {"task_id": REPORT["id"]})
    ]


@pytest.mark.parametrize(
    "refusal",
    ["I found no task about “tea”, so nothing has changed.", "I found no task about “tea”.",
     "That is further away than my calendar goes. Nothing has changed."],
)  # fmt: skip
def test_after_a_refusal_it_and_2_mean_nothing_that_was_not_shown(refusal: str) -> None:
    history = [user("what of tea"), listed(MILK, REPORT), said(refusal)]

    assert requests(*history, user("complete 2")) == [("list_tasks", {})]
    assert requests(*history, user("complete it")) == [("list_tasks", {})]


def test_it_is_what_the_end_of_the_reply_speaks_of() -> None:
    finished = done("complete_task", {"task_id": MILK["id"]}, {"task": MILK | {"completed": True}})
    changed = done("update_task", {"task_id": BOB["id"]}, {"task": BOB})
    reply = "Well done: “Buy milk” is finished.\n\n“Call Bob” is now high priority."
    history = [user("milk is done. bob is urgent"), finished, changed, said(reply)]

    assert requests(*history, user("delete it")) == [("delete_task", {"task_id": BOB["id"]})]


def test_it_is_all_that_was_changed_where_the_reply_names_nothing() -> None:
    history = [user("…"), created(MILK), created(BOB), said("Listo.")]

    both = [("complete_task", {"task_ids": [MILK["id"], BOB["id"]]})]
    assert requests(*history, user("complete them")) == both
