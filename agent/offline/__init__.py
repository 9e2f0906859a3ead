"""The built-in assistant, a language model like any other.

Of a conversation it sees what a model sees, the messages of the prompt, and it answers with tool
calls or words. From the one to the other ``assistant`` takes four steps:

1. ``talk`` reads the messages into turns, and ``known`` keeps what they tell about tasks: which
   ones were listed by number, which one "it" is, what was asked.
2. ``understanding`` reads a message as an intent (``intents``). Most sentences are spelled as
   ``templates``, in the words of the ``lexicon``; what must be found within a text, or holds many
   lines, as plain expressions. Begin with its ``grammar``.
3. ``planning`` has a plan for each intent: a generator that yields tool calls, gets their results,
   and returns the reply. Its words come from the results alone. Begin with its ``plans``.
4. ``steps`` plays a plan as far as the calls that were made already will take it; what it yields
   next is the next step. So nothing has to be kept between two steps.

Nor between two messages: ``remembering`` tells by the calls and the reply of a turn that is over
what it leaves behind. Only turns that asked something are understood and played again, for what
was asked stands in the plan alone; and of those only the newest.

All of them use ``dates``, which reads days and times (for ``agent.tools``, too), ``words`` (numbers
and verbs) and ``past`` (their past), ``matching``, which tells what titles fit, and ``sayings``,
the small talk.
"""
