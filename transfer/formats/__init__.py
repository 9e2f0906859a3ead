"""The formats in which tasks come in, by their names: a module each."""

from transfer.formats import csv, ics, microsoft, ndjson, takeout, todoist, todotxt
from transfer.incoming import Format

FORMATS: dict[str, Format] = {
    "ndjson": ndjson,
    "ics": ics,
    "takeout": takeout,
    "microsoft": microsoft,
    "todoist": todoist,
    "csv": csv,
    "todotxt": todotxt,
}
"""In the order in which they are tried where nobody says which one it is."""
