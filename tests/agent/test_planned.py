"""A reply about a plan that names what the plan does not have."""

from datetime import date
from typing import Any

import pytest

from agent.planned import is_beyond

TODAY = date(2026, 11, 23)
PLAN: list[Any] = [
    {"day": "2026-11-23"},
    {
        "day": "2026-11-23",
        "free_minutes": 350,
        "tasks": [
            {"id": "9f3c", "title": "Call the dentist", "minutes": 20, "why": "due today"},
            {"id": "77aa", "title": "Chapter 12", "minutes": 70, "why": "put off 3 times"},
        ],
        "does_not_fit": [
            {
                "id": "b",
                "title": "Pay rent",
                "due_date": "2026-11-18",
                "why": "overdue since 18 November",
            }
        ],
    },
]


@pytest.mark.parametrize(
    "reply",
    [
        "Begin with “Call the dentist” (20 minutes), then “Chapter 12”, put off 3 times.",
        "You have 2 tasks and 350 minutes. That is 5 h 50 min, and they take 90 minutes (1.5 h).",
        "1. Call the dentist – due today\n2. **Chapter 12** – 70 minutes\n\n“Pay rent” can wait.",
        "1. First of all:\n - Call the dentist at 9:00\n - Chapter 12 at 10",
        "On 24 November, or Nov 25th, at 17:00 or 5pm, you could do “pay rent”. Or on 2026-11-25.",
        "By the 25th, at 3 pm. The 1st of December, 3/12, 3.12.2026.",
        "Chapter 12 comes first, call the dentist second.",
        "You asked for “a calm day” with 4 breaks: here it is.",
        '“Pay rent” is 5 days overdue. Say "yes" to move it, or “no”.',
        "1. Start with the rent, it is late.\n2. Then the dentist: 330 minutes are left after.",
        "2 of the 3 fit. After the dentist and the chapter you have 4 h 20 min left.",
        "Nothing presses.",
        "",
    ],
)
def test_what_is_in_the_plan_raises_no_warning(reply: str) -> None:
    assert not is_beyond(reply, PLAN, "plan a calm day with 4 breaks on monday", TODAY)


@pytest.mark.parametrize(
    "reply",
    [
        "Begin with “Call the doctor”.",
        "1. Call the dentist\n2. Water the plants",
        "Chapter 12 takes 75 minutes.",
        "You have put that off 7 times.",
        "You have 12 tasks.",
        "“Pay rent” is 11 days overdue.",
        "1. Call the doctor, it is late.",
    ],
)
def test_what_is_not_raises_one(reply: str) -> None:
    plan = PLAN if "12 tasks" not in reply else [{"tasks": [{"title": "Chapter 12"}]}]

    assert is_beyond(reply, plan, "plan monday", TODAY)
