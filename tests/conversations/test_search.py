"""Finding a conversation by its title and by what was said in it."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import ConversationFactory, say

LIST = "/api/conversations/"


def found(client: APIClient, text: str) -> list[str]:
    answer = client.get(LIST, {"search": text})
    assert answer.status_code == 200, answer.json()
    return [row["title"] for row in answer.json()["results"]]


@pytest.fixture
def garden(user: User) -> None:
    conversation = ConversationFactory(user=user, title="Garden")
    say(conversation, "When do I sow Tomatoes?", "In March, 100% sure.")
    say(conversation, "And tomatoes in a pot?", "In april_fools week.")
    say(ConversationFactory(user=user, title="Work"), "Write the report", "Noted.")


@pytest.mark.usefixtures("garden")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("garden", ["Garden"]),
        ("ARDE", ["Garden"]),
        ("TOMATOES", ["Garden"]),
        ("in march", ["Garden"]),
        ("noted", ["Work"]),
        ("o", ["Work", "Garden"]),
        ("potatoes", []),
        ("%", ["Garden"]),
        ("_", ["Garden"]),
        ("\\", []),
        ("'; DROP TABLE conversations; --", []),
    ],
)
def test_search_looks_in_titles_and_messages(
    client: APIClient, text: str, expected: list[str]
) -> None:
    assert found(client, text) == expected


@pytest.mark.usefixtures("garden")
@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_search_finds_all(client: APIClient, text: str) -> None:
    assert found(client, text) == ["Work", "Garden"]


@pytest.mark.usefixtures("garden")
def test_nobody_finds_what_others_have_said(stranger_client: APIClient) -> None:
    assert found(stranger_client, "tomatoes") == []


@pytest.mark.usefixtures("garden")
def test_a_search_goes_on_over_pages(client: APIClient) -> None:
    first = client.get(LIST, {"search": "o", "limit": 1}).json()
    second = client.get(first["next"]).json()

    assert [row["title"] for row in first["results"] + second["results"]] == ["Work", "Garden"]
    assert second["next"] is None


@pytest.mark.parametrize("text", ["a\0b", "x" * 201])
def test_a_bad_search_is_400(client: APIClient, text: str) -> None:
    answer = client.get(LIST, {"search": text})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "search"


def test_bytes_that_are_no_utf8_find_nothing(client: APIClient) -> None:
    assert client.get(f"{LIST}?search=%ff%fe").json()["results"] == []
