"""The tool that keeps what users tell about themselves, in their own words alone."""

from typing import Annotated

from pydantic import Field

from accounts.models import User
from accounts.preferences import NoRoom, Preference
from agent.offline.dates import Habits
from agent.preferences import FORGET, LONGEST, NotUnderstood, forgotten_by, meaning_of
from agent.quiet import QUIET, ends_of, quiet_of
from agent.tools.tool import Desk, Result, Tool, ToolError

NOT_SAID = (
    "Nothing is kept or forgotten but what the user says in the message that is answered: give "
    "their own words from it, as they stand."
)
BUSY = "The account is busy just now; nothing has changed. Try once more."
FULL = "There is no room for more: something has to be forgotten first, here or in Settings."
NEVER_TOLD = "The user has told nothing like that. Settings shows all that they told."
TAKEN_BACK = "undo_last does not take this back: forget does, or Settings."


class Remember(Tool):
    """Keep or forget a habit."""

    name = "remember"
    said: Annotated[str, Field(max_length=LONGEST)] = ""

    def act(self, desk: Desk) -> Result:
        if not desk.was_said(self.said):
            raise ToolError(NOT_SAID)
        if not User.objects.hold_at_once(desk.user.pk):  # else two would wait for each other
            raise ToolError(BUSY)
        told = list(desk.user.preferences())
        forgets = FORGET.match(self.said)
        return self._forget(desk, told) if forgets else self._keep(desk, told)

    def _keep(self, desk: Desk, told: list[Preference]) -> Result:
        try:
            meaning = meaning_of(self.said, Habits.of(each.line for each in told))
            if meaning.key == QUIET:
                return _keep_quiet(desk.user, meaning.value, self.said)
            desk.user.remember(meaning.key, meaning.value, self.said, desk.message_id)
        except NotUnderstood as why:
            raise ToolError(str(why)) from None
        except NoRoom:
            raise ToolError(FULL) from None
        kept = {"key": meaning.key, "value": meaning.value, "words": self.said}
        return {"kept": kept, "note": TAKEN_BACK}

    def _forget(self, desk: Desk, told: list[Preference]) -> Result:
        places = forgotten_by(self.said, [(each.key, each.value) for each in told])
        if not places:
            raise ToolError(NEVER_TOLD)
        gone = [told[place] for place in places]
        desk.user.forget([each.pk for each in gone])
        return {"forgotten": [{"key": each.key, "words": each.words} for each in gone]}


def _keep_quiet(user: User, hours: str, said: str) -> Result:
    """``hours`` as they were read. What waits is set anew."""
    begin, end = ends_of(hours, user.quiet_from, user.quiet_to)
    if begin and begin == end:
        raise ToolError("Quiet hours need two times, such as from 22:00 to 7:00.")
    user.quiet_from, user.quiet_to = begin, end
    user.keep("quiet_from", "quiet_to")
    return {"kept": {"key": QUIET, "value": quiet_of(begin, end), "words": said}}
