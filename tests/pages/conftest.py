import pytest
from django.test import Client

from accounts.models import User


@pytest.fixture
def browser(user: User) -> Client:
    """Signed in by a session, as a browser is; it shows a crash as a server would."""
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return browser
