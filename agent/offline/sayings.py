"""Small talk: what is said about nothing in particular, and what to answer."""

from agent.offline.templates import rules

HELP = """\
I am the built-in assistant of Todo Chat, and I look after your tasks. You can say, for example:
– “Add buy milk tomorrow at 5pm” or “remind me to call mum next friday”
– “What do I have this week?”, “what's overdue?”, “anything about milk?”
– “Gym every mon and thu at 6pm”, “water the plants 3 days after I finish”, “skip this week's gym”,
  “pause the gym until may”, “stop repeating it”, “what repeats?”
– “Milk is done”, “complete 2”, “reopen milk”
– “Move the report to monday”, “make it high priority”, “rename it to pay rent”
– “Add milk to my Groceries list”, “what's in Groceries?”, “rename Home to House”, “show my lists”
– “Tag it errands”, “buy stamps #errands”, “anything tagged errands this week?”
– “Add steps to the trip: book hotel, buy tickets”, “what is left of the trip?”
– “Call mum from 3 to 4pm”, “make it an hour”, “how long is the report?”
– “Delete the milk task”, “delete everything that is done”
– “What now?”, “I have 30 minutes”, “plan my day”, “weekly review”
– “Mornings are 7”, “when I say 5 I mean 17:00”, “what do you know about me?”
– “Remind me to leave at 5”, “remind me of the dentist an hour before”, “remind me again in 10
  minutes”, “snooze it until tomorrow”, “what will you remind me of?”, “no reminders from 22 to 7”
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
    "ways": "Reminders ring here while a page of mine is open. By a notification on your devices, "
    "by mail or by a webhook they ring too, once you have turned that on in Settings. For all of "
    "them you can say “remind me 15 minutes before by default” and “no reminders from 22 to 7”.",
    "dismissed": "The × of a notice lets it go. Here you can say “done”, “snooze 10 minutes” or "
    "“do not remind me of it any more”.",
    "off_topic": "That is beyond me, I am afraid: I only look after your tasks. I can add one, "
    "or tell you what is due today.",
}

NAMES = {
    "friend": r"(?:[\s,]{1,3}(?:there|all|again|you|assistant|bot|friend|todo chat)){0,4}",
    "for_what": r"(?:[\s,]{1,3}(?:a lot|so much|very much|again|a bunch|for (?:your|the) help"
    r"|for that|you|bot)){0,4}",
    "comma": r"[\s,]{1,3}",
    "more": r"[^\n]{1,600}",
    "anything": r"\b[^\n]{0,600}",
    "word": r"\w{1,30}",
    "marks": r"\?{1,99}",
    "sound": r"(?:hm{1,99}|(?:ha){2,9}a{0,99}|lol|oh|ah)",
    "no_deed": r"\b(?!(?: let me)? forget)(?! need| want)[^\n]{0,10000}",
}
TOPICS = rules(
    NAMES,
    ("left", "(don't|do not|never){no_deed}"),
    (
        "hello",
        """
            (hi|hello|hey|hiya|howdy|yo|greetings){friend}
            good (morning|afternoon|evening|day){friend}
        """,
    ),
    (
        "how_are_you",
        "[(hi|hello|hey){comma}](how are (you|things)|how's it going|what's up) [doing] [today]",
    ),
    (
        "thanks",
        "[(many|ok|okay|great|perfect|no){comma}](thanks|thank you|thx|ty|cheers){for_what}",
    ),
    (
        "praise",
        """
            well done|(good|great|nice) (job|work|one|bot)|nice|great|awesome|perfect
            excellent|brilliant|amazing|wonderful|lovely|super|fantastic|wow
            love it|i (love|like) (you|it|this)
            you('re| are) (great|awesome|the best|good|amazing)
        """,
    ),
    (
        "bye",
        """
            bye|goodbye|good bye|bye bye|see you [later|soon|tomorrow]|ciao|later|good night
            (that's|that is) (all|it) [for (now|today)]|call it a day
        """,
    ),
    (
        "ok",
        """
            (ok|okay|k|alright|all right|cool|fine|good|got it|i see|sure|right) [then]
            sorry|wait|{sound}
        """,
    ),
    ("nothing_to_confirm", "(yes|yeah|yep|y|please do|do it|go ahead) [please]|please"),
    (
        "left",
        """
            no|nope|nah|never mind|nevermind|forget (it|that)|cancel|stop|nothing
            no (thanks|thank you)|not now|leave it|none
        """,
    ),
    (
        "help",
        """
            help [me]|i need help|{marks}|commands|menu|usage|instructions|options|examples
            [so] what [else] can (you|i) (do|say|ask) [for me|here|with you]
            what (do you|are you able to) (do|understand|know)|what is this
            how (does (this|it)|do you) work|how (do|can|should) (i|you) {more}|how to {more}
            can i {more}
        """,
    ),
    (
        "time",
        """
            what('s| is) the (time|date|day) [today|now]
            what (time|day) is (it|today) [now|today]
        """,
    ),
    (
        "who",
        """
            (who|what) (are|r) (you|u)|what('s| is) your name|tell me about yourself
            are you [a|an] [{word}] (ai|bot|robot|human|chatgpt|real|person|machine|model){anything}
            (what|which) [language] model (are you|is this|do you use)
        """,
    ),
)


def topic_of(text: str) -> str:
    """The topic of small talk, or "" when ``text`` is more than that."""
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
