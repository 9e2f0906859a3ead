"""Sentences about reminders: "remind me of the dentist an hour before", "snooze it until 5"."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from agent.offline import dates
from agent.offline.intents import Add, Change, Draft, Edit, Say, Show
from agent.offline.lexicon import AT_TIME
from agent.offline.target import All, It, Named, Query, Target, Unnamed
from agent.offline.templates import first_read, rules
from agent.offline.understanding.additions import OFTEN, SET
from agent.offline.understanding.bells import ARTICLE, bell, wake
from agent.offline.understanding.changes import read_change
from agent.offline.understanding.drafts import NoDraft, read_drafts
from agent.offline.understanding.moments import TOO, Moments, moments_in, name_and_moments
from agent.offline.understanding.one_draft import as_title
from agent.offline.understanding.targets import read_target
from agent.offline.words import REMIND, any_of

Asked = Change | Show | Add | Say | None

LONGEST = 300  # characters
HINT = any_of(
    rf"\b{REMIND}|heads.up|snooz|dismiss|alarm|notif|\brang\b|\brung\b|\btimer|\bwake\b"
    r"|\b(?:un)?mute\b|\bsilence\b"
)
"""Each of these sentences has one of them."""
ONLY = ("none",)
"""Before others: they take the place of those there are."""
OF = re.compile(r"(?:^|(?<=\s))(?:about|of|for|regarding|re:?) ", re.IGNORECASE)
TO_DO = any_of(r"(?:^|.* )(?:to|that (?:i|we)) \w.*")
BEFORE_THING = any_of(
    r"(?P<lead>.{3,60}?) (?:before|ahead of|prior to) (?P<target>(?:the|my|our|a|an) .{1,250}"
    r"|[\"“].{1,250})"
)
FOR_ALL = any_of(r"\b(?:always|by default|everything|(?:each|every|all) tasks?)\b")
INSTEAD = any_of(r",? (?:instead|rather)$")
EVERY = any_of(
    r"\b(?:every|each)\b|\b(?:daily|weekly|monthly|yearly)(?=$| (?:at|on|in|from|until)\b)"
)
QUOTED = any_of(r"[\"“][^\"”]*[\"”]")
ABOUT = re.compile(r"(?:about|of|regarding|re:?) ", re.IGNORECASE)
VAGUE = any_of(
    r"(?:(?:a bit|a little|some time|much) )?(?:later|earlier|soon|sooner)(?: on| today)?"
)
TWICE = any_of(r"^(?:twice|two times|three times) ")
OF_DAY = any_of(
    r"(?:on |in )?the (?P<part>morning|afternoon|evening|day) of"
    r" (?P<target>(?:the|my|our|an?) .{1,250})"
)
AGAIN = any_of(r"^again\b ?| again$|^(?:also|too)\b ?| (?:also|too|as well)$")
ONE_MORE = any_of(r"^(?:(?:and|also|plus)\b,? ?)+")
IS_AGAIN = any_of(r"^again\b| again$")
ALL_OF_THEM = any_of(r"\ball (?:of )?(?:(?:my|the) )?\w+$")
EVERYTHING = any_of(r"(?:anything|everything|all(?: (?:of )?(?:my |the )?tasks)?|any(?: task)?)")


def read_reminding(text: str, now: datetime) -> Asked:
    """What one sentence asks of reminders; None when it asks for none, or for a new task."""
    if not HINT.search(text) or len(text) > LONGEST:
        return None
    return first_read(RULES, text, now)


def of_it(text: str, now: datetime) -> Change | None:
    """Remind me an hour before: that, right after a task was talked about, is for this one."""
    found = read_reminding(text, now) if not FOR_ALL.search(text) else None
    is_before = isinstance(found, Change) and found.edit.reminders and not found.edit.ring
    return found if is_before and isinstance(found, Change) and found.target == It() else None


def more_of_it(text: str) -> Change | None:
    """And ten minutes before, too."""
    said = dates.reminders_in(TOO.sub("", ONE_MORE.sub("", text)))
    return Change("update_task", It(), Edit(reminders=said)) if said else None


def answered(text: str, intent: Change, now: datetime) -> Change | None:
    """When to remind, if ``text`` says it. A task that was added for it is due then."""
    moments = moments_in(text, now)
    if not moments:
        return None
    if moments.when and intent.edit.reminders == AT_TIME:
        edit = Edit(when=moments.when.with_day(now), reminders=AT_TIME)
        return replace(intent, edit=edit)
    said = tuple(each for each in intent.edit.reminders if each not in AT_TIME)
    edit = Edit(reminders=(*said, *moments.before), ring=moments.when)
    return replace(intent, edit=edit)


def _remind(match: re.Match[str], now: datetime) -> Asked:
    """Of a task there is, in any order of its name and the moments; "to …" is a new one."""
    body = (match["body"] or "").strip(" ,:")
    again, only = bool(IS_AGAIN.search(body)), bool(INSTEAD.search(body))
    body = AGAIN.sub("", INSTEAD.sub("", TWICE.sub("", body))).strip(" ,")
    if VAGUE.fullmatch(body):
        body = ""
    if TO_DO.fullmatch(body) and not ABOUT.match(body):
        return None
    if _repeats(body, now):  # that is one to be added
        return None
    return next((found for found in _ways(body, now, only=only, again=again)), None)


def _repeats(said: str, now: datetime) -> bool:
    return bool(
        EVERY.search(QUOTED.sub("", said)) and dates.read_repetition(OF.sub("", said, count=1), now)
    )


def _ways(body: str, now: datetime, *, only: bool, again: bool) -> Iterator[Change]:
    """The ways in which it can be read, the clearest first."""
    if not body or (moments := moments_in(body, now)):
        yield _reminded("", moments if body else Moments(), now, only=only, again=again)
    for of in OF.finditer(body):
        moments = moments_in(body[: of.start()], now)
        if of.start() and moments:
            yield _reminded(body[of.end() :], moments, now, only=only, again=again)
    before = BEFORE_THING.fullmatch(body)
    if before and (said := dates.reminders_in(f"{before['lead']} before")):
        yield _reminded(before["target"], Moments(said), now, only=only, again=again)
    if of_day := OF_DAY.fullmatch(body):
        habits = dates.habits_of(now)
        at = habits.part(of_day["part"].lower()) or habits.morning
        said = (f"on the day at {at:%H:%M}",)
        yield _reminded(of_day["target"], Moments(said), now, only=only, again=again)
    if begins := OF.match(body):
        name, moments = name_and_moments(body[begins.end() :], now)
        yield _reminded(name, moments, now, only=only, again=again)


def _reminded(name: str, moments: Moments, now: datetime, *, only: bool, again: bool) -> Change:
    target = read_target(name, now)
    if isinstance(target, It | Unnamed):
        target = It(rang=again)
    edit = Edit(
        reminders=(*(ONLY if only else ()), *moments.before),
        ring=moments.when,
        missing=None if moments else "ring",
    )
    return Change("update_task", target, edit, else_add=_else(target, name, moments, now))


def _else(target: Target, name: str, moments: Moments, now: datetime) -> Add | None:
    """What is added where there is no such task; an hour before nothing is no moment."""
    if not isinstance(target, It | Named) or (moments.before and not isinstance(target, Named)):
        return None
    if isinstance(target, It):
        when = moments.when.with_day(now)
        return Add((Draft("", when, reminders=AT_TIME),)) if when else None
    try:
        drafts = read_drafts(ARTICLE.sub("", name), now).drafts
    except NoDraft:
        return None
    if moments.before and not all(each.when.day for each in drafts):
        return None
    said = moments.before or AT_TIME
    return Add(tuple(replace(_due(each, moments.when, now), reminders=said) for each in drafts))


def _due(draft: Draft, when: dates.When, now: datetime) -> Draft:
    """What repeats begins on the first day of its rule, unless another is said."""
    if draft.repeats and not when.day:
        return replace(draft, when=replace(draft.when, at=when.at or draft.when.at))
    return replace(draft, when=when.with_day(now) or draft.when)


def _away(match: re.Match[str], now: datetime) -> Asked:
    """Don't remind me of the gym any more."""
    name, moments = name_and_moments(match.groupdict().get("target") or "", now)
    less = tuple(f"-{each}" for each in moments.before)
    if EVERYTHING.fullmatch(name) or (not name and ALL_OF_THEM.search(match[0])):
        with_one = All(Query({"ringing": "any"}))
        return Change("update_task", with_one, Edit(reminders=ONLY))
    target = read_target(name if less else match.groupdict().get("target") or "", now)
    target = It(rang=True) if isinstance(target, Unnamed) else target
    return Change("update_task", target, Edit(reminders=less or ONLY))


def _mute(match: re.Match[str], now: datetime) -> Asked:
    """Mute the exam; where there is none, that may be a thing to do."""
    change = _away(match, now)
    title = Draft(as_title(match[0]))
    return replace(change, instead=title) if isinstance(change, Change) else change


def _less(match: re.Match[str], now: datetime) -> Asked:
    """Drop the 2 hour reminder of the flight."""
    said = dates.reminders_in(f"{match['moment']} before")
    less = tuple(f"-{each}" for each in said)
    target = read_target(match["target"], now)
    return Change("update_task", target, Edit(reminders=less)) if less else None


def _other(match: re.Match[str], now: datetime) -> Asked:
    """Change the reminder of the dentist to an hour before."""
    target, moments = match.groupdict().get("target") or "", moments_in(match["moment"], now)
    if not moments or _repeats(target, now):
        return None
    return _reminded(target, moments, now, only=True, again=False)


def _snooze(match: re.Match[str], now: datetime) -> Asked:
    """Snooze it until 5: what rang rings again; else the task is moved, as before."""
    body = (match.groupdict().get("body") or "").strip(" ,")
    name, moments = name_and_moments(body, now)
    moved = read_change(match[0], now) if "snooz" in match[0].lower() else None
    target = read_target(name, now)
    target = It(rang=True) if isinstance(target, It | Unnamed) else target
    edit = Edit(ring=moments.when, missing=None if moments.when else "ring")
    return Change("update_task", target, edit, unrung=moved if isinstance(moved, Change) else None)


def _to(match: re.Match[str], now: datetime) -> Asked:
    """Add a reminder to the exam, two days before; unmute the exam."""
    name, moments = name_and_moments(match["target"], now)
    return _reminded(name, moments, now, only=False, again=False)


def _dismissed(match: re.Match[str], now: datetime) -> Asked:
    return Say("dismissed")


def _ways_told(match: re.Match[str], now: datetime) -> Asked:
    return Say("ways")


def _list(match: re.Match[str], now: datetime) -> Asked:
    return Show(Query({"ringing": "any"}), asks="reminders")


def _rang(match: re.Match[str], now: datetime) -> Asked:
    return Show(Query({"ringing": "due"}), asks="reminders")


def _of_one(match: re.Match[str], now: datetime) -> Asked:
    target = read_target(match["target"], now)
    if not isinstance(target, Named):
        return _list(match, now)
    return Show(named=target, asks="reminders")


NAMES = {
    "body": r"(?P<body>.{0,300}?)",
    "moment": r"(?P<moment>.{1,80})",
    "target": r"(?P<target>[\"“][^\"”]{1,250}[\"”]|.{1,250}?)",
    "length": r"(?P<length>(?:\d{1,3}|[a-z]{2,12})[ -]?(?:second|sec|minute|min|hour|day)s?)",
    "its_name": r"(?P<target>(?:the|my|our) .{1,250})",
    "bell": r"(?P<bell>alarm|timer)",
    "remind": REMIND,
    "reminding": r"(?:reminding|pinging|alerting|notifying|nudging|buzzing|warning)",
    "reminder": r"(?:reminders?|alarms?|alerts?|notifications?)",
    "of": r"(?:of|for|from|on|about|in|with|to)",
    "about": r"(?:about|of|to|for)",
    "ending": r"(?: (?:any ?more|any longer|again|at all|please|for now|about (?:it|that)))*",
    "away": r"(?:remove|delete|drop|clear|cancel|erase|turn off|switch off|mute|silence|stop"
    r"|disable|get rid of)",
    "the": r"(?:the|my|its|all|any|all (?:of )?(?:the|my)|a|an|that|this)",
    "have": r"(?:do i (?:still )?have|have i(?: got)?|are (?:there|set|on|planned|coming|waiting)"
    r"|is set|did i set)",
    "ways": r"(?:(?:push |mail |e-?mail )?(?:notifications?|reminders|alerts?)|push"
    r"|(?:reminders? )?(?:by|via) (?:e-?mail|mail|push|webhook))",
    "way": r"(?:(?:an? )?(?:e-?)?mail|(?:an? )?(?:push )?notifications?|push|(?:my |a )?webhook"
    r"|(?:my )?phone|sms|texts?)",
    "rung": r"(?:rang|rung|gone off)",
    "lately": r"(?:lately|just now|today|recently|this morning)",
    "not": r"(?:don't|do not|never|no need to|stop|you (?:don't|do not) need to)",
    "change": r"(?:change|move|set|make|update|switch)",
    "set": SET,
    "often": OFTEN,
    "some": r"(?:an?|another)",
    "anything": r"(?:anything|something|any of (?:my|the) (?:tasks|reminders))",
    "start": r"(?:set(?: up)?|create|make|start|add|give|schedule"
    r"|(?:i|we)(?: need| want|'d like| would like))",
    "called": r"(?:called|named|titled|labell?ed)",
    "soon": r"(?:for )?(?:today|tomorrow|this week|next|now|set|left|coming up|next week)",
}
RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Asked]]]
RULES = rules(
    NAMES,
    (
        _ways_told,
        """
            (turn|switch) on [the|my] {ways}
            (turn|switch) off [the|my|all] [the|my] notifications
            (enable|allow|activate|set up|use|get|start|configure|connect) [the|my|me] {ways}
            (how|where|by which channel[s]|on which channel[s]) (will|do|can|would) you {remind} me
            (how|where|on which device[s]) (will|do|can) [the|my] reminders (ring|reach me|arrive)
            (how|where) (will|do|can) i get [the|my] reminders
            (how|where) (do|can) i (set up|configure|change|turn on|enable|get) [the|my] {ways}
            {remind} me (by|via|with|per|over|through|on) {way}
            (send|mail|email) me [the|my] reminders [(by|via) (mail|e-mail|email)]
            [which|what] channels (are there|do i have|are set up|are on)
        """,
    ),
    (
        _rang,
        """
            (what|which [task|one|reminder[s]]) [has|have|just] [just] {rung} [{lately}]
            what did you [just] {remind} me [about|of] [{lately}]
            (did|has|have) ({anything}|[any|the|my] {reminder}) (ring|go off|{rung}) [{lately}]
            (did|have) you {remind}[ed] me (of|about) {anything} [{lately}]
            what was that (reminder|alarm|notification) [about|for]
        """,
    ),
    (
        _list,
        """
            (what|which tasks) (will|do|are|would) you [going to|still] {remind} me [{about}]
            (what|which) {reminder} {have} [{soon}]
            (do i have|are there|have i got|have i set) [any|some] {reminder} [set|on|left] [{soon}]
            (show|list|see|view|give|tell|get) [me] [{the}] {reminder} [{soon}]
            [my|all|all my|upcoming] reminders [{soon}]
            when (will|do) you [next] {remind} me [next]
            (what|when)('s| is) [the|my] next {reminder}
            (any|some) {reminder} [set|on|left] [{soon}]
            (what|which tasks) (rings|ring|will ring|is going to ring) [{soon}]
        """,
    ),
    (
        _of_one,
        """
            (when|how) (will|do) you {remind} me {about} {target}
            (will|do|are) you [going to] {remind} me {about} {target}
            (does|has) {target} (have|got|has) [a|any] {reminder}
            [what|which|is there] [a|any] {reminder} (does|has|have) {target} [have|got]
            is there a[n] {reminder} {of} {target}
        """,
    ),
    (
        _away,
        """
            {not} ({remind}|{reminding}) me[ {about} {target}]{ending}
            (no|without) [more|further] {reminder}[ {of} {target}]{ending}
            {away} [{the}] {reminder}[ {of} {target}]{ending}
            {away} {target}'s {reminder}
            {target} needs no {reminder}{ending}
        """,
    ),
    (_less, "{away} [{the}] {moment} {reminder} {of} {target}"),
    (_away, "{away} {its_name} (reminder|alert|notification)[s]"),
    (_mute, "(mute|silence) {target}{ending}"),
    (_to, "(unmute|unsilence) {target}"),
    (_dismissed, "dismiss[ed][ it| that| this| them| all| everything| {the} {reminder}]"),
    (
        bell,
        """
            [{start} [me]] [a|an|another] [{often}] {bell}[ (for|at|to|in) {body}]
            put (a|an|another) [{often}] {bell} on[ (for|at|to|in) {body}]
            set [up] [a|an|another|the] [{often}] {bell} clock (for|at|to) {body}
            [{start} [me]] [{some}] [{often}] {bell}[ (for|at|to|in)] {moment} {called} {target}
            [{start} [me]] [a|an|another] [{often}] {bell} {body}
            [{start} [me]] [a|an|another] {length} {bell}[ for {target}]
        """,
    ),
    (
        _other,
        """
            {change} [{the}] {reminder} {of} {target} (to|for|at) {moment}
            {change} {target}'s {reminder} (to|for|at) {moment}
            {change} {its_name} {reminder} (to|for|at) {moment}
            (change|move|make|update|switch) [{the}] {reminder} (to|for|at) {moment}
            (the|my) {reminder} (should|shall|must) be [set to|at] {moment}
        """,
    ),
    (
        _snooze,
        """
            (re-snooze|resnooze|snooze)[ {body}]
            [hit|press] snooze
            (postpone|delay|push[ back]) [{the}] {reminder}[ {body}]
        """,
    ),
    (wake, "wake (me|us)[ up][ {body}]"),
    (_to, "(add|put|attach|set) [a|another|the] {reminder} (to|on) {its_name}"),
    (
        _remind,
        """
            [always] {remind} me[,][ please][,][ {body}]
            {set} [me] [a|an|another|the|one|two|three|2|3|some] {reminder}[,][ {body}]
            (i|we)( need| want|'d like| would like) (a|another) {reminder}[,][ {body}]
            give me a heads[-| ]up[ {body}]
            a reminder[,][ {body}]
        """,
    ),
)
