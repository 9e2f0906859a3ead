"""Text that can be kept: what databases and encoders refuse, and what nobody can see."""

import json
import re
import unicodedata
from typing import Any

UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
NUL = "\\u0000"
"""As JSON writes it, or as a text of JSON within one."""
INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}  # controls, format characters, separators

COMPACT = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


def is_blank(text: str) -> bool:
    """Whether there is nothing to see in it."""
    return INVISIBLE.issuperset(map(unicodedata.category, text))


def one_line(text: str) -> str:
    """Its lines, with a space between them."""
    return " ".join(line for part in text.splitlines() if (line := part.strip()))


def paired(text: str) -> str:
    """A character of two surrogates is whole again, which a cut between them has split."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def clean_text(text: str) -> str:
    """Without NUL and lone surrogates, which no database or UTF-8 encoder takes."""
    return text if _is_clean(text) else UNSTORABLE.sub("", text)


def _is_clean(text: str) -> bool:
    """By an encoder, in a tenth of the time of a regular expression."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


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
    return COMPACT.encode(value)


def as_clean_json(value: Any) -> str:
    """Likewise, of ``clean_json``, which most values need not be walked through for."""
    text = as_json(value)
    return text if _is_clean(text) and NUL not in text else as_json(clean_json(value))
