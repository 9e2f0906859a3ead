"""What is told of the work to those who run it: log lines, metrics, traces; never a user's words.

It knows nobody, and everybody may tell it.
"""
