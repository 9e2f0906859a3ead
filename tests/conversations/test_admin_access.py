"""In the admin nobody changes what was said, and who may not look does not see it."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, Message, Turn
from tests.conversations.conftest import CONVERSATIONS, TURNS, See, failed_turn, page_of
from tests.factories import ConversationFactory, UserFactory


def everything() -> list[Any]:
    return [list(model.objects.values_list()) for model in (Conversation, Turn, Message)]


def test_not_even_a_superuser_changes_what_was_said(operator: Client) -> None:
    conversation = ConversationFactory(title="Milk")
    turn = failed_turn(conversation)
    before = everything()

    for row in (conversation, turn):
        url = page_of(row)
        assert operator.post(url, {"title": "x", "status": "completed"}).status_code == 403
        assert operator.get(url.replace("change", "delete")).status_code == 403
        assert operator.post(url.replace("change", "delete"), {"post": "yes"}).status_code == 403
        assert 'name="_save"' not in operator.get(url).content.decode()
    for path in (CONVERSATIONS, TURNS):
        assert operator.get(f"{path}add/").status_code == 403
        assert operator.post(f"{path}add/", {"title": "x"}).status_code == 403
        form = {"action": "delete_selected", "post": "yes"}
        operator.post(path, {**form, "_selected_action": [conversation.pk, turn.pk]})

    assert everything() == before


@pytest.mark.parametrize(
    ("is_staff", "permissions", "status"),
    [
        (True, ["view_conversation", "view_turn"], 200),
        (True, [], 403),
        (False, ["view_conversation", "view_turn"], 302),
    ],
)
def test_only_staff_who_may_look_see(
    db: None, is_staff: bool, permissions: list[str], status: int
) -> None:
    user: User = UserFactory(is_staff=is_staff)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    conversation = ConversationFactory()
    turn = failed_turn(conversation)

    for path in (CONVERSATIONS, TURNS, page_of(conversation), page_of(turn)):
        assert client.get(path).status_code == status


def test_a_row_that_is_not_there_leads_back_to_the_list(operator: Client) -> None:
    for path in (CONVERSATIONS, TURNS):
        for key in ("0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55", "x"):
            assert operator.get(f"{path}{key}/change/").status_code == 302


def test_the_pages_have_neither_styles_nor_scripts_in_them(see: See) -> None:
    conversation = ConversationFactory()
    turn = failed_turn(conversation)

    for path in (CONVERSATIONS, TURNS, page_of(conversation), page_of(turn)):
        page = see(path)
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page
    assert "conversations/admin.css" in see(page_of(conversation))
