"""Text that can be kept: what databases and encoders refuse, and what nobody can see."""

import json
import re
import unicodedata
from typing import Any

UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}  # controls, format characters, separators


def is_blank(text: str) -> bool:
    """Whether there is nothing to see in it."""
    return all(unicodedata.category(character) in INVISIBLE for character in text)


def one_line(text: str) -> str:
    """Its lines, with a space between them."""
    return " ".join(line for part in text.splitlines() if (line := part.strip()))


def paired(text: str) -> str:
    """A character of two surrogates is whole again, which a cut between them has split."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def clean_text(text: str) -> str:
    """Without NUL and lone surrogates, which no database or UTF-8 encoder takes."""
    return UNSTORABLE.sub("", text)


def clean_json(value: Any) -> Any:
    """The same for every string, and every key, of a JSON value."""
    match value:
        case str():
            return clean_text(value)
        case list():
            return [clean_json(item) for item in value]
        case dict():
            return {clean_text(key): clean_json(item) for key, item in value.items()}
    return value


def as_json(value: Any) -> str:
    """Without spaces, with letters as they are, in one order of keys. Raises ValueError, TypeError.

    So a model reads it in fewer tokens, and the same each time: PostgreSQL keeps another order.
    """
    compact = (",", ":")
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=compact
    )
