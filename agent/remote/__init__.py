"""The language model behind an endpoint.

``model`` asks and tells. A request goes to an ``address`` over a ``connection``, which takes an
answer out of its ``chunks``. What comes back is bytes until ``transport`` has brought them within
their ``deadline``, and ``completion`` has put them together: ``pieces`` its calls, ``thinking``
what is not said to the user, ``usage`` its cost. What fails becomes one of the ``failures``;
``refusals`` reads why a server does not take a request, and ``terms`` remembers what it takes.
"""
