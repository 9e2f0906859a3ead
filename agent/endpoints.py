"""The endpoints of language models, as the setting ``AGENT_MODELS`` lists them.

Of what was given, keys above all, nothing is in the errors.
"""

import json
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from text.addresses import web_address

BUILT_IN: Literal["built-in"] = "built-in"
EXAMPLE = '[{"base_url": "https://api.openai.com/v1", "model": "gpt-4.1-mini"}, "built-in"]'


class FaultyEndpoints(ValueError):
    """Why the list cannot be used, in a sentence or two."""


def _address(url: str) -> str:
    if not web_address(url):
        raise ValueError("it is no http or https address")
    return url


def _text(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Key = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[\x21-\x7e]*$")]
Seconds = Annotated[float, Field(ge=1, le=86_400)]


class Endpoint(BaseModel):
    """A model behind an address. What is None is as for all, by the settings that tell it."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    base_url: Annotated[str, BeforeValidator(_text), AfterValidator(_address)]
    model: Annotated[Text, StringConstraints(min_length=1)]
    api_key: Key | None = Field(None, repr=False)
    name: Text = ""
    context_tokens: Annotated[int, Field(ge=1)] | None = None
    max_tokens: Annotated[int, Field(ge=0)] | None = None
    first_byte: Seconds | None = None
    idle: Seconds | None = None


Listed = Endpoint | Literal["built-in"]


def read(text: str) -> list[Listed]:
    """At least one; the built-in assistant, if it is among them, is the last. FaultyEndpoints."""
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise FaultyEndpoints(f"It is not JSON{place}. Give a list: {EXAMPLE}") from None
    if not isinstance(entries, list) or not entries:
        raise FaultyEndpoints(f"It is not a list of endpoints. Give one: {EXAMPLE}")
    if BUILT_IN in entries[:-1]:
        raise FaultyEndpoints('"built-in" can only be the last entry: it never fails.')
    return [_entry(place, entry) for place, entry in enumerate(entries, 1)]


def _entry(place: int, entry: Any) -> Listed:
    if entry == BUILT_IN:
        return BUILT_IN
    if not isinstance(entry, dict):
        raise FaultyEndpoints(f'Entry {place} is neither an object nor "built-in".')
    try:
        return Endpoint.model_validate(entry)
    except ValidationError as error:
        faults = "; ".join(map(_sentence, error.errors(include_input=False, include_url=False)))
        raise FaultyEndpoints(f"Entry {place}: {faults}.") from None


def _sentence(fault: Any) -> str:
    field = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        known = ", ".join(Endpoint.model_fields)
        return f"a field is not known (known are {known})"
    words = {
        "missing": "is missing",
        "string_pattern_mismatch": "has characters that no key has",
        "string_too_short": "is empty",
    }
    told = words.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
    return f"“{field}” {told}" if fault["type"] in words else f"“{field}”: {told}"
