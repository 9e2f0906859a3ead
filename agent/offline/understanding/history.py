"""Questions about what was done: "what did I finish this week?", "what did I add today?"."""

import re
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from agent.offline import dates
from agent.offline.dates.names import WEEKDAYS
from agent.offline.intents import Show
from agent.offline.lexicon import NOUN
from agent.offline.target import Query
from agent.offline.words import NUMBER, any_of, number
from text.folding import fold

LAST_DAYS = any_of(rf"\b(?:last|past|previous) (?P<count>{NUMBER}) (?P<unit>days|weeks|months)\b")
PERIOD = any_of(r"\b(?P<which>this|last|past|previous|the) (?P<unit>week|month|year)\b")
WEEKDAY = any_of(rf"\b(?P<since>since )?(?:on |last )?(?P<day>{'|'.join(WEEKDAYS)})\b")
TODAY = any_of(r"\b(?:today|tonight|this (?:morning|afternoon|evening)|so far)\b")
YESTERDAY = any_of(r"\byesterday\b")

WHAT = (
    r"(?:what|which(?: \w+)?|how many(?: \w+)?|anything|everything|all(?: \w+)?|tasks?"
    r"|show me what)"
)
I_DID = r"(?:(?:have|did|do|had) (?:i|we)|(?:that |which )?(?:i|we)(?:'ve| have)?)"
MY_TASKS = r"(?:show |list )?(?:me )?(?:my |the |all )*(?:tasks? )?"
OF_THESE_DAYS = rf"(?: {NOUN})?( (?:today|yesterday|this|last|past|since|on|in)\b.*)"
FINISHED = any_of(
    rf"{WHAT} {I_DID} (?:already |just )?(?:done|finished|completed|accomplished|achieved"
    r"|ticked off|checked off|do|finish|complete|accomplish|achieve|tick off|check off|get done"
    r"|got done)(\b.*)",
    r"what(?:'s| is| was| got| has been) (?:done|finished|completed)(\b.*)",
    rf"{MY_TASKS}(?:finished|completed|done){OF_THESE_DAYS}",
)
ADDED = any_of(
    rf"{WHAT} {I_DID} (?:already |just )?(?:added|created|written down|noted|entered|add|create"
    r"|write down|wrote down|note|enter)(\b.*)",
    r"what(?:'s| is| was| has been) (?:added|created|new)(\b.*)",
    rf"{MY_TASKS}(?:added|created|new){OF_THESE_DAYS}",
)
DELETED = any_of(
    r"(?:show|list|display|view|see|give)? ?(?:me )?(?:my |the |all |recently )*"
    rf"(?:deleted|removed|trashed) {NOUN}",
    rf"{WHAT} {I_DID} (?:just |recently )?(?:deleted?|removed?|trashed)",
    r"(?:show |what(?:'s| is) in )?(?:me )?(?:my |the )?(?:trash|bin|recycle bin)",
)


def read_history(text: str, now: datetime) -> Show | None:
    if DELETED.fullmatch(text):
        return Show(Query({"status": "deleted"}))
    if match := FINISHED.fullmatch(text):
        return _listed("completed", {"status": "done"}, match, now)
    if match := ADDED.fullmatch(text):
        return _listed("created", {"status": "all"}, match, now)
    return None


def _listed(
    kind: str, arguments: dict[str, object], match: re.Match[str], now: datetime
) -> Show | None:
    period = read_past(" ".join(filter(None, match.groups())), now)
    if kind == "created" and not period:
        return Show(Query(arguments | {"ordering": "-created_at"}, "added"))
    if not period:
        return Show(Query(arguments | {"ordering": "-completed_at"}))
    first, last, label = period
    days = {f"{kind}_from": first.isoformat(), f"{kind}_to": last.isoformat()}
    order = {"ordering": f"-{kind}_at"}
    return Show(Query(arguments | days | order, f"added {label}" if kind == "created" else label))


def read_past(text: str, now: datetime) -> tuple[date, date, str] | None:
    """The days up to today that ``text`` names, both included, and words for them."""
    today = now.date()
    if YESTERDAY.search(text):
        return today - timedelta(days=1), today - timedelta(days=1), "yesterday"
    if TODAY.search(text):
        return today, today, "today"
    if match := LAST_DAYS.search(text):
        count = min(number(match["count"]), 1_000)
        return _before(today, match["unit"].lower(), count), today, f"in the {match[0]}"
    if match := PERIOD.search(text):
        return _period(now, match["unit"].lower(), match["which"].lower() not in ("this", "the"))
    if match := WEEKDAY.search(text):
        place = list(WEEKDAYS).index(fold(match["day"])) % 7
        day = today - timedelta(days=(today.weekday() - place) % 7)
        named = f"{day:%A}, {day.day} {day:%B}"
        return (day, today, f"since {named}") if match["since"] else (day, day, f"on {named}")
    return None


def _period(now: datetime, unit: str, before: bool) -> tuple[date, date, str]:
    today = now.date()
    starts = {
        "week": dates.habits_of(now).week_of(today),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }
    start = starts[unit]
    if not before:
        return start, today, f"this {unit}"
    return _before(start, f"{unit}s", 1), start - timedelta(days=1), f"last {unit}"


def _before(day: date, units: str, count: int) -> date:
    match units:
        case "days":
            return day - timedelta(days=count)
        case "weeks":
            return day - timedelta(weeks=count)
        case "months":
            return day - relativedelta(months=count)
    return day - relativedelta(years=count)
