"""Expressions for words that mean the same, each spelled once, and words for what is absent."""

from agent.offline.words import any_of

TASK = r"(?:tasks?|todos?|to-dos?|items?|entry|entries)"
NAMES_MORE = (
    r"(?:(?:reminder|alarm|alert|notification)s? (?:apps?|bars?|batter(?:y|ies)|bells?|boards?"
    r"|bugs?|buttons?|cards?|clocks?|codes?|compan(?:y|ies)|dashboards?|emails|features?|forms?"
    r"|letters?|lists?|magnets?|managers?|messages|notes|pages?|polic(?:y|ies)|services?|settings"
    r"|signs|slips?|sounds?|stickers?|systems?|templates?|texts|tones?|tools?|trackers?|websites?)"
    r"|(?:tasks?|todos?|to-dos?) (?:apps?|forces?|lists?(?! (?:all|every|my|our|the)\b|:)"
    r"|managers?|management|queues?|runners?|schedulers?|trackers?)"
    r"|(?:entry|entries) (?:cards?|exams?|fees?|forms?|requirements?|tickets?|visas?)"
    r"|items? numbers?)\b"
)
"""A word for a task or for its bell that begins a longer name: a task force, an alarm clock."""
NOUN = rf"(?:{TASK}|ones?|things?|reminders?)"
LIST = r"(?:my|the) (?:todo |to-do |task )?list"
FINISHED = r"(?:done|completed?|finished|accomplished)"
TICKED_OFF = r"(?:ticked|checked) off"
DONE = rf"(?:{FINISHED}|sorted|handled|dealt with|taken care of)"
BE = r"(?:is|are|was|were|has been|have been|got)"
NOT = (
    r"(?:not|isn't|is not|aren't|are not|wasn't|was not|weren't|were not|hasn't been|has not been)"
)
I_HAVE = r"(?:i|we)(?:'?m| am|'?ve| have| had|'re| are)?"
SOON_WORD = r"(?:just|already|finally|now|also|actually|really)"
SOON = rf"{SOON_WORD}(?: {SOON_WORD}){{0,2}}"
ENDING_WORD = (
    r"(?:yet|any ?more|any longer|after all|though|again|now|too|as well|already|today|yesterday"
    r"|at last|finally|[✅✔☑✓🎉]\ufe0f?)"
)
ENDING = rf"{ENDING_WORD}(?: {ENDING_WORD}){{0,2}}"
PAST_ENDING = (
    rf"(?:{ENDING}|this (?:morning|afternoon|evening)|last (?:night|week|month|[a-z]{{3,6}}day)"
    r"|earlier(?: today)?|just now|(?:an?|\w{1,6}) (?:minutes?|hours?|days?|weeks?) ago)"
)
SHOW = r"(?:show|list|display|view)(?: me| us)?"
DUE = r"(?:due date|due day|due time|deadline|date|due|time)"
BETWEEN = any_of(r" ?, ?(?:and )?| and | ?& ?| plus | or ")
"""What stands between several names."""

AT_TIME = ("at the time",)
"""The reminder of a task that is added to be reminded of."""

NO_SHARING = "Only you see your tasks here: they cannot be shared or given to somebody."
_ABSENT = {
    "attachments": "attachment attachments attach file photo photos picture pictures image link",
    "comments": "comment comments",
    "colours": "color colour colors colours",
    "places": "location",
}
ABSENT = {
    word: f"Tasks have no {kind} here, only words, a day, a list, tags and steps."
    for kind, words in _ABSENT.items()
    for word in words.split()
}
ABSENT |= dict.fromkeys(("share", "assign", "delegate"), NO_SHARING)
"""Words for what a task does not have here, and the sentence that says so."""
EXCEPT = (
    r"(?:except(?: for)?|but(?: not)?|apart from|other than|besides|without|excluding"
    r"|not counting|save for|minus|excepting|aside from)"
)
