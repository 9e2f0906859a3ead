"""A turn over HTTP, and the page. From a message to its reply a turn takes five steps:

1. A view (``views``, ``dialects`` under second names, or a form of ``pages``) reads the message.
2. ``send`` finds the turn that answered it before, tries that one again, or begins one.
3. ``turns`` answers: it hands the agent's events on, and settles the turn however it ends. ``work``
   keeps what comes on the way, the text and each tool call with its effect.
4. The view tells the whole turn when it is over, or ``sse`` tells it event by event; ``follow``
   tells the same from the rows, to whoever comes later or in another process.
5. ``undo`` takes back what a reply did. ``markdown`` shows what it said, and ``errors`` are what
   can stand in the way.

Begin with ``turns``.
"""
