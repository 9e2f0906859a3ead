"""No regular expression takes more time than there is text; what can is found in its parse tree."""

import re

import pytest

from tests.agent.expressions import expressions, faults_of


def test_expressions_are_linear() -> None:
    faulty = {
        (each.module, each.pattern.pattern): faults
        for each in expressions("agent", "chat")
        if (faults := faults_of(each.pattern, searched=each.searched))
    }

    assert not faulty


def test_expressions_are_found_wherever_they_are() -> None:
    found = expressions("agent", "chat")

    assert len(found) > 200
    assert {"agent.claims", "chat.markdown", "agent.offline.understanding.queries"} <= {
        each.module for each in found
    }


FAULTS = [
    (r"(?:a+)+", "nested"),
    (r"(?:a+b?)*c", "nested"),
    (r"(?:\s*,?\s*x?)+$", "nested"),
    (r"(?:(?:a|b+)*)*x", "nested"),
    (r"(?:\w+\s*)+!", "nested"),
    (r"(?:[a-z]+a)+!", "nested"),
    (r"\s*\s+x", "adjacent"),
    (r".+?\w*x", "adjacent"),
    (r"(?P<a>\w+)(?:\d*)(?P<b>[a-z0-9]+)!", "adjacent"),
    (r"a+(?:b|c)?[aA]*x", "adjacent"),
    (r"\s*(?:\s+x)*,", "adjacent"),
    (r"x(?s:.*) *y", "adjacent"),
    (r"\s+,", "begins unbounded"),
    (r"(?:x|(?:\W+)y)", "begins unbounded"),
    (r"(?=x)\w+!", "begins unbounded"),
    (r"(?:,?\s*x)?y", "begins unbounded"),
    (r"(?:[\s,]+please)+", "begins unbounded"),
    (r"\s+$", "begins unbounded"),
    (r"[^.]*?\bis\b", "begins unbounded"),
]
GOOD = [
    r"x(?:[\s,]+(?:there|all))*",
    r"(?<!\w)(?:\w+\s+)+!",
    r"(?<!\w)\w+\s+\w+",
    r"x(?:\s+just|\s+also)*\s+done",
    r"x\w*(?:apple )*!",
    r"x\s*(?s:.*)",
    r"\s+",
    r"(?<!\s)\s+,",
    r"\b\w+!",
    r"^\s*x",
    r"x\s*y\s*",
    r"\d{1,2}\d{1,2}",
    r"(?:a++)+",
    r"a++a*x",
]


@pytest.mark.parametrize(("pattern", "fault"), FAULTS)
def test_a_fault_is_found(pattern: str, fault: str) -> None:
    assert fault in faults_of(re.compile(pattern, re.IGNORECASE), searched=True)


@pytest.mark.parametrize("pattern", GOOD)
def test_what_is_linear_has_no_fault(pattern: str) -> None:
    assert not faults_of(re.compile(pattern, re.IGNORECASE), searched=True)
