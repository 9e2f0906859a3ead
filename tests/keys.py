"""Clients that come with a key."""

from rest_framework.test import APIClient

from accounts.models import User


def client_with(user: User, *scopes: str) -> APIClient:
    """It answers a crash as a server would."""
    client = APIClient(raise_request_exception=False)
    key = user.make_key("A client", scopes)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key.text}")
    return client
