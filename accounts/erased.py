"""Requests whose account is erased while they are answered."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import InvalidToken

from accounts.models import User
from web import errors


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | HttpResponse | None:
    """REST framework's EXCEPTION_HANDLER, which is web's. What cannot be written since the account
    is gone is told as it would be a moment later: nobody is signed in.
    """
    if isinstance(error, IntegrityError) and _is_erased(context["request"].user):
        error = InvalidToken()
        header = context["view"].get_authenticate_header(context["request"])
        error.auth_header = header  # type: ignore[attr-defined] # as REST framework does
    return errors.exception_handler(error, context)


class ErasedMeanwhile(MiddlewareMixin):
    """For all else, which is pages: they lead there where one signs in."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, IntegrityError | ObjectDoesNotExist) and _is_erased(request.user):
            return redirect_to_login("/")
        return None


def _is_erased(user: User | AnonymousUser) -> bool:
    return user.is_authenticated and not User.objects.filter(pk=user.pk).exists()
