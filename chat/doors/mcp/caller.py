"""Who calls, and what they ask for."""

from dataclasses import dataclass, field

from django.conf import settings
from django.urls import reverse

from accounts.keys import Key
from accounts.models import User
from accounts.scopes import Need, refusal
from chat.doors.mcp.faults import Json
from todos.models import Origin

DOOR = "mcp"


@dataclass(frozen=True, slots=True)
class Caller:
    """``site`` is the address of our pages, without a slash at the end.

    ``only_reads``: nothing may be changed, whatever the key would allow.
    """

    user: User
    key: Key | None = None
    site: str = ""
    idempotency_key: str | None = None
    only_reads: bool = False

    def refused(self, need: Need) -> str:
        """Why they may not, in a sentence; empty where they may."""
        if self.only_reads and need is not Need.READ:
            return "This server was started to read alone, so nothing was changed."
        return refusal(self.key, need)

    def origin(self) -> Origin:
        """Of one act."""
        return Origin.by(self.key, DOOR)

    def page(self, *args: object) -> str:
        """Where a person sees what they are asked; of a conversation, or of all."""
        return self.site + reverse("conversation" if args else "home", args=args)


@dataclass(frozen=True, slots=True)
class Call:
    """Of a tool. A client that was asked something comes again with the answers in ``responses``,
    and with the ``state`` that came with the question."""

    caller: Caller
    name: str
    arguments: Json
    capabilities: Json = field(default_factory=dict)
    state: object = None
    responses: Json = field(default_factory=dict)

    @property
    def can_ask(self) -> bool:
        """Whether the client shows a form to its person; without a word on how, it shows forms."""
        told = self.capabilities.get("elicitation")
        return isinstance(told, dict) and (not told or "form" in told)


def site_of_settings() -> str:
    """Where nobody has come to us by an address."""
    return settings.PUBLIC_URL or f"http://{settings.BIND}:{settings.PORT}"
