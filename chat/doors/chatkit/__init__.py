"""The ChatKit wire (openai-chatkit 1.6): threads and items over one POST.

A thread is a conversation and has its id; an item is made of a message, never kept. docs/doors.md
tells what stands for what, decision 67 why.
"""
