"""What a knob of config/settings.py may be: no process starts with one that is something else."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from math import inf
from typing import Any
from urllib.parse import urlsplit

import dj_email_url
from environs import EnvError, FileAwareEnv, ValidationError

from text.addresses import web_address

PRICES = """Environment variable "MODEL_PRICES" invalid: Give '{"some-model": [0.4, 1.6, 0.1]}'."""


class Knobs(FileAwareEnv):
    """A variable that is empty counts as one that is not given.

    ``NAME_FILE`` names a file that has the value of NAME, as secrets are handed to a container.
    """

    def __init__(self) -> None:
        super().__init__(strip_whitespace=True)

    def read_env(self, path: str, **options: Any) -> Any:  # type: ignore[override]
        try:
            return super().read_env(path, **options)
        except ValueError:
            raise EnvError("The file of settings is no text in UTF-8.") from None

    def _get_value(self, env_key: str, default: Any) -> Any:
        try:
            value = super()._get_value(env_key, default)
        except (ValueError, OSError):
            raise EnvError(f'"{env_key}_FILE" does not name a file that can be read.') from None
        if not isinstance(value, str):
            return value
        try:
            value.encode()
        except UnicodeEncodeError:
            raise EnvError(f'Environment variable "{env_key}" invalid: It is not UTF-8.') from None
        return value if value.strip() else default

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
    try:
        is_one = not url or "EMAIL_BACKEND" in dj_email_url.parse(url)
    except ValueError:  # a port or a number in it that is none
        is_one = False
    if not is_one:
        raise ValidationError("Not a mail server: give submission://user:password@host:587.")


def endpoint_or_nothing(url: str) -> None:
    if url and not web_address(url):
        raise ValidationError("Give an address of http or https: http://localhost:11434/v1.")


def host_or_nothing(url: str) -> None:
    """The address of a server, at the root of its host."""
    parts = web_address(url)
    if url and not (parts and parts.path in ("", "/") and not parts.query and not parts.fragment):
        raise ValidationError("Give an address without a path: https://chat.example.org.")


def origins(texts: list[str]) -> None:
    """Beyond this, Django's checks and ours look at them."""
    try:
        for text in texts:
            urlsplit(text).port  # noqa: B018 - raises for one that is none
    except ValueError:
        raise ValidationError("Give scheme and host, and a port if need be.") from None


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
        if not is_list or not all(
            type(price) in (int, float) and 0 <= price < inf for price in each
        ):
            raise EnvError(PRICES)
    return given
