"""A message without what is only manners: typography, "could you please", "thanks"."""

import re

from agent.offline.words import any_of

TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "`": "'", "\u00a0": " ", "\u202f": " "})
SPACES = re.compile(r"[^\S\n]+")

COURTESY = any_of(
    r"(?:(?:hey|hi|hello|ok|okay|please|pls|kindly|so|well|also|and|now|then|oh|ah|alright"
    r"|all right|great|thanks|thank you|yes|yeah|sure|cool|perfect|assistant|bot)"
    r"(?:[\s,!.:]+(?:there|assistant|bot))?[\s,!.:]+)+(?=\S)"
)
FOR_ASSISTANTS = (
    r"(?=(?:add|create|delete|know|list|mark|move|postpone|remove|rename|reschedule|see)\b)"
)
ASKING = any_of(
    r"(?:(?:can|could|would|will) you (?:please |kindly |just |also |now )*"
    r"|i(?:'d| would) like (?:you )?to " + FOR_ASSISTANTS + r"|i (?:want|need) to " + FOR_ASSISTANTS
    + r"|i (?:want|need) you to |let's " + FOR_ASSISTANTS + r"|just |go ahead and )+"
)  # fmt: skip
COURTESY_LAST = any_of(
    r"(?:[\s,]+(?:please|pls)|,\s*(?:thanks|thank you|thx|ok|okay|will you|would you))+[.!?\s]*$"
)


def clean(message: str) -> str:
    """With plain apostrophes and single spaces, so that patterns can be plain too."""
    return SPACES.sub(" ", message.translate(TYPOGRAPHY)).strip()


def plain(text: str) -> str:
    """Only the request: without the words of courtesy around it and the mark at its end."""
    text = text.strip()
    for pattern in (COURTESY, ASKING, COURTESY):
        match = pattern.match(text)
        text = text[match.end() :] if match else text
    urgent = text.endswith("!!")
    return COURTESY_LAST.sub("", text).rstrip(" .?" if urgent else " .!?")
