"""The built-in assistant, a language model like any other.

Of a conversation it sees what a model sees, the messages of the prompt, and it answers with tool
calls or words. From the one to the other it takes four steps, each of them some modules:

1. ``talk`` reads the messages into turns, and ``known`` keeps what they tell about tasks: which
   ones were listed by number, which one "it" is, what was asked.
2. ``grammar`` understands a message as an intent (``intents``). Below it are sentences that add
   (``additions``), ask (``questions``) and change (``changes``); tasks in plain text (``drafts``);
   which task is meant (``targets``); ``dates`` and ``priorities``.
3. ``plans`` has a plan for each intent: a generator that yields tool calls, gets their results, and
   returns the reply. Its words come from the results alone.
4. ``steps`` plays a plan as far as the calls that were made already will take it; what it yields
   next is the next step. The earlier turns are played again in the same way, so that nothing has
   to be kept between two messages, or two steps.
"""

from agent.offline.assistant import OfflineLLM

__all__ = ["OfflineLLM"]
