"""A message without what is only manners: typography, "could you please", "thanks"."""

import re

from agent.offline.words import any_of

TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "`": "'", "\u00a0": " ", "\u202f": " "})
SPACES = re.compile(r"[^\S\n]+")

ORDERS = (
    r"(?:add|cancel|change|clear|complete|create|delete|edit|find|jot|know|list|make|mark|move"
    r"|note|postpone|push|put|remind|remove|rename|reopen|reschedule|restore|see|set|show|tick"
    r"|undo|update|write)"
)
FOR_ASSISTANTS = (
    r"(?=(?:add|create|delete|know|list|mark|move|postpone|remove|rename|reschedule|see)\b)"
)
SMILE = (
    r"(?:[🙏😊🙂😀😃😄😁😅😉😇🤗🥰😍😘👍👋🙌👏💪❤💕💖💙💜✨🌟🎉☺]"
    r"[\ufe0f\u200d\U0001f3fb-\U0001f3ff]*|[:;]-?[)D]|<3|\^\^)"
)
WORDS = (
    r"(?:hey|hi|hello|yo|ok|okay|(?:pretty )?please|pls|plz|kindly|so|also|and|now|then|oh|ah"
    r"|gm|alright|all right|yes|yeah|sure|assistant|bot|quick one|real quick|um+|hm+"
    r"|by the way|btw|fyi|guess what"
    r"|for (?:god|goodness|heaven|pete)'?s? sake|omg"
    r"|wait(?=[,!.]|\s(?:no|i|it|that|what|don't|actually)\b))"
)
PRAISE = (
    r"(?:thanks(?: a lot| so much)?|thank you(?: so much| very much)?|thx|ty|well|great|cool|nice"
    r"|perfect|good (?:morning|afternoon|evening|day))"
)
WHEN_YOU_CAN = (
    r"(?:(?:when(?:ever)?|if|once|as soon as) (?:you (?:get|have|find|got) (?:a|the|some|an?other)?"
    r" ?(?:free )?(?:chance|moment|minute|min|sec|second|time)|you(?:'re| are) (?:free|able)"
    r"|you (?:can|could|may|like|would|don't mind|wouldn't mind)|possible|it's no trouble"
    r"|that's (?:ok|okay|possible|alright))|at your (?:earliest )?convenience)"
)
FIRST = any_of(
    rf"{WORDS}(?:[\s,!.:]{{1,3}}(?:there|assistant|bot))?[\s,!.:]+(?=\S)",
    rf"{PRAISE}(?: (?:there|assistant|bot|everyone))?"
    rf"(?:\s?[,!.:]+\s?(?=\S)|\s(?!note\b)(?=(?:{ORDERS}|can|could|would|will|please|i|what|and)\b))",
    rf"(?:alexa|siri|google|jarvis|computer|dude|bro|mate|sir|dear)[\s,]+(?={ORDERS}\b)",
    rf"{WHEN_YOU_CAN}[\s,]+(?=(?:please |can |could |would |will )?(?:you )?{ORDERS}\b)",
    rf"{SMILE}\s*(?=\S)",
)
ASKING = any_of(
    r"(?:can|could|would|will) (?:you|u) (?:(?:please|pls|kindly|just|also|now|maybe|possibly) )?"
    r"(?=\S)",
    rf"(?:can|could|may|might) (?:i|we) (?:please )?(?:ask|get|have) you to (?={ORDERS}\b)",
    rf"i(?:'d| would) like (?:you )?to {FOR_ASSISTANTS}|i (?:want|need) to {FOR_ASSISTANTS}",
    r"(?:i (?:want|need)|i(?:'d| would) like) you to ",
    rf"(?:i was wondering|i wonder|do you think|i'd appreciate it|(?:it|that) would be "
    rf"(?:great|nice|good|lovely|awesome)) ?(?:if )?you (?:can|could|would) (?={ORDERS}\b)",
    rf"let's {FOR_ASSISTANTS}|just |go ahead and |do me a favou?r(?:,? and|[,:])? ?(?={ORDERS}\b)",
    rf"be (?:so kind|a dear|kind enough)(?: as)?,? (?:to|and) (?={ORDERS}\b)",
    rf"help me (?={ORDERS}\b)",
    r"(?:remind me|let me know) (?:again )?"
    r"(?=(?:what|which|how many) (?:\w+ )?(?:i|do|is|are|tasks?|have)\b)",
)
MIND = any_of(
    r"(?:(?:would|do) you )?mind (?:please )?"
    r"(?P<verb>add|creat|delet|mark|mov|ping|put|remind|remov)t?ing "
)
LET_KNOW = any_of(
    r"i(?: (?:need|want|have) to|(?:'d| would) (?:like|love) to| should| must) be reminded(?= )",
    r"let me know when it(?:'s| is) time(?= to )",
    r"(?P<at>let me know when it(?:'s| is)(?= (?:\d|noon|midday)))",
    r"let me know(?= (?:at|in|tomorrow|tonight|on \w+day|(?:an?|half an|\d{1,3}) \w+ before)\b)"
    r"(?!.*\b(?:what|which|how|if|whether|who|when)\b)",
)
"""It says "remind me", or with ``at`` "remind me at"."""
MINDED = {"creat": "create", "delet": "delete", "mov": "move", "remov": "remove"}
THANKS = (
    r"(?:(?:many |much )?(?:thanks|thank (?:you|u)|thx|thnx|thanx|ty|tysm|tyvm|tia|cheers)"
    r"(?: (?:a (?:lot|million|bunch|ton)|so much|so very much|very much|much|loads|again|you"
    r"|indeed|ever so much|heaps|kindly|sir|madam|love"
    r"|in advance|bot|assistant|buddy|mate|dear|man))*)"
)
NO_MANNERS = (
    r"(?<!\bsay)(?<!\bsend)(?<!\bsaying)(?<!\bof)(?<!\bmy)(?<!\ba)(?<!\bour)"
    r"(?<!\bno)(?<!\bmany)(?<!\bwith)"
)
LAST = any_of(
    rf"{NO_MANNERS}[\s,.;–-]{{1,3}}(?:(?:pretty )?please|pls|plz|kindly|{THANKS})$",
    r"\s?[,.!;–-]\s?(?:ok|okay|alright|(?:will|would|can|could) (?:you|u)|yeah|bye"
    r"|(?:i(?:'d| would)? )?appreciate (?:it|that)|much appreciated|you(?:'re| are) the best"
    r"|you rock|have a (?:nice|good|great) (?:day|one|evening|weekend)"
    r"|(?:that|it) would be (?:great|nice|lovely|awesome|amazing|super|good))$",
    rf"[\s,.;–-]{{1,3}}{WHEN_YOU_CAN}$",
    rf"\s?{SMILE}$",
    r"[\s,.;!–-]{1,3}(?:real quick|lol|haha|omg|phew|thank (?:god|goodness|heavens))$",
    r"\s?,\s?(?:sir|madam|ma'am|mate|buddy|dear|bro|dude)$",
)
FOR_ME = any_of(r"[\s,]{1,3}(?:for me|on my behalf|will you|would you)$")
LONGEST_LAST = 80
"""Characters; the longest phrase of manners that is looked for at the end."""

MOST_PHRASES = 12
"""Of manners, before a request and again after it."""


def clean(message: str) -> str:
    """With plain apostrophes and single spaces, so that patterns can be plain too."""
    return SPACES.sub(" ", message.translate(TYPOGRAPHY)).strip()


def plain(text: str) -> str:
    """Only the request: without the words of courtesy around it and the mark at its end."""
    text = text.strip()
    start = _after_manners(text)
    ordered = start > 0 or re.match(rf"{ORDERS}\b", text, re.IGNORECASE)
    rest = _before_manners(text[start:], for_me=bool(ordered))
    if mind := MIND.match(rest):
        verb = mind["verb"].lower()
        rest = f"{MINDED.get(verb, verb)} {rest[mind.end() :]}"
    if known := LET_KNOW.match(rest):
        rest = f"remind me{' at' if known['at'] else ''}{rest[known.end() :]}"
    return rest.rstrip(" .?" if rest.endswith("!!") else " .!?")


def _after_manners(text: str) -> int:
    """Where the request begins."""
    start = 0
    for _ in range(MOST_PHRASES):
        match = FIRST.match(text, start) or ASKING.match(text, start)
        if not match:
            break
        start = match.end()
    return start


def _before_manners(text: str, *, for_me: bool) -> str:
    for _ in range(MOST_PHRASES):
        bare = text.rstrip(" \n.!?,")
        begin = max(0, len(bare) - LONGEST_LAST)
        match = LAST.search(bare, begin) or (FOR_ME.search(bare, begin) if for_me else None)
        if not match:
            break
        text = bare[: match.start()]
    return text
