"""The formats in which tasks come in, by their names: a module each."""

from transfer.formats import ics
from transfer.incoming import Format

FORMATS: dict[str, Format] = {"ics": ics}
"""In the order in which they are tried where nobody says which one it is."""
