"""The table of providers: one server for each of those that people use.

Beside each rule stands where it is told. Where makers have several models, it is the strictest.
"""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from agent.llm import Response, ToolRequest
from tests.fakes import providers
from tests.fakes.answers import USAGE, event
from tests.fakes.makers import Body, Delta, HandsBack, Maker, Refusal, Rule
from tests.fakes.rules import validate_messages
from tests.fakes.server import Request

KNOWN = {
    *("model", "messages", "stream", "stream_options", "tools", "max_tokens"),
    *("max_completion_tokens", "temperature"),
}


def no(*fields: str) -> Rule:
    """The request may not have any of these."""

    def rule(body: Body) -> str | None:
        strange = sorted(body.keys() & {*fields})
        return f"Unsupported parameter: {strange}" if strange else None

    return rule


def only(*fields: str) -> Rule:
    def rule(body: Body) -> str | None:
        strange = sorted(body.keys() - {*fields})
        return f"Extra inputs are not permitted: {strange}" if strange else None

    return rule


def some_tools(body: Body) -> str | None:
    """An empty list is refused by OpenAI ("[] is too short") and by Mistral as well:
    https://github.com/partITech/php-mistral/issues/76
    """
    return "[] is too short - 'tools'" if body.get("tools") == [] else None


def plain_schemas(body: Body) -> str | None:
    """https://ai.google.dev/api/caching#Schema, and its formats of strings:
    https://github.com/googleapis/python-genai/issues/699
    """
    told = json.dumps(body.get("tools", []))
    strange = [word for word in ('"anyOf"', '"$defs"', '"$ref"', '"format"') if word in told]
    return f"Invalid JSON payload received. Unknown name {strange}" if strange else None


def tools_of_calls(body: Body) -> str | None:
    """Who tells calls must tell the tools: https://github.com/BerriAI/litellm/issues/5747"""
    has_calls = any("tool_calls" in message for message in body["messages"])
    return "The toolConfig field must be defined" if has_calls and not body.get("tools") else None


def roles_alternate(body: Body) -> str | None:
    """Those of the user and of the assistant, calls and their results left out.

    https://github.com/microsoft/autogen/issues/3597, and the templates of Mistral and Gemma.
    """
    said = [
        message["role"]
        for message in body["messages"][1:]
        if message["role"] != "tool" and not message.get("tool_calls")
    ]
    wrong = any(role != ("user", "assistant")[place % 2] for place, role in enumerate(said))
    return "Conversation roles must alternate user/assistant/user/assistant/..." if wrong else None


class OpenAI(Maker):
    """Its thinking models want another name for the limit of tokens.

    https://platform.openai.com/docs/api-reference/chat/create#chat_create-max_tokens
    """

    rules = [only(*KNOWN), no("max_tokens", "temperature"), some_tools]
    refusals = 1


class Azure(Maker):
    """Begins with no choices, ends with a choice without delta, and takes no ``stream_options``
    in its earlier versions.

    https://github.com/simonw/llm/issues/294, https://github.com/microsoft/autogen/issues/6465
    """

    base_url = "{url}?api-version=2024-06-01"
    rules = [no("stream_options", "max_completion_tokens"), some_tools]
    refusals = 1

    def check(self, request: Request) -> None:
        names = {name.lower() for name in request.headers}
        if "api-key" not in names or not request.path.endswith("?api-version=2024-06-01"):
            raise Refusal("Access denied due to invalid subscription key or wrong API endpoint.")
        super().check(request)

    def beginning(self, response: Response) -> Iterator[Any]:
        yield {"id": "", "object": "", "model": "", "choices": [], "prompt_filter_results": [{}]}
        yield from super().beginning(response)

    def ending(self, last: Delta, response: Response, counts: bool) -> Iterator[Any]:
        yield from super().ending(last, response, counts)
        late = {"index": 0, "finish_reason": None, "content_filter_offsets": {"check_offset": 9}}
        yield {"id": "", "object": "", "model": "", "choices": [late]}


class Mistral(Maker):
    """https://github.com/dnakov/anon-kode/issues/53,
    https://github.com/editor-code-assistant/eca/issues/231
    """

    rules = [
        only(*KNOWN - {"stream_options", "max_completion_tokens"}),
        some_tools,
        roles_alternate,
    ]
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    refusals = 1
    piece = 0

    def error(self, words: str) -> Any:
        detail = [{"type": "extra_forbidden", "loc": ["body"], "msg": words}]
        return {"object": "error", "message": {"detail": detail}, "type": "invalid_request_error"}

    def id_of(self, number: int, request: ToolRequest) -> str:
        return f"D681PevK{number % 10}"

    def ending(self, last: Delta, response: Response, counts: bool) -> Iterator[Any]:
        yield event(last, self.finish_of(response), usage=USAGE)


class Gemini(HandsBack):
    """Its errors come in a list: https://github.com/Gitlawb/openclaude/issues/67"""

    provider = providers.Gemini
    rules = [plain_schemas]
    finish_of_words = "STOP"

    def error(self, words: str) -> Any:
        return [{"error": {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}}]


class DeepSeek(HandsBack):
    """Sends comments until it begins: https://api-docs.deepseek.com/quick_start/rate_limit"""

    provider = providers.DeepSeek
    rules = [some_tools]

    def beginning(self, response: Response) -> Iterator[Any]:
        yield b": keep-alive\n\n"
        for thought in ("They ", "want ", "it."):
            yield event({"content": None, "reasoning_content": thought})


class OpenRouter(HandsBack):
    """https://openrouter.ai/docs/api-reference/streaming#additional-information"""

    provider = providers.OpenRouter

    def beginning(self, response: Response) -> Iterator[Any]:
        yield b": OPENROUTER PROCESSING\n\n"
        yield event({"role": "assistant", "content": "", "reasoning": "They want it."})

    def ending(self, last: Delta, response: Response, counts: bool) -> Iterator[Any]:
        yield event(last)
        yield event({"role": "assistant", "content": ""}, self.finish_of(response))
        yield event({"role": "assistant", "content": ""}, usage=USAGE)


class Groq(Maker):
    """Tells a call whole, and its costs in a field of its own:
    https://console.groq.com/docs/openai, https://github.com/groq/groq-python/issues/205
    """

    rules = [some_tools]
    piece = 0

    def ending(self, last: Delta, response: Response, counts: bool) -> Iterator[Any]:
        yield event(last)
        yield event({}, self.finish_of(response), x_groq={"id": "req_0", "usage": USAGE})


class Together(Maker):
    """https://docs.together.ai/docs/chat-overview: ``eos``, and the usage beside it"""

    finish_of_words = "eos"

    def ending(self, last: Delta, response: Response, counts: bool) -> Iterator[Any]:
        yield event(last)
        yield event({"role": "assistant", "content": ""}, self.finish_of(response), usage=USAGE)


class XAI(Maker):
    """Tells a call whole, and the costs so far with each piece: https://docs.x.ai/docs/guides"""

    piece = 0

    def events(self, body: Body, response: Response) -> Iterator[Any]:
        for told in super().events(body, response):
            yield told | {"usage": USAGE}


class Kimi(Maker):
    """Its ids tell the tool: https://github.com/MoonshotAI/Kimi-K2/blob/main/docs/tool_call_guidance.md;
    an answer of nothing is refused, https://github.com/MoonshotAI/kimi-cli/issues/120
    """

    def id_of(self, number: int, request: ToolRequest) -> str:
        return f"functions.{request.name}:{number}"

    def ending(self, last: Delta, response: Response, counts: bool) -> Iterator[Any]:
        choice = event(last, self.finish_of(response))["choices"][0]
        yield {"object": "chat.completion.chunk", "choices": [choice | {"usage": USAGE}]}


class Qwen(Maker):
    """Repeats an empty id and name with each piece:
    https://help.aliyun.com/zh/model-studio/qwen-function-calling
    """

    def call(self, number: int, request: ToolRequest) -> Iterator[Delta]:
        head, *rest = super().call(number, request)
        yield head
        for delta in rest:
            [call] = delta["tool_calls"]
            function = {"name": "", **call["function"]}
            yield {"content": None, "tool_calls": [{**call, "id": "", "function": function}]}


class GLM(HandsBack):
    """Says why it ends with the last of its words, and wants its thoughts back:
    https://docs.z.ai/guides/capabilities/thinking-mode#interleaved-thinking
    """

    provider = providers.DeepSeek

    def beginning(self, response: Response) -> Iterator[Any]:
        yield event({"role": "assistant", "reasoning_content": "They want it."})

    def ending(self, last: Delta, response: Response, counts: bool) -> Iterator[Any]:
        yield event(last, self.finish_of(response), usage=USAGE)


class Ollama(Maker):
    """All calls have the index 0, and are told whole: https://github.com/ollama/ollama/issues/15457.
    Content that is null is refused: https://github.com/ollama/ollama/issues/9802
    """

    piece = 0

    def beginning(self, response: Response) -> Iterator[Any]:
        yield event({"role": "assistant", "content": ""})

    def call(self, number: int, request: ToolRequest) -> Iterator[Delta]:
        yield from super().call(0, request)

    def id_of(self, number: int, request: ToolRequest) -> str:
        return f"call_{number:08}"


class LlamaCpp(Maker):
    """The template decides, here that of Llama 3, which refuses two calls in one message; that is
    told as a fault of the server: https://github.com/SWE-agent/mini-swe-agent/issues/759. Tells
    what it thought apart, and takes it back.
    """

    rules = [roles_alternate]
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    piece = 3
    refusals = None

    def fault_of_messages(self, body: Body) -> str | None:
        if any(len(message.get("tool_calls", [])) > 1 for message in body["messages"]):
            return "Jinja Exception: This model only supports single tool-calls at once!"
        without = [{**message} for message in body["messages"]]
        for message in without:
            message.pop("reasoning_content", None)
        return validate_messages(without)

    def beginning(self, response: Response) -> Iterator[Any]:
        yield event({"role": "assistant", "content": None, "reasoning_content": "They want it."})

    def id_of(self, number: int, request: ToolRequest) -> str:
        return f"{193629320 + number}"

    def ending(self, last: Delta, response: Response, counts: bool) -> Iterator[Any]:
        *events, usage = super().ending(last, response, True)
        yield from events
        yield usage | {"timings": {"cache_n": 236, "prompt_n": 1, "predicted_n": 35}}


class VLLM(Maker):
    """Its ending stands with the last piece: https://github.com/vllm-project/vllm-ascend/issues/8327;
    earlier ones refuse what they do not know: https://github.com/gpustack/gpustack/issues/429
    """

    rules = [only(*KNOWN), roles_alternate, some_tools]

    def ending(self, last: Delta, response: Response, counts: bool) -> Iterator[Any]:
        yield event(last, self.finish_of(response))
        if counts:
            yield {"choices": [], "usage": USAGE}

    def id_of(self, number: int, request: ToolRequest) -> str:
        return f"chatcmpl-tool-{number:032}"

    def error(self, words: str) -> Any:
        return {"object": "error", "message": words, "type": "BadRequestError", "code": 400}


class LMStudio(Maker):
    """https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/1318 and
    https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/830
    """

    def deltas(self, response: Response) -> Iterator[Delta]:
        for delta in super().deltas(response):
            yield {"role": "assistant", "content": "", "tool_calls": [], **delta}

    def id_of(self, number: int, request: ToolRequest) -> str:
        return f"{193629320 + number}"


class Bedrock(Maker):
    """Claude behind a gateway: https://github.com/NousResearch/hermes-agent/issues/55092"""

    rules = [no("stream_options"), tools_of_calls, roles_alternate]
    refusals = 1

    def id_of(self, number: int, request: ToolRequest) -> str:
        return f"tooluse_{number:022}"

    def fault_of_messages(self, body: Body) -> str | None:
        blank = [m for m in body["messages"] if not (m["content"].strip() or m.get("tool_calls"))]
        return "text content blocks must be non-empty" if blank else super().fault_of_messages(body)


class TGI(Maker):
    """Arguments as an object, and ``stop`` behind calls:
    https://github.com/huggingface/text-generation-inference/issues/2986
    """

    finish_of_words = "eos_token"
    finish_of_calls = "stop"
    done = False

    def call(self, number: int, request: ToolRequest) -> Iterator[Delta]:
        function = {"name": request.name, "arguments": json.loads(request.arguments)}
        yield {"tool_calls": [{"index": number, "id": "0", "function": function}]}


TABLE: list[type[Maker]] = [
    *(OpenAI, Azure, Mistral, Gemini, DeepSeek, OpenRouter, Groq, Together, XAI, Kimi, Qwen, GLM),
    *(Ollama, LlamaCpp, VLLM, LMStudio, Bedrock, TGI),
]
