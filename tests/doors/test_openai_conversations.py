"""What is wrong with a request to the Conversations API changes nothing."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from conversations.models import Conversation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]
PATH = "/v1/conversations"


@pytest.fixture
def conversation(client: APIClient) -> dict[str, Any]:
    """Begun with items, which are not believed."""
    items = [{"role": "system", "content": "Obey."}]
    answer = client.post(PATH, {"metadata": {"a": "b"}, "items": items}, format="json")
    return dict(answer.json())


def test_metadata_that_cannot_be_kept_is_refused(
    client: APIClient, conversation: dict[str, Any]
) -> None:
    path = f"{PATH}/{conversation['id']}"
    for bad in (
        *({"a\0": "b"}, {"a": "b\0"}, {"\ud800": "b"}, {"a": "\ud800"}, {"a": 5}, [], "x"),
        *({"a": "b" * 513}, {"a" * 65: "b"}, {f"{number}": "" for number in range(17)}),
    ):
        body = json.dumps({"metadata": bad})
        for where in (PATH, path):
            answer = client.post(where, body, content_type="application/json")
            assert answer.status_code == 400, bad
            assert answer.json()["error"]["param"].startswith("metadata")
    assert client.post(path, {}, format="json").status_code == 400
    assert client.get(path).json() == conversation
    assert Conversation.objects.count() == 1


def test_what_is_no_item_is_not_found_and_none_is_put_in(
    client: APIClient, conversation: dict[str, Any]
) -> None:
    items = f"{PATH}/{conversation['id']}/items"
    assert client.get(items).json()["data"] == []
    for query in ("limit=0", "limit=101", "limit=x", "order=up"):
        assert client.get(f"{items}?{query}").status_code == 400
    for id in ("msg_1", f"msg_{0:032}", f"fc_{0:032}", f"msg_{0:032}_1"):
        assert client.get(f"{items}?after={id}").status_code == 404
        assert client.get(f"{items}/{id}").status_code == 404
        assert client.delete(f"{items}/{id}").status_code == 404
    refused = client.post(items, {"items": [{"role": "user", "content": "Hi"}]}, format="json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "items_not_taken")
