"""iCalendar (RFC 5545)."""

from transfer.formats.ics.reading import read
from transfer.formats.ics.writing import write

TITLE = "iCalendar (.ics)"

__all__ = ["TITLE", "read", "recognizes", "write"]


def recognizes(head: str) -> bool:
    return head.lstrip("\ufeff \t\r\n")[:15].upper() == "BEGIN:VCALENDAR"
