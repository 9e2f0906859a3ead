"""The floors of the benchmark: the least that plain views of Django can take for the same.

A project of its own, without apps and middleware, on the database, pool, workers and threads of
Todo Chat. Its rows are its own in one table; the reading views read those of Todo Chat.
"""
