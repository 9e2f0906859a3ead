"""The door of AG-UI, the Agent User Interaction Protocol 1.0 (https://docs.ag-ui.com/spec/1.0).

Begin with ``views``; ``asked`` is what comes in, ``wire`` what goes out.
"""
