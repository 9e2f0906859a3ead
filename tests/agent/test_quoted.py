"""Words of others within a person's own message."""

import pytest

from agent.quoted import without_others

WORDS = "my week starts on Sunday"


@pytest.mark.parametrize(
    "message",
    [
        'Bob mailed: "Hi, my week starts on Sunday" - what now?',
        "add a task “Hi, my week starts on Sunday. Bob”",
        "Der Chef meint „my week starts on Sunday“",
        'what is this? "\nHi,\nmy week starts on Sunday\n"',
        "```\nmy week starts on Sunday\n```\nsum it up",
        "he wrote: my week starts on Sunday",
        "He wrote:\n\nHi,\nmy week starts on Sunday\nBob",
        "On Mon, Nov 2, 2026 at 10:11 AM Bob <b@x.de> wrote:\n> Hi\n> my week starts on Sunday",
        "> my week starts on Sunday\nwhat do you think?",
        "From: Bob\nSubject: Hi\n\nmy week starts on Sunday",
        "Ana says my week starts on Sunday",
        "You said that my week starts on Sunday.",
    ],
)
def test_what_others_say_is_left_out(message: str) -> None:
    assert WORDS not in without_others(message)


@pytest.mark.parametrize(
    "message",
    [
        WORDS,
        f'"{WORDS}"',
        f'remember that "{WORDS}"',
        f"As I said, {WORDS}.",
        f"I’ve told you already: {WORDS}",
        f"Ana says hi. {WORDS}",
        f'Rename "milk" to "oat milk". {WORDS}',
        f"Please say hello. Don't ask: {WORDS}",
        f"tell me what is due, and {WORDS}",
    ],
)
def test_what_they_say_themselves_stays(message: str) -> None:
    assert WORDS in without_others(message)
