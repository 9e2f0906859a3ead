"""The devices that take a user's reminders, over REST: what a browser tells when it subscribes."""

from typing import Any

from rest_framework import serializers, status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import user_of
from reminders import push
from reminders.models import PushSubscription
from reminders.models.channels import LONGEST_URL
from web.fields import RequestBody, TextField
from web.schema import describe


class EndpointField(TextField):
    def to_internal_value(self, data: Any) -> str:
        from reminders import outbound  # brings an HTTP client, which few processes need

        endpoint = super().to_internal_value(data)
        try:
            outbound.check(endpoint)
        except outbound.NotAllowed as error:
            raise ValidationError([ErrorDetail(str(error), code="not_allowed")]) from None
        return endpoint


class KeysSerializer(serializers.Serializer[Any]):
    p256dh = TextField(max_length=120, help_text="Its public key, as the browser tells it.")
    auth = TextField(max_length=60)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            push.check_keys(**attrs)
        except push.FaultyKeys:
            fault = "These are no keys of a push subscription."
            raise ValidationError([ErrorDetail(fault, code="invalid")]) from None
        return attrs


class SubscriptionSerializer(RequestBody, serializers.Serializer[Any]):
    """As PushSubscription.toJSON() of a browser gives it; other fields are passed over."""

    endpoint = EndpointField(max_length=LONGEST_URL)
    keys = KeysSerializer()


class WhichSerializer(RequestBody, serializers.Serializer[Any]):
    endpoint = TextField(max_length=LONGEST_URL, required=False)


class DevicesView(GenericAPIView[PushSubscription]):
    serializer_class = SubscriptionSerializer
    by_hand = frozenset({"POST", "DELETE"})

    @describe(tags=["reminders"], responses={204: None})
    def post(self, request: Request) -> Response:
        """Tell this browser of reminders; the same again changes nothing."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        PushSubscription.objects.keep(
            user_of(request), form.validated_data["endpoint"], **form.validated_data["keys"]
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    @describe(tags=["reminders"], request=WhichSerializer, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Tell the browser of this `endpoint` no more; without one, none."""
        form = WhichSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        PushSubscription.objects.forget(user_of(request), form.validated_data.get("endpoint"))
        return Response(status=status.HTTP_204_NO_CONTENT)
