"""iCalendar (RFC 5545)."""

from transfer.formats.ics.writing import write

TITLE = "iCalendar (.ics)"

__all__ = ["TITLE", "write"]
