"""What a knob of config/settings.py may be: no process starts with one that is something else."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import dj_email_url
from environs import EnvError, FileAwareEnv, ValidationError

PRICES = """Environment variable "MODEL_PRICES" invalid: Give '{"some-model": [0.4, 1.6, 0.1]}'."""


class Knobs(FileAwareEnv):
    """A variable that is empty counts as one that is not given.

    ``NAME_FILE`` names a file that has the value of NAME, as secrets are handed to a container.
    """

    def __init__(self) -> None:
        super().__init__(strip_whitespace=True)

    def _get_value(self, env_key: str, default: Any) -> Any:
        try:
            return super()._get_value(env_key, default) or default
        except (ValueError, OSError):
            raise EnvError(f'"{env_key}_FILE" does not name a file that can be read.') from None

    def listed(self, name: str, *default: str, **checks: Any) -> list[str]:
        """What stands between commas, without the spaces around them."""
        found = self.list(name, [*default], **checks)
        return [item for each in found if (item := each.strip())]


def address(text: str) -> None:
    try:
        ip_address(re.sub(r"\[(.*:.*)\]", r"\1", text))
    except ValueError:
        raise ValidationError("Give an IP address: 127.0.0.1, 0.0.0.0, [::1] or [::].") from None


def key_or_nothing(key: str) -> None:
    """That tokens can be signed with."""
    if not key:
        return
    from jwt.algorithms import HMACAlgorithm
    from jwt.exceptions import InvalidKeyError

    try:
        HMACAlgorithm(HMACAlgorithm.SHA256).prepare_key(key)
    except InvalidKeyError:
        raise ValidationError("Give random characters, and no PEM or key of SSH.") from None


def keys_or_nothing(keys: list[str]) -> None:
    for key in keys:
        key_or_nothing(key.strip())


def redis_or_nothing(url: str) -> None:
    if not url:
        return
    from redis.connection import parse_url

    try:
        parse_url(url)  # type: ignore[no-untyped-call]
    except ValueError:
        raise ValidationError("Not a valid Redis URL.") from None


def mail_server_or_nothing(url: str) -> None:
    if url and "EMAIL_BACKEND" not in dj_email_url.parse(url):
        raise ValidationError("Not a mail server: give submission://user:password@host:587.")


def web_address_or_nothing(url: str) -> None:
    """Of this server itself, at the root of a host."""
    parts = urlsplit(url)
    is_root = parts.path in ("", "/") and not parts.query and not parts.fragment
    if url and not (parts.scheme in ("http", "https") and parts.hostname and is_root):
        raise ValidationError("Give the address of this server: https://chat.example.org.")


def endpoints_or_nothing(text: str) -> None:
    if not text:
        return
    from agent.endpoints import FaultyEndpoints, read

    try:
        read(text)
    except FaultyEndpoints as error:
        raise ValidationError(str(error)) from None


def push_key_or_nothing(text: str) -> None:
    if not text:
        return
    from py_vapid import Vapid

    try:
        Vapid.from_string(text)
    except ValueError:
        raise ValidationError("Not a private key: give 32 bytes in URL-safe Base64.") from None


def bounds(least: int, most: int = 10**9) -> Callable[[float], None]:
    """Of a knob's number; beyond them no process starts."""

    def check(number: float) -> None:
        if not least <= number <= most:  # nor is it what is not a number at all
            raise ValidationError(f"Give {least} to {most:,}.")

    return check


def prices(given: Any) -> dict[str, list[float]]:
    """Of models: a million tokens of input, of output and, where it is another, of cached input."""
    if not isinstance(given, dict):
        raise EnvError(PRICES)
    for each in given.values():
        is_list = isinstance(each, list) and len(each) in (2, 3)
        if not is_list or not all(type(price) in (int, float) and price >= 0 for price in each):
            raise EnvError(PRICES)
    return given
