"""What is wide: more than a person who does not look twice should find changed."""

MOST_DELETED = 3
MOST_CHANGED = 10
DELETING = frozenset({"delete", "delete_list"})
"""What takes tasks away; a list with its tasks is wide, however few they are."""


def is_wide(do: str, number: int) -> bool:
    """Whether to ``do`` this to so many tasks takes consent; ``do`` is that of an operation."""
    if do == "delete_list":
        return number > 0
    return number > (MOST_DELETED if do in DELETING else MOST_CHANGED)
