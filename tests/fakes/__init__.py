"""The one fake of the tests: the language model, in the process or as a server on loopback."""

from tests.fakes.rules import validate_messages
from tests.fakes.scripted_llm import ScriptedLLM, call
from tests.fakes.server import Answer, ScriptedServer

__all__ = ["Answer", "ScriptedLLM", "ScriptedServer", "call", "validate_messages"]
