"""What a language model writes, made safe to keep."""

import re
from typing import Any

UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


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
