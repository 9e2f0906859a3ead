"""``POST /api/ag-ui``: a run is a turn, or a look at the conversation as it is."""

from uuid import UUID

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User
from accounts.scopes import Need, need
from chat import sse
from chat.answering import NotAsked, words_for
from chat.doors.ag_ui.asked import DOOR, RunInput, UserMessage
from chat.doors.ag_ui.reading import Place, Reader, look
from chat.errors import TurnInProgress
from chat.send import Asker, Where, own_id, send
from chat.turns import take
from conversations.models import Alias, Conversation, Message, Name, Turn
from web.idempotency import HEADER, REPLAYED

OURS = 7  # the version of our messages' UUIDs; clients make such of version 4


class RunView(APIView):
    door = DOOR
    only_reads = frozenset({"POST"})  # whatever takes a turn needs more

    def post(self, request: Request) -> HttpResponseBase:
        """Have a run of AG-UI 1.0. What stands in its way is told before any event."""
        run = RunInput.read(request.data)
        asker = Asker.of(request, DOOR)
        place = Place.read(request.headers.get("Last-Event-ID", ""))
        key = request.headers.get(HEADER) or run.key
        if place and (turn := _turn_at(place, asker.user, key)):
            return sse.respond(Reader(run, asker.user, place).follow(turn), {})
        where, said = _where(asker.user, run.thread_id), _new_message(run, asker.user)
        if said is None and not run.answers:
            return sse.respond(look(run, asker.user, _conversation(asker.user, where)), {})
        need(request, Need.WRITE)
        if said:
            return _take(Reader(run, asker.user), asker, where, run.words_of(said), key)
        conversation = _conversation(asker.user, where)
        try:
            words = _answer(run, asker.user, conversation, key)
        except NotAsked:
            if not run.gives_up:
                raise
            return sse.respond(look(run, asker.user, conversation), {})
        return _take(Reader(run, asker.user), asker, conversation, words, key)


def _turn_at(place: Place, user: User, key: str | None) -> Turn | None:
    turn = Turn.objects.with_key(user.pk, key).of_kept_conversations().first() if key else None
    if turn is None or turn.pk != place.turn:
        return None
    turn.load_messages()
    return turn


def _where(user: User, thread: str) -> UUID | Name:
    """One of our conversations, or what the client calls one."""
    return own_id(user, thread) or Name(DOOR, thread)


def _conversation(user: User, where: UUID | Name) -> Conversation:
    if isinstance(where, Name):
        return Alias.objects.look_up(user, where)[0]
    return Conversation.objects.for_user(user).get(pk=where)


def _new_message(run: RunInput, user: User) -> UserMessage | None:
    said = run.unanswered
    return None if said is None or _was_told(user, said.id) else said


def _answer(run: RunInput, user: User, conversation: Conversation, key: str | None) -> str:
    """The words of the answer to what was asked; or those that this very run came with before."""
    try:
        return words_for(user, conversation, run.answers)
    except NotAsked:
        earlier = Turn.objects.with_key(user.pk, str(key)).first()
        if earlier is None:
            raise
        return earlier.user_message.content


def _was_told(user: User, id: str) -> bool:
    """Whether the client has the message from us, so that it is nothing new."""
    try:
        ours = UUID(id)
    except ValueError:
        return False
    return ours.version == OURS and Message.objects.for_user(user).filter(pk=ours).exists()


def _take(
    reader: Reader, asker: Asker, where: Where, words: str, key: str | None
) -> HttpResponseBase:
    """The turn, or what became of it if the same was sent before."""
    try:
        turn, replayed = send(asker, where, words, key)
    except TurnInProgress:
        turn = Turn.objects.with_key(asker.user.pk, str(key)).get()
        turn.load_messages()
        return sse.respond(reader.follow(turn), {})
    if replayed:
        return sse.respond(reader.follow(turn), REPLAYED)
    return sse.respond(sse.Live(take(turn, asker.user, streamed=True), reader.begin(turn)), {})
