"""What the sentences that change tasks leave open, and the words that they share."""

from agent.offline import lexicon

NAMES = {
    # slots
    "task": r"(?P<target>[\"“][^\"”]{1,250}[\"”]|.{1,250}?)",
    "title": r"(?P<title>.{1,600})",
    "note": r"\s?(?P<note>.{1,10000})",
    "quoted_note": r"[\"“](?P<note>[^\"”]{1,2000})[\"”]",
    "phrase": r"(?P<phrase>.{1,600})",
    "level": r"(?P<level>.{1,40})",
    "verb": r"(?P<verb>[^\W_]{2,20})",
    "due": rf"(?P<what>{lexicon.DUE})",
    "pointed": r"(?P<target>it|that|this|(?:number|task|no\.?|#)? ?\d{1,3}"
    r"|the (?:first|second|third|fourth|fifth|last)(?: one)?)",
    "level_priority": r"(?P<level>(?:an? )?\w{1,20} priority)",
    # words
    "due_date": lexicon.DUE,
    "done": lexicon.DONE,
    "be": lexicon.BE,
    "who_is": rf"(?P<who>{lexicon.BE})",
    "i_have": lexicon.I_HAVE,
    "who_i": rf"(?P<who>{lexicon.I_HAVE})",
    "not": lexicon.NOT,
    "soon": lexicon.SOON,
    "ending": lexicon.ENDING,
    "past_ending": lexicon.PAST_ENDING,
    "no_doer": r"(?!(?:get|have|i|we|you|to|not|well) )",
    "no_statement": r"(?!(?:i|we|you|there|here)\b)",
    "no_day": r"(?!a day$)",
    "undone": rf"(?:not {lexicon.DONE}|undone|open|incomplete|unfinished|to-?do|pending)",
    "i_have_not": r"(?:i|we)(?: haven't| have not| hadn't| didn't| did not|'m not| am not)",
    "attach": r"(?:add|attach|write|put|leave|make)",
    "append": r"(?:add|append|write|put|note)",
    "into": r"(?:to|in|into)",
    "postpone": r"(?:re-?schedule|postpone|delay|defer|snooze)",
    "of": r"(?:of|for|on|to)",
    "all": r"(?:all|everything)(?: of (?:them|it|those|these))?(?: (?:my |the )?(?:tasks|todos))?",
    "others": r"(?:the (?:others?|other ones|other tasks|rest)|everything else|all the others)",
    "blank": r" ",
    "except": lexicon.EXCEPT,
    "rest": r"(?P<but>.{1,250})",
    "hour": r"(?P<hour>\d{1,2}(?:[:.]\d\d)?(?: ?o'?clock)?"
    r"|(?:half|(?:a )?quarter) (?:past|to) \w{1,8})",
    "of_it": r"(?P<note>(?:it|this|that|they) .{1,2000})",
    "its": r"(?:the|its|that|a)",
    "to": r"(?: to | as | for | on | ?: ?)",
    "delete": r"(?:delete|remove|erase|discard|scrap|scratch|(?:trash|bin)(?! out\b)|ditch|del|rm"
    r"|get rid of|drop(?! off)|cancel|clear)",
    "titled": r"(?P<target>[^:]{1,250}?)",
    "saying": r"(?: ?: ?|,? (?:saying|that says|that) )",
    "tick": r"[✅✔☑✓]\ufe0f?",
    "not_self": r"(?!self|myself)",
    "notes": r"(?P<what>notes?)",
    "due_day": r"(?P<what>due date|deadline|date)s?",
    "colon": r" ?: ?",
    "forward": r"(?P<phrase>.{1,250}? forward.{0,100})",
    "comes": r"(?: is coming| is starting| is happening|(?:'s| is) taking place| comes| starts"
    "| begins"
    r"| happens| takes place| is held)",
    "moved": r"(?:(?:'s| is| are| was| were| got| has been| have been)?(?: both| all)? (?:moved"
    "|postponed|rescheduled"
    r"|delayed|pushed(?: back)?|shifted|put off|brought forward)| moves?"
    r"| (?:can|must|will|may|should|could|(?:has|have|had|needs?|will have) to) (?:both "
    r"|all )?(?:wait"
    r"|be (?:moved|postponed|done)|move|go out))",
    "my_slip": r"(?:sorry|i mean|i meant|of course|my mistake|my bad|rather|obviously|that is)",
    "correction": r"(?:(?:no|actually|sorry|rather|i meant|i mean|make that|better|it's|that's"
    r"|it is|as|but|with|and)[, ]{1,3}){1,4}",
}
