"""How an answer is made. It knows no tables of conversations and no HTTP.

Of a turn it has the history and a way to run tools. From there to the reply it takes four steps:

1. ``choice`` says which language model answers: ``remote``, behind an endpoint, or the built-in one
   of ``offline``. Both are an ``llm``: a prompt goes in, text and requests for tools come out.
2. ``prompt`` makes of the history what the model reads.
3. ``runner`` is the loop: it asks the model, has its requests run, tells it the results, and yields
   ``events``, until the model only talks. ``tools`` are what it can ask for.
4. ``claims`` holds what the reply says against what was done.

What the network sends is bytes until ``transport`` has brought them in time, and ``completion`` has
put them together; ``thinking`` takes out what is not said to the user, and ``plainer`` asks again
with less where a server refuses.
"""
