"""What the product takes beside its language model: ``make bench``.

ground starts what is measured: the database, the model, Todo Chat, and the floors, which are the
least that plain views of Django take; rows fills the database; driver is the load; sections/ has a
module for each subject; told and plot write what came of it.
"""
