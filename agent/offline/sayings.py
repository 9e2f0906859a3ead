"""Small talk: what is said about nothing in particular, and what to answer."""

from agent.offline.words import any_of

HELP = """\
I am the built-in assistant of Todo Chat, and I look after your tasks. You can say, for example:
– “Add buy milk tomorrow at 5pm” or “remind me to call mum next friday”
– “What do I have this week?”, “what's overdue?”, “anything about milk?”
– “Milk is done”, “complete 2”, “reopen milk”
– “Move the report to monday”, “make it high priority”, “rename it to pay rent”
– “Delete the milk task”
– “Undo”, which takes back what was done last, “undo the last two”, “restore milk”
I understand plain, short English, and I ask when I am not sure which task you mean."""

SAYINGS = {
    "help": HELP,
    "who": "I am the built-in assistant of Todo Chat: a small program that reads plain English "
    "about your tasks. Say “help” to see what I can do.",
    "hello": "Hello! What would you like to get done? You can say “add buy milk tomorrow” "
    "or “what do I have today?”.",
    "how_are_you": "All in good order, thank you. What would you like to get done?",
    "thanks": "You are welcome.",
    "praise": "Thank you, glad to be of use.",
    "bye": "Goodbye, and good luck with your list.",
    "ok": "Good. Just tell me when there is something to add or to tick off.",
    "left": "All right, I left everything as it is.",
    "nothing_to_confirm": "All right. What shall I do? “Help” shows what I understand.",
    "no_bulk": "I do not delete tasks all at once. Tell me their numbers, such as “1 and 3”.",
    "off_topic": "That is beyond me, I am afraid: I only look after your tasks. I can add one, "
    "or tell you what is due today.",
}

FRIEND = r"(?:[\s,]+(?:there|all|again|you|assistant|bot|friend|todo chat))*"
FOR_WHAT = (
    r"(?:[\s,]+(?:a lot|so much|very much|again|a bunch|for (?:your|the) help|for that|you|bot))*"
)
TOPICS = [
    (
        any_of(
            r"(?:hi|hello|hey|hiya|howdy|yo|good (?:morning|afternoon|evening|day)|greetings)"
            + FRIEND,
        ),
        "hello",
    ),
    (
        any_of(
            r"(?:(?:hi|hello|hey)[\s,]+)?(?:how are you|how's it going|what's up|how are things)"
            r"(?: doing)?(?: today)?",
        ),
        "how_are_you",
    ),
    (
        any_of(
            r"(?:(?:many|ok|okay|great|perfect|no)[\s,]+)?(?:thanks|thank you|thx|ty|cheers)"
            + FOR_WHAT
        ),
        "thanks",
    ),
    (
        any_of(
            r"well done|(?:good|great|nice) (?:job|work|one|bot)|nice|great|awesome|perfect",
            r"excellent|brilliant|amazing|wonderful|lovely|super|fantastic|wow",
            r"love it|i (?:love|like) (?:you|it|this)",
            r"you(?:'re| are) (?:great|awesome|the best|good|amazing)",
        ),
        "praise",
    ),
    (
        any_of(
            r"bye|goodbye|good bye|bye bye|see you(?: later| soon| tomorrow)?|ciao|later",
            r"good night",
            r"(?:that's|that is) (?:all|it)(?: for (?:now|today))?|call it a day",
        ),
        "bye",
    ),
    (
        any_of(
            r"(?:ok|okay|k|alright|all right|cool|fine|good|got it|i see|sure|right)(?: then)?",
            r"sorry|wait|hm+|lol|haha+|oh|ah",
        ),
        "ok",
    ),
    (
        any_of(r"(?:yes|yeah|yep|y|please do|do it|go ahead)(?: please)?|please"),
        "nothing_to_confirm",
    ),
    (
        any_of(
            r"no|nope|nah|never ?mind|forget (?:it|that)|cancel|stop|nothing|no thanks",
            r"no thank you",
            r"not now|leave it|none",
        ),
        "left",
    ),
    (
        any_of(
            r"help(?: me)?|i need help|\?+|commands|menu|usage|instructions|options|examples",
            r"(?:so )?what (?:else )?can (?:you|i) (?:do|say|ask)(?: for me| here| with you)?",
            r"what (?:do you|are you able to) (?:do|understand|know)|what is this",
            r"how (?:does (?:this|it)|do you) work|how (?:do|can|should) (?:i|you) .*|how to .*",
            r"can i .*",
        ),
        "help",
    ),
    (
        any_of(
            r"what(?:'s| is) the (?:time|date|day)(?: today| now)?",
            r"what (?:time|day) is (?:it|today)(?: now| today)?",
        ),
        "time",
    ),
    (
        any_of(
            r"(?:who|what) (?:are|r) (?:you|u)|what(?:'s| is) your name|tell me about yourself",
            r"are you (?:an? )?(?:\w+ )?"
            r"(?:ai|bot|robot|human|chatgpt|real|person|machine|model)\b.*",
            r"(?:what|which) (?:language )?model (?:are you|is this|do you use)",
        ),
        "who",
    ),
]
FORBIDDEN = any_of(r"(?:don't|do not|never)\b(?!(?: let me)? forget)(?! need| want).*")


def topic_of(text: str) -> str:
    """The topic of small talk, or "" when ``text`` is more than that."""
    if FORBIDDEN.fullmatch(text):
        return "left"
    return next((topic for pattern, topic in TOPICS if pattern.fullmatch(text)), "")


HINTS = (
    "For example: “add buy milk tomorrow”, “what do I have today?” or “milk is done”.",
    "Try “remind me to call mum next friday”, “show my tasks” or “move milk to monday”.",
    "I do understand “add …”, “what's due this week?” and “rename milk to oat milk”, for example.",
)
LIST_HINT = "For example: “complete 2”, “move the first one to friday” or “add buy milk”."
TASK_HINT = "For example: “mark it as done”, “make it high priority” or “what do I have?”."


def hint(seed: int) -> str:
    """Examples of what works; others for another ``seed``, and the same for the same."""
    return HINTS[seed % len(HINTS)]
