"""A browser's end of a push subscription: its keys, and what it reads of a message."""

import json
import os
from base64 import urlsafe_b64encode
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class Device:
    """``keys`` are what it gives to who may send to it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.keys = {"p256dh": base64url(point), "auth": base64url(self._auth)}

    def read(self, body: bytes) -> dict[str, Any]:
        """Decrypted by RFC 8291."""
        plain = http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth)
        told: dict[str, Any] = json.loads(plain)
        return told
