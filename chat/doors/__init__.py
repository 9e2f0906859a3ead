"""The doors: other protocols in which clients talk to the same turns, a module or package each.

A door reads what its protocol sends, has ``chat.send`` take the turn, and tells the turn's events
in the frames of the protocol (``chat.telling``). It knows nothing that another door knows.
"""
