"""Days that are over: yesterday, last friday, 3 days ago."""

import re
from datetime import date, datetime, timedelta

from agent.offline.dates.calendar import delta
from agent.offline.dates.names import DAY_NUMBERS, WEEKDAY
from agent.offline.words import NUMBER, number
from text.expressions import expression
from text.folding import fold

AGO = expression(
    rf"yesterday|(?P<count>{NUMBER}) (?P<unit>(?:day|week|month|year)s?) ago"
    rf"|(?:on )?(?P<which>last |past )?(?P<weekday>{WEEKDAY})",
    re.IGNORECASE,
)


def read_ago(text: str, now: datetime) -> date | None:
    """The day that is all of ``text``. A weekday is the latest of its name; "last" means before
    today. None where it is anything else. Raises OverflowError or ValueError beyond all calendars.
    """
    match = AGO.fullmatch(text)
    if match is None:
        return None
    today = now.date()
    if match["count"]:
        return today - delta(number(match["count"]), fold(match["unit"]))
    if match["weekday"] is None:
        return today - timedelta(days=1)
    latest = today - timedelta(days=bool(match["which"]))
    return latest - timedelta((latest.weekday() - DAY_NUMBERS[fold(match["weekday"])]) % 7)
