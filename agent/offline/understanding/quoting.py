"""What is kept as it stands: quoted text and addresses. While the rest is read, one character
stands in for each of them."""

import re

QUOTATION = re.compile(r"\"[^\"\n]+\"|“[^“”\n]+”|«[^«»\n]+»|(?<!\w)'[^'\n]{2,}'(?!\w)")
PROTECTED = re.compile(rf"{QUOTATION.pattern}|\b(?:https?://|www\.)[^\s\"”]+")
FIRST_STAND_IN = 0xE000  # private use: nobody's text means anything by these characters
STAND_IN = re.compile(r"[\ue000-\uf8ff]")


def shield(text: str) -> tuple[str, list[str]]:
    """``text`` with a stand-in for each quotation and address, and these in their order."""
    quotes: list[str] = []

    def stand_in(match: re.Match[str]) -> str:
        quotes.append(match[0])
        return chr(FIRST_STAND_IN + len(quotes) - 1)

    return PROTECTED.sub(stand_in, text), quotes


def restore(text: str, quotes: list[str]) -> str:
    def quotation(match: re.Match[str]) -> str:
        place = ord(match[0]) - FIRST_STAND_IN
        return quotes[place] if place < len(quotes) else match[0]

    return STAND_IN.sub(quotation, text)
