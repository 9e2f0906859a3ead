"""How a task repeats: the rule, its days, its words. Knows no rows and no clock.

Only days are computed, as a calendar on the wall has them. A time of day, its zone and daylight
saving come in where the day and the time of a task become a moment: after the day is known.
"""

from todos.repeating.rule import Repeat

__all__ = ["Repeat"]
