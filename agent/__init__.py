"""How an answer is made. It knows no tables of conversations and no HTTP.

Of a turn it has the history and a way to run tools. From there to the reply it takes four steps:

1. ``choice`` says which language model answers: a ``remote`` one, the built-in one of ``offline``,
   or a ``chain`` of them. Each is an ``llm``: a prompt goes in, text and requests for tools come
   out.
2. ``prompt`` makes of the history what the model reads.
3. ``runner`` is the loop: it asks the model, has its requests run, tells it the results, and yields
   ``events``, until the model only talks. ``tools`` are what it can ask for, ``handles`` how it
   names tasks, ``written`` the calls that it writes into its text. What it says grows into the
   ``reply``, what it costs into the ``outcome``.
4. ``claims`` holds what the reply says against what was done.
"""
