from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import user_of
from accounts.models import User
from reminders import letters
from reminders.mail import Letter, Postman
from reminders.models import Channel, Channels, PushSubscription
from reminders.notice import Notice, Outcome
from reminders.serializers import ChannelsSerializer, TestSerializer
from reminders.telling import Tell, by_push, by_webhook
from web.connections import release_connection
from web.schema import describe, problems
from web.throttles import throttle


@describe(tags=["reminders"])
class ChannelsView(GenericAPIView[Channels]):
    serializer_class = ChannelsSerializer
    by_hand = frozenset({"GET", "PATCH"})

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "user": user_of(self.request)}

    def get(self, request: Request) -> Response:
        """By what reminders ring, and when they do not."""
        return Response(self.get_serializer(Channels.of(user_of(request))).data)

    def patch(self, request: Request) -> Response:
        """Change the named ones. A new webhook is told with its secret, this once."""
        form = self.get_serializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        return Response(self.get_serializer(form.save()).data)


class ChannelsTestView(GenericAPIView[Channels]):
    serializer_class = TestSerializer
    by_hand = frozenset({"POST"})

    @describe(tags=["reminders"], request=None, responses={200: TestSerializer, **problems(429)})
    def post(self, request: Request) -> Response:
        """Ring once on each channel but the page, now; what came of each."""
        return Response({"results": rung_once(request, user_of(request))})


def rung_once(request: HttpRequest | Request, user: User) -> list[dict[str, str]]:
    """What came of a ring on each channel but the page, as the API tells it. Raises Throttled."""
    throttle(request, "channel-test", settings.CHANNEL_TEST_RATE, str(user.pk))
    tells = tests_of(Channels.of(user))
    release_connection()
    with ThreadPoolExecutor(max(1, len(tells))) as hands:
        outcomes = list(hands.map(lambda told: told[1](), tells))
    return [
        {"channel": channel, "status": "sent" if came.kind == "sent" else "failed"}
        | {"detail": came.why}
        for (channel, _tell), came in zip(tells, outcomes, strict=True)
    ]


def tests_of(channels: Channels) -> list[tuple[str, Tell]]:
    """The calls that ring for a test; each device is one."""
    user, tells = channels.user, list[tuple[str, Tell]]()
    for device in PushSubscription.objects.for_user(user):
        tells.append((Channel.PUSH, by_push(channels, _test_notice(user.local_now()), device)))
    if channels.mail and channels.can_mail:
        letter = letters.of_test(_test_notice(user.local_now()).id, user)
        tells.append((Channel.MAIL, partial(_posted, letter)))
    if channels.webhook_url:
        tells.append((Channel.WEBHOOK, by_webhook(channels, _test_notice(user.local_now()))))
    return tells


def _posted(letter: Letter) -> Outcome:
    """Alone, and its connection is closed after it."""
    with closing(Postman()) as postman:
        return postman.send(letter)


def _test_notice(now: datetime) -> Notice:
    return Notice(
        f"{uuid4()}-1", None, None, "A test of your reminders", now, letters.address_of("home")
    )
