"""When a task is to ring: what the person asked for, its words, its moment. Knows no rows.

What is kept with a task is a tuple of specs (``Spec``), and the moment of each is computed from
them, from the day and time of the task, and from the clock of its owner.
"""

from todos.reminding.asking import check_number, read, read_moment, words_of
from todos.reminding.clock import Clock
from todos.reminding.habits import Habits
from todos.reminding.occasion import Occasion
from todos.reminding.reminding import LONGEST, MOST, Reminding, Spec, carried

__all__ = [
    "LONGEST",
    "MOST",
    "Clock",
    "Habits",
    "Occasion",
    "Reminding",
    "Spec",
    "carried",
    "check_number",
    "read",
    "read_moment",
    "words_of",
]
