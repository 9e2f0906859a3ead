"""Expressions for words that mean the same, each spelled once."""

from agent.offline.words import any_of

NOUN = r"(?:tasks?|todos?|to-dos?|items?|ones?|things?|entry|entries|reminders?)"
LIST = r"(?:my|the) (?:todo |to-do |task )?list"
DONE = r"(?:done|complete|completed|finished|sorted|handled|dealt with|taken care of|accomplished)"
BE = r"(?:is|are|was|were|has been|have been|got)"
NOT = (
    r"(?:not|isn't|is not|aren't|are not|wasn't|was not|weren't|were not|hasn't been|has not been)"
)
I_HAVE = r"(?:i|we)(?:'?m| am|'?ve| have| had|'re| are)?"
SOON_WORD = r"(?:just|already|finally|now|also|actually|really)"
SOON = rf"{SOON_WORD}(?: {SOON_WORD}){{0,2}}"
ENDING_WORD = r"(?:yet|after all|though|again|now|too|as well|already|today|yesterday)"
ENDING = rf"{ENDING_WORD}(?: {ENDING_WORD}){{0,2}}"
DUE = r"(?:due date|due day|due time|deadline|date|due|time)"
BETWEEN = any_of(r" ?, ?(?:and )?| and | ?& ?| plus | or ")
"""What stands between several names."""
