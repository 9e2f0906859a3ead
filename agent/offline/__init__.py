"""The built-in assistant, a language model like any other.

Of a conversation it sees what a model sees, the messages of the prompt, and it answers with tool calls or words.
From one to the other it takes four steps, each of them a module or a few:

1. ``talk`` reads the messages into turns, and ``known`` what they tell about tasks: which were shown
   by number, which one "it" is, what was asked.
2. ``grammar`` understands a message as an intent (``intents``). Below it are sentences that ask
   (``questions``) and that change (``changes``), tasks in plain text (``drafts``), dates and priorities.
3. ``plans`` has a plan for each intent: a generator that yields tool calls and gets their results.
4. ``steps`` plays a plan as far as the calls made already will take it; what it yields next is the
   next step. All earlier turns are played again the same way, so nothing needs to be kept.
"""

from agent.offline.assistant import OfflineLLM

__all__ = ["OfflineLLM"]
