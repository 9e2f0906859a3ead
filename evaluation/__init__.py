"""Which model to take: requests of real people, and the rows that must be there after each.

Begin with ``cases`` (how a request is written down) and ``trial`` (how it is tried).
"""
