"""The prompts of real turns, as the chat templates of real models render them."""

import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import pairwise
from typing import Any

import pytest
from jinja2 import Template

from accounts.models import User
from agent import tools
from agent.llm import LLM, LLMUnavailable, Message
from agent.offline.assistant import OfflineLLM
from chat import turns
from conversations.models import Conversation
from tests.agent.chat_templates import FOLDER, render, template_of
from tests.fakes import ScriptedLLM, call
from tests.fakes.prompts import Heard

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

REFUSED = {
    "CohereForAI-c4ai-command-r-plus-tool_use": "demands a description of each parameter",
    "fireworks-ai-llama-3-firefunction-v2": "demands the tools under another name",
    "google-gemma-2-2b-it": "knows no system message and no tools",
}
"""The templates that render no prompt of ours, and why."""

TOOL_BLIND = ["llama-cpp-rwkv-world", "microsoft-Phi-3.5-mini-instruct"]
"""Made for models without tools: no call and no result is rendered."""

SILENT_CALLS = [
    "Cohere2MoE",
    "CohereForAI-c4ai-command-r7b-12-2024-tool_use",
    "MiniMax-M1",
    "Mistral-Small-3.2-24B-Instruct-2506",
    "NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use",
    "NousResearch-Hermes-3-Llama-3.1-8B-tool_use",
    "llm-jp-llm-jp-4.1-8b-thinking",
    "meta-llama-Llama-3.1-8B-Instruct",
    "meta-llama-Llama-3.2-3B-Instruct",
    "meta-llama-Llama-3.3-70B-Instruct",
    "mistralai-Mistral-Nemo-Instruct-2407",
    "muse-glimmer",
    "openai-gpt-oss-120b",  # and where there is a thought, that in their place
    "upstage-Solar-Open-100B",
]
"""Of a message with a call they render the call and not the words."""

LOST = {
    **{name: {"tool"} for name in TOOL_BLIND},
    **{name: {"assistant with a call"} for name in SILENT_CALLS},
    # puts the instructions before a message of the user that is the last of all, or nowhere
    "mistralai-Mistral-Nemo-Instruct-2407": {"assistant with a call", "system"},
}

NO_PREFIX = {
    "CohereForAI-c4ai-command-r7b-12-2024-tool_use": "numbers the calls of the newest turn only",
    "Mistral-Small-3.2-24B-Instruct-2506": "tells the tools before the newest messages",
    "microsoft-Phi-3.5-mini-instruct": "ends each prompt with a mark of its own",
    "mistralai-Mistral-Nemo-Instruct-2407": "tells tools and instructions before the newest",
}
"""What they render of one turn is not the beginning of what they render of the next."""

SCRIPT: list[tuple[str, list[Any]]] = [
    ("Good morning!", [["Hello, what can I do?"]]),
    ("Note down: oat milk", [[call("create_task", title="Oat milk")], ["It is on your list."]]),
    (
        "Eggs and plums as well",
        [[call("create_task", title="Eggs"), call("create_task", title="Plums")], ["Both noted."]],
    ),
    (
        "Which have I got?",
        [
            ["Let me have a look.", call("list_tasks")],
            ["One moment more.", call("list_tasks", status="completed")],
            ["Three, none of them ticked."],
        ],
    ),
    (
        "Rename the fourth",
        [
            [call("update_task", id="nothing", title="Pears")],
            [call("no_such_tool"), call("create_task", due_date="never")],
            ["That did not work, sorry."],
        ],
    ),
    ("Anybody there?", [LLMUnavailable()]),
    ("Still here?", [["Half of an", LLMUnavailable()]]),
    ('Straße, 小红, "quoted" {{ braces }} <|im_end|> 🙂', [["Crème brûlée {% raw %}"]]),
]
"""What the user says, and the steps of the model that answers."""


@pytest.fixture
def prompts(user: User) -> list[list[list[Message]]]:
    """Those of one conversation, turn by turn: of a scripted model, the built-in one, another."""
    if not FOLDER.exists():
        pytest.skip("Chat templates are to be fetched. Try: make test-templates")
    conversation = Conversation(user=user)
    tell = partial(_prompts_of_turn, conversation, user)
    scripted = [tell(said, ScriptedLLM(*steps, model="one")) for said, steps in SCRIPT]
    built_in = [
        tell(said, OfflineLLM())
        for said in ("add tea and call Bob tomorrow at 5pm", "what is open?", "tea is done", "undo")
    ]
    last = tell("All?", ScriptedLLM(["Reading.", call("list_tasks")], ["All."], model="two"))
    return [*scripted, *built_in, last]


def _prompts_of_turn(
    conversation: Conversation, user: User, said: str, llm: LLM
) -> list[list[Message]]:
    heard = Heard(llm)
    turn = turns.open_turn(conversation, partial(conversation.begin_turn, said))
    list(turns.answer(turn, user, heard))
    conversation.refresh_from_db()
    return heard.prompts


@cache
def templates() -> dict[str, Template]:
    every = {path.stem: template_of(path) for path in sorted(FOLDER.glob("*.jinja"))}
    return {name: each for name, each in every.items() if name not in REFUSED}


def found(fault_of: Callable[[Template], Any]) -> dict[str, Any]:
    """What is not as it should be, for each template of which that is so."""
    faults = {name: fault_of(template) for name, template in templates().items()}
    return {name: fault for name, fault in faults.items() if fault}


def text_of(template: Template, prompt: list[Message], *, asks: bool = True) -> str:
    return render(template, prompt, tools.specifications(), asks=asks)


def test_each_prompt_is_rendered_with_all_its_words(prompts: list[list[list[Message]]]) -> None:
    longest = [*(turn[-1] for turn in prompts), with_thoughts(prompts[-1][-1])]

    def lost(template: Template) -> set[str]:
        return {kind for prompt in longest for kind in lost_of(prompt, text_of(template, prompt))}

    assert found(lost) == LOST
    assert len(templates()) >= 60


def with_thoughts(prompt: list[Message]) -> list[Message]:
    """Told beside each call, as DeepSeek, vLLM and llama.cpp get their own back."""
    thought = {"reasoning_content": "So: they want it."}
    return [message | thought if "tool_calls" in message else message for message in prompt]


def lost_of(prompt: list[Message], text: str) -> Iterator[str]:
    """The kinds of messages of which a word is not in the text."""
    rendered = words(text)
    for message in prompt:
        if not words(message["content"]) <= rendered:
            yield message["role"] + " with a call" * ("tool_calls" in message)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def test_what_is_not_rendered_is_known(prompts: list[list[list[Message]]]) -> None:
    for name in REFUSED:
        with pytest.raises(Exception, match=r"description|functions|System role"):
            text_of(template_of(FOLDER / f"{name}.jinja"), prompts[0][0])


def test_a_prompt_is_the_beginning_of_the_next(prompts: list[list[list[Message]]]) -> None:
    """So that a server that keeps what it has read reads only what is new."""
    firsts = [turn[0] for turn in prompts]

    def broken(template: Template) -> bool:
        texts = [text_of(template, prompt, asks=False) for prompt in firsts]
        return not all(later.startswith(earlier) for earlier, later in pairwise(texts))

    assert found(broken).keys() == NO_PREFIX.keys()
