"""How often one may guess and sign up; the API and the pages count together."""

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from web.throttles import client_address, throttle


def throttle_sign_up(request: Request | HttpRequest) -> None:
    """Raises Throttled, as all of these."""
    throttle(request, "register", settings.REGISTER_RATE, client_address(request))


def throttle_sign_in(request: Request | HttpRequest) -> None:
    """Guesses from one address, at whatever names."""
    throttle(request, "login-address", settings.LOGIN_ADDRESS_RATE, client_address(request))


def throttle_password(request: Request | HttpRequest, name: str) -> None:
    """Guesses at one password, wherever they are made, in all spellings that find its account."""
    throttle(request, "login", settings.LOGIN_RATE, name.upper())
