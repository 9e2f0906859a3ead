from uuid import UUID

from django.contrib.auth import authenticate, logout
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample
from rest_framework import status
from rest_framework.exceptions import AuthenticationFailed, NotFound, PermissionDenied
from rest_framework.generics import GenericAPIView, RetrieveUpdateAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import export, tokens
from accounts.authentication import user_of
from accounts.models import User
from accounts.preferences import Preference
from accounts.serializers import (
    AccountExportSerializer,
    AccountSerializer,
    CredentialsSerializer,
    OwnAccountSerializer,
    PasswordSerializer,
    PreferenceSerializer,
    RefreshSerializer,
    RegisterSerializer,
    TokenPairSerializer,
)
from accounts.throttles import (
    count_wrong_password,
    throttle_password,
    throttle_sign_in,
    throttle_sign_up,
)
from web.schema import describe, problems


class PublicView(GenericAPIView[User]):
    """Open to all: a token that came along, perhaps expired, does not stand in the way."""

    authentication_classes = ()
    permission_classes = ()

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class RegisterView(PublicView):
    serializer_class = RegisterSerializer

    @describe(tags=["accounts"], responses={201: AccountSerializer, **problems(429)})
    def post(self, request: Request) -> Response:
        """Make an account."""
        throttle_sign_up(request)
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = form.save()
        return Response(AccountSerializer(user).data, status=status.HTTP_201_CREATED)


class TokenView(PublicView):
    serializer_class = CredentialsSerializer

    @describe(
        tags=["accounts"],
        responses={200: TokenPairSerializer, **problems(401, 429)},
        examples=[
            OpenApiExample(
                "Sign in", {"username": "ada", "password": "a long secret"}, request_only=True
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Sign in: an access token for requests, and a refresh token for the next pair."""
        throttle_sign_in(request)
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        name = form.validated_data["username"]
        throttle_password(request, name)
        user = authenticate(request._request, **form.validated_data)
        if not isinstance(user, User):
            count_wrong_password(request, name)
            raise AuthenticationFailed("The name or the password is wrong.")
        return Response(tokens.issue(user))


class RefreshView(PublicView):
    serializer_class = RefreshSerializer

    @describe(tags=["accounts"], responses={200: TokenPairSerializer, **problems(401)})
    def post(self, request: Request) -> Response:
        """A new pair for a refresh token, which works once."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(tokens.renew(form.validated_data["refresh"]))


class RevokeView(PublicView):
    serializer_class = RefreshSerializer

    @describe(tags=["accounts"], responses={205: None, **problems(401)})
    def post(self, request: Request) -> Response:
        """Sign out: the refresh token is dead."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        tokens.revoke(form.validated_data["refresh"])
        return Response(status=status.HTTP_205_RESET_CONTENT)


@describe(tags=["accounts"])
class AccountView(RetrieveUpdateAPIView[User]):
    """The account of whoever asks."""

    serializer_class = OwnAccountSerializer
    http_method_names = ["get", "patch", "delete", "head", "options"]
    by_hand = frozenset({"PATCH", "DELETE"})

    def get_object(self) -> User:
        return user_of(self.request)

    @describe(request=PasswordSerializer, responses={204: None, **problems(429)})
    def delete(self, request: Request) -> Response:
        """Erase the account and all its rows; asks for the password, if there is one."""
        user = self.get_object()
        if user.has_usable_password():  # who signs in elsewhere has none here
            self.check_password(user)
        user.erase()
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def check_password(self, user: User) -> None:
        """Raises PermissionDenied, Throttled."""
        form = PasswordSerializer(data=self.request.data)
        form.is_valid(raise_exception=True)
        throttle_password(self.request, user.username)
        if not user.check_password(form.validated_data["password"]):
            count_wrong_password(self.request, user.username)
            raise PermissionDenied("The password is wrong.")


class ExportView(GenericAPIView[User]):
    by_hand = frozenset({"GET"})

    @describe(
        tags=["accounts"],
        parameters=[AccountExportSerializer],
        responses={(200, "application/json"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Everything that is kept about whoever asks, as one file."""
        query = AccountExportSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        also = ["thinking"] if query.validated_data["thinking"] else []
        return export.as_file(user_of(request), also=also)


class PreferencesView(GenericAPIView[Preference]):
    serializer_class = PreferenceSerializer
    pagination_class = None  # they are few

    @describe(tags=["accounts"], responses={200: PreferenceSerializer(many=True)})
    def get(self, request: Request) -> Response:
        """What the user told about themselves in the chat, oldest first."""
        told = user_of(request).preferences()
        return Response(self.get_serializer(told, many=True).data)


class PreferenceView(GenericAPIView[Preference]):
    @describe(tags=["accounts"], responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Forget this: what the words meant is again as it is for everybody."""
        if not user_of(request).forget([pk]):
            raise NotFound
        return Response(status=status.HTTP_204_NO_CONTENT)
