"""Names that are nearly the same."""

import pytest

from agent.tools.near import near


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Grocery", "Groceries"), ("groceries", "GROCERIES"), ("Cafe", "Café"), ("Wrok", "Work"),
        ("Grocaries", "Groceries"), ("Errand", "errands"), ("the Home list", "Home"),
        ("🛒 Groceries", "Groceries"), ("To-do at home", "Todo at home"), ("Boxes", "Box"),
        ("Birthday gift", "Birthday gifts"), ("Reisen", "Reise"), ("Покупка", "Покупки"),
    ],
)  # fmt: skip
def test_these_may_be_the_same(name: str, other: str) -> None:
    assert near(name, [other]) == [other]
    assert near(other, [name]) == [name]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Work", "Home"), ("2025", "2026"), ("Team A", "Team B"), ("Week 1", "Week 2"),
        ("Gym", "Gyn"), ("Home", "Rome"), ("🎂", "🎈"), ("Trip to Rome", "Trip"),
        ("買い物", "仕事"), ("Work", "Work stuff"), ("H1", "H2"),
    ],
)  # fmt: skip
def test_these_are_others(name: str, other: str) -> None:
    assert near(name, [other]) == []
    assert near(other, [name]) == []
