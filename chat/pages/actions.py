"""Where the forms of the page go when there is no script; each leads back to a page."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from math import ceil
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from rest_framework.exceptions import APIException

from accounts.authentication import user_of
from accounts.models import User
from chat.errors import TaskChangedSince
from chat.pages.days import next_words
from chat.pages.deleted import said
from chat.pages.views import chat_page
from chat.quick_add import Line, LineSerializer
from chat.send import Asker, send
from chat.serializers import ContentSerializer
from chat.turns import take
from chat.undo import undo_act, undo_reply
from chat.withdraw import withdraw
from conversations.models import Conversation, Turn
from conversations.serializers import TitleSerializer
from todos.models import NameTaken, Origin, Proposal, Task, TaskList
from todos.proposals import told_refusals
from todos.serializers import CatchUpSerializer, TaskSerializer, told_rules
from web.errors import sentence

Action = Callable[..., str | HttpResponse | None]


def action(act: Action) -> Callable[..., HttpResponse]:
    """A form for signed-in users: ``act`` returns where to go, ``None`` for back, or the answer.

    What stands in its way is shown as a notice on the page where one came from.
    """

    @require_POST
    @wraps(act)
    def posted(request: HttpRequest, **ids: UUID) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(_back(request))
        try:
            where = act(request, user_of(request), **ids)
        except ObjectDoesNotExist:  # gone since it was looked up
            raise Http404 from None
        except APIException as error:
            messages.error(request, sentence(error))
            where = None
        return where if isinstance(where, HttpResponse) else redirect(where or _back(request))

    return posted


def say(request: HttpRequest, **ids: UUID) -> HttpResponse:
    """Take a whole turn. To GET it is another name of its page, which may have been drawn here."""
    if request.method in ("GET", "HEAD"):
        page = _address(request, ids.get("pk"))
        return redirect(page) if request.user.is_authenticated else redirect_to_login(page)
    return _say(request, **ids)


@action
def _say(request: HttpRequest, user: User, pk: UUID | None = None) -> str | HttpResponse:
    """A form sends a line break as CR LF, which is not what was typed.

    It always has a key, so that the answer can be tried again.
    """
    text = request.POST.get("message", "").replace("\r\n", "\n")
    form = ContentSerializer(data={"content": text})
    form.is_valid(raise_exception=True)
    key = request.POST.get("idempotency_key") or str(uuid4())
    return _take(request, user, pk, form.validated_data["content"], key)


def _take(
    request: HttpRequest, user: User, pk: UUID | None, text: str, key: str
) -> str | HttpResponse:
    """The turn to its end, and then the place of its reply."""
    try:
        turn, replayed = send(Asker.of(request, "page"), pk, text, key)
    except APIException as error:
        if error.status_code != HTTPStatus.TOO_MANY_REQUESTS:
            raise
        return _too_soon(request, user, pk, text, error)
    if not replayed:
        for _event in take(turn, user):
            pass
    return f"{_address(request, turn.conversation_id)}#message-{turn.reply.pk}"


def _too_soon(
    request: HttpRequest, user: User, pk: UUID | None, typed: str, error: APIException
) -> HttpResponse:
    """The page with what was typed, to be sent a little later."""
    messages.error(request, sentence(error))
    with timezone.override(user.zone):
        page = chat_page(request, user, pk, typed=typed, status=error.status_code)
    page["Retry-After"] = str(max(1, ceil(getattr(error, "wait", 1))))
    return page


@action
def stop(request: HttpRequest, user: User, pk: UUID) -> None:
    _conversation(user, pk).cancel()


@action
def rename(request: HttpRequest, user: User, pk: UUID) -> None:
    form = TitleSerializer(data={"title": request.POST.get("title", "")})
    form.is_valid(raise_exception=True)
    _conversation(user, pk).rename(form.validated_data["title"])


@action
def delete(request: HttpRequest, user: User, pk: UUID) -> str:
    """The page that follows offers to bring it back: the notice carries where to."""
    _conversation(user, pk).remove()
    back = reverse("restore", args=[pk])
    messages.success(request, _("The conversation is deleted."), extra_tags=back)
    return _address(request)


@action
def restore(request: HttpRequest, user: User, pk: UUID) -> str:
    conversation = get_object_or_404(Conversation.objects.with_deleted_for_user(user), pk=pk)
    conversation.restore()
    messages.success(request, said(conversation.shown_title))
    return _address(request, pk)


@action
def restore_task(request: HttpRequest, user: User, pk: UUID) -> str:
    task = get_object_or_404(Task.objects.with_deleted_for_user(user), pk=pk)
    task.restore(Origin("page"))
    messages.success(request, said(task.title))
    return f"/#task-{pk}"


@action
def restore_list(request: HttpRequest, user: User, pk: UUID) -> str | None:
    task_list = get_object_or_404(TaskList.objects.with_deleted_for_user(user), pk=pk)
    try:
        task_list.restore(Origin("page"))
    except NameTaken:
        messages.error(request, _("Another list has this name by now. Rename that one first."))
        return None
    messages.success(request, said(task_list.name))
    return f"/?list={pk}"


@action
def undo(request: HttpRequest, user: User, pk: UUID) -> None:
    undo_reply(user, pk, Origin("page"))


@action
def again(request: HttpRequest, user: User, pk: UUID) -> str | HttpResponse | None:
    """Take the last exchange back and say the same once more.

    The key is that of what it replaces, so that this is done once, however often it is asked for.
    """
    turn = _withdrawn(request, user, pk)
    if turn is None:
        return None
    text, key = turn.user_message.content, f"again-{turn.reply.pk}"
    return _take(request, user, turn.conversation_id, text, key)


@action
def edit(request: HttpRequest, user: User, pk: UUID) -> str | None:
    """Take the last exchange back; its words stand in the composer then."""
    turn = _withdrawn(request, user, pk)
    if turn is None:
        return None
    query = request.GET.copy()
    query["edit"] = str(turn.user_message.pk)
    return f"/c/{turn.conversation_id}/?{query.urlencode()}"


def _withdrawn(request: HttpRequest, user: User, pk: UUID) -> Turn | None:
    """The turn of a message. ``None``, and a notice that asks, where not all can be undone."""
    try:
        return withdraw(user, pk, Origin("page"), keep="keep" in request.POST)[0]
    except TaskChangedSince:
        asks = _("Some of what it did has changed since. Go on and leave that as it is?")
        messages.warning(request, asks, extra_tags=request.path)
        return None


@action
def take_back(request: HttpRequest, user: User, pk: UUID) -> None:
    undo_act(user, pk, Origin("page"))


@action
def approve(request: HttpRequest, user: User, pk: UUID) -> None:
    with told_refusals():
        _proposal(user, pk).approve(Origin("page"))


@action
def reject(request: HttpRequest, user: User, pk: UUID) -> None:
    with told_refusals():
        _proposal(user, pk).reject()


@action
def add_task(request: HttpRequest, user: User) -> None:
    """As its words say, and else to the list that was chosen where the form stands; with the tag
    that was chosen there, too."""
    said = LineSerializer(data={"text": request.POST.get("title", "")})
    said.is_valid(raise_exception=True)
    fields = Line(user, said.validated_data["text"]).fields
    fields["list"] = fields["list"] or request.POST.get("list")
    fields["tags"] += request.POST.getlist("tags")
    if not fields["reminders"]:
        del fields["reminders"]  # none was asked for, which is not asking for none
    form = TaskSerializer(data=fields)
    form.is_valid(raise_exception=True)
    form.save(user=user, origin=Origin("page"))


@action
def complete_task(request: HttpRequest, user: User, pk: UUID) -> None:
    """A notice tells when one that repeats comes again."""
    task, origin = _task(user, pk), Origin("page")
    task.complete(origin)
    words = _("Completed %(title)s") % {"title": task.title}
    if (following := task.successor) and following.due_date:
        today = user.local_now().date()
        words += f" · {next_words(following.due_date, following.due_time, today)}"
    done(request, origin, words)


@action
def reopen_task(request: HttpRequest, user: User, pk: UUID) -> None:
    task, origin = _task(user, pk), Origin("page")
    task.reopen(origin)
    done(request, origin, _("Reopened %(title)s") % {"title": task.title})


@action
def skip_task(request: HttpRequest, user: User, pk: UUID) -> None:
    task, origin = _task(user, pk), Origin("page")
    with told_rules():
        task.skip(origin)
    done(request, origin, _("Skipped %(title)s") % {"title": task.title})


@action
def catch_up(request: HttpRequest, user: User) -> None:
    """Of the list, and with the tag, that were chosen where the form stands."""
    form, origin = CatchUpSerializer(data=request.POST.dict()), Origin("page")
    form.is_valid(raise_exception=True)
    moved = Task.objects.narrowed(**form.validated_data).catch_up(user, origin)
    words = ngettext("%(n)d task is due today.", "%(n)d tasks are due today.", moved)
    done(request, origin, words % {"n": moved})


def done(request: HttpRequest, origin: Origin, words: str) -> None:
    """A notice of what was done, which carries where it is undone; none where nothing changed."""
    if origin.touched:
        messages.success(request, words, extra_tags=reverse("undo-act", args=[origin.act]))


def _conversation(user: User, pk: UUID) -> Conversation:
    return get_object_or_404(Conversation.objects.for_user(user), pk=pk)


def _proposal(user: User, pk: UUID) -> Proposal:
    return get_object_or_404(Proposal.objects.for_user(user), pk=pk)


def _task(user: User, pk: UUID) -> Task:
    return get_object_or_404(Task.objects.for_user(user), pk=pk)


def _address(request: HttpRequest, conversation_id: UUID | None = None) -> str:
    """Of a conversation or of where one begins, with what the form's own address has chosen."""
    page, query = f"/c/{conversation_id}/" if conversation_id else "/", request.GET.urlencode()
    return f"{page}?{query}" if query else page


def _back(request: HttpRequest) -> str:
    """The page of ours that the form stands on."""
    where = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(where, request.get_host(), request.is_secure())
    return where if ours else "/"
