"""The openai package's own client, asked where an endpoint gives us no answer.

A turn asks over connections of ours (decision 80); what the package makes of the same endpoint
tells whether that is why.
"""

from urllib.parse import parse_qsl

from agent.choice import key_of
from agent.endpoints import Endpoint
from agent.trying.asking import asked
from agent.trying.trial import HELLO

SECONDS = 30.0
NEITHER = "The client of the openai package gets none either: {}."
AN_ANSWER = (
    "The client of the openai package gets an answer there. It may go through a proxy or follow a "
    "redirect, as a turn never does; else please tell us of it."
)


def asked_by_the_package(endpoint: Endpoint) -> str:
    """A sentence; of an error the name of its class, and no word of the server's."""
    import openai  # half a second, which no process that serves has for it

    address, _, query = endpoint.base_url.partition("?")
    try:
        client = openai.OpenAI(
            base_url=address,
            api_key=key_of(endpoint) or "none",
            default_query=dict(parse_qsl(query)),
            max_retries=0,
            timeout=SECONDS,
        )
        with client:
            answer = client.chat.completions.create(
                model=endpoint.model,
                messages=asked(HELLO),  # type: ignore[arg-type] # plain dicts
            )
    except (openai.OpenAIError, ValueError) as error:
        return NEITHER.format(type(error).__name__)
    if not isinstance(answer, openai.types.chat.ChatCompletion) or not answer.choices:
        return NEITHER.format("no completion")
    return AN_ANSWER
