"""All rows of one database of ours into another one (``manage.py move_to``, decision 71)."""
