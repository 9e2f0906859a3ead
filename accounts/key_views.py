"""Keys over HTTP, for who is signed in: no key makes, lists or ends one."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers, status
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.authentication import user_of
from accounts.keys import LONGEST_NAME, Key, KeyQuerySet, Scope
from accounts.models import User
from text import is_blank
from web.fields import RequestBody, TitleField
from web.schema import describe

NEITHER = "Give read or write as well: the others say how a key writes."
PAST = "Give a time that is still to come."


class KeySerializer(RequestBody, serializers.Serializer[Key]):
    """What a client signs in with. `write` includes reading."""

    id = serializers.UUIDField(read_only=True)
    name = TitleField(max_length=LONGEST_NAME, help_text="Of the client, for example.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(Scope.choices),
        allow_empty=False,
        help_text="What it may do; `ask`: each change takes your consent.",
    )
    prefix = serializers.CharField(read_only=True, help_text="By it you know the key again.")
    created_at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Null: never."
    )
    last_used_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="To the minute."
    )
    last_door = serializers.CharField(
        read_only=True, help_text="By which door it was used last; blank: it never was."
    )

    def validate_name(self, name: str) -> str:
        if is_blank(name):
            self.fields["name"].fail("blank")
        return name

    def validate_scopes(self, scopes: list[str]) -> list[str]:
        if not {Scope.READ, Scope.WRITE} & {*scopes}:
            raise ValidationError([ErrorDetail(NEITHER, code="required")])
        return scopes

    def validate_expires_at(self, moment: datetime) -> datetime:
        if moment <= timezone.now():
            raise ValidationError([ErrorDetail(PAST, code="past")])
        return moment

    def create(self, validated_data: dict[str, Any]) -> Key:
        """Of the ``user`` that save() is given."""
        user: User = validated_data.pop("user")
        return user.make_key(**validated_data)


class NewKeySerializer(KeySerializer):
    key = serializers.CharField(
        source="text", read_only=True, help_text="What signs in; it cannot be told again."
    )


EXAMPLE = OpenApiExample(
    "A key for an assistant",
    {"name": "Claude Desktop", "scopes": ["write", "ask"], "expires_at": "2027-06-01T00:00:00Z"},
    request_only=True,
)


@describe(tags=["keys"])
class KeyViewSet(GenericViewSet[Key]):
    queryset = Key.objects.none()
    serializer_class = KeySerializer
    by_hand = frozenset({"list", "create", "destroy"})

    def get_queryset(self) -> KeyQuerySet:
        return Key.objects.for_user(user_of(self.request)).not_revoked()

    def list(self, request: Request) -> Response:
        """The user's keys that are not revoked, newest first."""
        page = self.paginate_queryset(self.get_queryset().newest_first())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @describe(request=KeySerializer, responses={201: NewKeySerializer}, examples=[EXAMPLE])
    def create(self, request: Request) -> Response:
        """Make a key. What signs in with it is told as `key`, and never again."""
        form = NewKeySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        form.save(user=user_of(request))
        return Response(form.data, status=status.HTTP_201_CREATED)

    @describe(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke a key, at once; what was done with it stays, and can be taken back."""
        if not self.get_queryset().filter(pk=pk).revoke():
            raise NotFound
        return Response(status=status.HTTP_204_NO_CONTENT)
