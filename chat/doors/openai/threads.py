"""Which conversation a request goes on with: by a name that its client has for it, or its history.

A client that resends the history owns it: it may have edited it, or want another answer. What is no
clean continuation begins a new conversation; so does what could be the continuation of two.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import groupby
from uuid import UUID

from accounts.models import User
from chat.doors.openai import DOOR
from chat.doors.openai.kept import ENOUGH, Kept, exchanges, left_of
from chat.doors.openai.said import Said, plain
from chat.send import Where, own_id, request_hash
from conversations.models import Alias, Message, MessageQuerySet, Name, Turn

OURS = "X-Conversation-Id"  # tells our own id in an answer, and takes it
RESENDS = "X-OpenWebUI-Chat-Id"  # of a page that always sends the history along
HEADERS = (RESENDS, "X-Chat-Id", OURS)
NO_NAMES = ("", "null", "undefined", "none", "new")  # of a chat that its page has not named yet
PLACEHOLDER = "{{"  # that nobody has filled


def thread_of(user: User, said: Said, headers: Mapping[str, str], client_user: str) -> Where:
    """Where the newest message belongs; whoever sends our own id means it, whatever else comes."""
    header, name = _name(headers, client_user)
    if not name:
        return _by_history(user, said)
    if not header:
        return _of_client_user(user, name, said)
    mine = own_id(user, headers[OURS].strip()) if header == OURS else None
    return mine or _named(user, name, said, header)


def thread_of_key(turn: Turn, text: str, where: Where) -> Where:
    """Where the turn was begun whose key has come again; other words are another request."""
    places = (where, None, turn.conversation_id)
    same = (place for place in places if request_hash(place, text) == turn.request_hash)
    return next(same, None)


def began(turn: Turn, said: Said, headers: Mapping[str, str], client_user: str) -> bool:
    """Whether this request can have begun the turn: it says the same there, and behind the same."""
    _header, name = _name(headers, client_user)
    places: list[Where] = [name]
    if said.history or headers.get(OURS, "").strip().lower() == str(turn.conversation_id):
        places.append(turn.conversation_id)
    if said.history and not name:
        places.append(_behind_all(said))
    hashes = [request_hash(place, said.text) for place in places]
    return turn.request_hash in hashes and _is_behind(turn, said)


def _is_behind(turn: Turn, said: Said) -> bool:
    """Whether its message was said behind the same history."""
    before = turn.conversation.messages.standing().before(turn.user_message.seq)
    return left_of(exchanges(before.latest_said(2 * ENOUGH)), said.history, named=True) is not None


def _name(headers: Mapping[str, str], client_user: str) -> tuple[str, Name | None]:
    """What the client calls the conversation, and the header that tells, if one does."""
    for header in HEADERS:
        text = headers.get(header, "").strip()
        if text.lower() not in NO_NAMES and PLACEHOLDER not in text:
            return header, Name(DOOR, f"chat:{text}")
    return "", Name(DOOR, f"user:{client_user}") if client_user else None


def _named(user: User, name: Name, said: Said, header: str) -> Where:
    """A page may give the name only after the first message: then the history tells which it is."""
    kept = _called(user, name)
    if not kept:
        found = _one_that_fits(user, said)
        return name if found is None or Alias.objects.names(found) else found
    if said.history:
        clean = left_of(kept, said.history, named=True) is not None
    else:  # its client keeps no history; or it begins anew, or wants another answer to its first
        again = len(kept) == 1 and kept[0].words == plain(said.text)
        clean = header != RESENDS and not again
    return Name(DOOR, name.text, anew=not clean)


def _of_client_user(user: User, name: Name, said: Said) -> Where:
    """Some clients name a conversation so, and others a person, in all conversations alike."""
    if said.history:
        kept = _called(user, name)
        if kept and left_of(kept, said.history, named=True) is not None:
            return name
        if found := _one_that_fits(user, said):
            return found
    return Name(DOOR, name.text, anew=True)


def _by_history(user: User, said: Said) -> Where:
    if not said.history:
        return None
    return _one_that_fits(user, said) or _behind_all(said)


def _one_that_fits(user: User, said: Said) -> UUID | None:
    """The conversation that the whole history is told by, if there is one and only one."""
    if not said.history:
        return None
    last = said.history[-1]
    rows = _mine(user).ending_with(last.reply or last.words, last.words).latest_said(10 * ENOUGH)
    clean: list[UUID] = [
        conversation
        for conversation, of_it in groupby(rows, lambda row: row.conversation_id)
        if _is_clean(user, conversation, exchanges(of_it), said)
    ]
    return clean[0] if len(clean) == 1 else None


def _is_clean(user: User, conversation: UUID, kept: Sequence[Kept], said: Said) -> bool:
    """What the history has in front of it must be what the conversation was begun behind."""
    left = left_of(kept, said.history, named=False)
    if not (left and kept):
        return left == []
    name = _behind([*(each.words for each in left), kept[-1].words])
    return Alias.objects.for_user(user).named(name).filter(conversation=conversation).exists()


def _behind_all(said: Said) -> Name:
    return _behind([*(each.words for each in said.history), plain(said.text)])


def _behind(words: list[str]) -> Name:
    """The name of a conversation that begins in the middle of a history: all that was said."""
    return Name(DOOR, f"behind:{sha256(chr(0).join(words).encode()).hexdigest()}", anew=True)


def _called(user: User, name: Name) -> list[Kept]:
    named = Alias.objects.for_user(user).named(name)
    return exchanges(
        _mine(user).of_conversations(named.values("conversation")).latest_said(2 * ENOUGH)
    )


def _mine(user: User) -> MessageQuerySet:
    return Message.objects.for_user(user).of_kept_conversations().standing()
