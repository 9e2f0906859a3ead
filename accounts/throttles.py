"""How often one may guess and sign up; the API and the pages count together."""

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from web.throttles import client_address, throttle

ALL_ADDRESSES = 20
"""So many times as often as from one address may one try a name from all together."""


def throttle_sign_up(request: Request | HttpRequest) -> None:
    """Raises Throttled, as all of these."""
    throttle(request, "register", settings.REGISTER_RATE, client_address(request))


def throttle_sign_in(request: Request | HttpRequest) -> None:
    """Guesses from one address, at whatever names."""
    throttle(request, "login-address", settings.LOGIN_ADDRESS_RATE, client_address(request))


def throttle_password(request: Request | HttpRequest, name: str) -> None:
    """Tries at one account, in all spellings that find it, before the password is looked at.

    They are counted for each address, so that no stranger uses up what its owner has; those of all
    addresses together have a bound of their own, which one stranger cannot reach.
    """
    account = name.upper()
    throttle(request, "login", settings.LOGIN_RATE, f"{account} {client_address(request)}")
    throttle(request, "login-name", _times(ALL_ADDRESSES, settings.LOGIN_RATE), account)


def count_wrong_password(request: Request | HttpRequest, name: str) -> None:
    """Wherever it was tried: past the rate all who guess are told to wait.

    They may be many, each with an address of its own. Who has the right password goes in.
    """
    throttle(request, "login-wrong", settings.LOGIN_RATE, name.upper())


def _times(factor: int, rate: str) -> str:
    number, per = rate.split("/")
    return f"{int(number) * factor}/{per}"
