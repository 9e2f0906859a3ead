"""Whether a model can do what is asked of it here: tried by asking it, and told in words.

It is asked as a turn asks it, with the same instructions and tools. No call is made, and nothing is
kept: what the tools give back is made up. ``asking`` is one question, ``trial`` what is asked and
what the answers tell, ``length`` how long a prompt may be, ``witness`` what another client
gets, and ``start`` the one question that is asked when the server starts.
"""
