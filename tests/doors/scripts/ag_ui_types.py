"""The types of AG-UI as its package has them."""

from ag_ui.core import Event
from lines import serve
from pydantic import TypeAdapter

EVENT = TypeAdapter(Event)


def check(events):
    """The members that the package does not know, by event: it keeps what it does not know."""
    read = [EVENT.validate_python(event) for event in events]
    return [[event.type.value, sorted(event.model_extra)] for event in read if event.model_extra]


serve(check)
