"""What a reply claims to have changed, in the words that language models use."""

from time import process_time

import pytest

from agent.claims import claims_a_change, claims_a_reminder

CLAIMS = """\
I added milk.
I've added milk to your list.
I’ve added “Milk” to your list.
I have added milk.
I just added it.
I have also created a task for the dentist.
I've gone ahead and added "Buy milk" to your list.
I went ahead and created the task.
I've successfully added the task "Buy milk".
I have marked 'Buy milk' as complete.
I've marked **Buy milk** as done! 🎉
I've set the due date to Friday.
I set it to high priority.
I've put it on your list.
I've updated the title, and the due date is Friday.
I've moved it to tomorrow.
I rescheduled the meeting for Monday.
I've crossed off milk.
I have checked off milk for you.
I deleted the task.
I've removed "Ask Bob if he can't come" from your list.
I've taken care of it.
I've made the changes.
We've added it.
Sure! I've added milk.
Sure, I've added milk to your list. Would you like anything else?
No problem, I've deleted it.
Okay – I've renamed it.
I checked your list and added milk.
I can confirm that I've added milk.
I've added milk, let me know if you need anything else!
I've added milk, but not bread.
Done! Milk is there.
Done! …
Done.
Done, it is gone.
All set! You will not forget it.
You're all set!
Added milk to your list.
Added!
Deleted.
Sure, added.
Got it! Marked as done.
Marked "Milk" as done.
Updated the task for you.
✅ Added milk.
Your task has been created.
Your task "Buy milk" has been added to your list.
The task has been successfully deleted.
Milk, bread and eggs have been added.
It's been added.
The task was successfully updated.
Milk was added to your list.
‘Milk’ is now on your list.
"Milk" is now on your to-do list.
Milk is now marked as complete.
Milk is now due on Friday.
The meeting is now set to high priority.
It is no longer on your list.
Milk is off your list.
Task created: Buy milk.
Task "Buy milk" added successfully.
"Milk" added to your list!
"Milk" marked as done.
I've undone that.
I have undone the last change.
I undid it.
I've taken that back.
I took the last change back.
I've reverted the change.
Undone.
The last change has been undone.
Reminder set? Yes. Your reminder has been scheduled.
I've checked it off.
We have crossed “Milk” off.
It's now on your list.
Milk is on your list now.
"""

HARMLESS = """\
You have completed 3 tasks.
You've completed everything for today!
You added milk yesterday.
You have 3 tasks that are marked as high priority.
You now have 4 tasks.
Would you like me to add it?
Shall I mark it as done?
Should I delete it, or has it been moved?
I deleted the wrong one?
You mean that "Milk" has been deleted?
Have I added everything you need?
Do you want me to say when it is done?
I can't delete tasks all at once.
I can add tasks, mark them as done and delete them.
I could not add milk.
I haven't added anything.
I have not deleted it.
I did not change anything.
I didn't find a task that was deleted.
I have never deleted a task.
I'll add it now.
I will mark it as done.
I would have added it.
Nothing has been changed.
No task has been deleted.
None of them has been deleted.
It has not been added.
It hasn't been added yet.
If I added it twice, tell me.
Once I have added it, you will see it.
When a task has been deleted, you can restore it.
If it has been deleted, it can be restored.
It may have been deleted by somebody else.
It has already been added.
I've already added milk.
I added that one yesterday.
Yes, I added it earlier.
Nothing was undone.
I have changed nothing.
I've added nothing to your list.
I have deleted none of them.
I added no task.
I've marked neither of them as done.
I have not yet been able to add it.
I could not take that back: “Milk” has been changed elsewhere since.
I can't undo that, because it has been deleted since.
I was not able to delete it, as it has been deleted by you.
I could not take all of that back: it has been completed on the page.
It has been changed elsewhere, so I left it as it is.
The task has been renamed by somebody else.
“Milk” has been deleted in the meantime.
> I've added milk.
    I've added milk.
`I've added milk.`
``I've added `milk` to it.``
I can not take that back.
You took it back yourself.
There is nothing that I could undo.
Which one should be deleted?
Which task do you mean?
Tell me which one you want deleted.
Here are your completed tasks:
Here is your updated list:
Completed tasks: 3
Completed: 3
Deleted tasks can be restored.
Finished tasks are not shown.
Done: 2, open: 3
Tasks can be open, completed, or deleted.
Milk, due tomorrow, completed on Friday.
Set a due date if you like.
Your report is now overdue.
Milk is due tomorrow at 17:00.
“Added sugar” is due tomorrow.
Your tasks are “I've added sugar” and 'I deleted it'.
The task was created on Monday.
Milk was completed on Friday.
All of your tasks are done.
Well done, keep going!
All done?
All done with milk, so what is next?
There is nothing to be done.
I was created to look after tasks.
I understand plain, short English.
Hello! What would you like to get done?
You are welcome.
The task I added is due tomorrow.
That changed my mind.
To restore a deleted task, open the list.
"""

CODE = [
    "```\nI've added milk.\n```",
    "```python\nprint('x')\nI've added milk.\n```\nThat is how it would look.",
    "~~~\nDone!\n```\nI've deleted it.\n~~~",
    "Say:\n\n```\nDeleted.",
]
LISTS = [
    "1. Added sugar",
    "Your tasks:\n1. Added sugar\n2. Deleted scenes – due today\n3. I have added salt",
    "Today:\n- Done!\n* I've moved it\n• Marked the exams",
    "Open:\n1) Milk\n\nDone:\n2) Bread – done",
    "",
    "\n",
]


@pytest.mark.parametrize("reply", [*CLAIMS.splitlines(), "1. Milk\n\nI've added it."])
def test_a_claim_is_seen(reply: str) -> None:
    assert claims_a_change(reply)
    assert claims_a_change(f"Hello there!\n\n{reply}")


@pytest.mark.parametrize("reply", ["All done.", "✅ Done", "Okay, all done! 🎉", "**Done!**"])
def test_to_say_no_more_than_done_is_a_claim(reply: str) -> None:
    assert claims_a_change(reply)
    assert not claims_a_change(f"{reply[:-1]}?")


@pytest.mark.parametrize("reply", [*HARMLESS.splitlines(), *LISTS, *CODE[:3]])
def test_what_claims_nothing_is_left_alone(reply: str) -> None:
    assert not claims_a_change(reply)
    assert not claims_a_change(f"Hello there!\n\n{reply}\n\nWhat would you like to do?")


def test_there_are_enough_sentences() -> None:
    assert len(CLAIMS.splitlines()) >= 60
    assert len(HARMLESS.splitlines()) >= 60


@pytest.mark.parametrize("reply", CODE)
def test_what_stands_in_code_is_not_said(reply: str) -> None:
    assert not claims_a_change(reply)


@pytest.mark.parametrize("code", CODE[:3])
def test_what_is_said_after_code_is(code: str) -> None:
    assert claims_a_change(f"{code}\n\nI've added it.")
    assert claims_a_change("I could not find it: I've added milk to your list.")


PROMISES = """\
I'll remind you tomorrow at 9.
I will remind you.
I’ll be sure to remind you an hour before!
Sure, I'll remind you to call mum at 9.
Got it! I will definitely remind you.
I'm going to remind you in 20 minutes.
Added milk; I will ping you at 5.
You'll be reminded at 9.
You will get a notification at 08:50.
You'll receive a reminder tomorrow morning.
I've set a reminder for 9 am.
I have set up a reminder for you.
I set an alarm for 7.
I've added two reminders: an hour before and at the time.
Your reminder is set.
The reminder has been set for tomorrow at 9.
Reminder set for tomorrow at 9!
Your reminder “Call mum” is set for 9.
The alarm will ring at 7.
Added it with a reminder at 9.
We'll notify you when it's due.
I will remind you when it is due.
"""
NO_PROMISES = """\
Would you like me to remind you?
Shall I set a reminder?
When shall I remind you?
I will remind you if you turn a channel on in Settings.
I'll remind you once you tell me when.
I can remind you, if you like.
I cannot remind you of that.
I will not remind you of it any more.
I won't remind you.
I'll remind you at 9?
No reminder is set.
There are no reminders.
Nothing will ring, for no channel is on.
You asked me to remind you to call mum.
Your task “Remind Bob” is due tomorrow.
1. I'll remind you
You can say “remind me an hour before”.
A reminder can be set in Settings.
I added “Set a reminder” to your list.
"""


@pytest.mark.parametrize("reply", PROMISES.splitlines())
def test_a_promise_to_remind_is_seen(reply: str) -> None:
    assert claims_a_reminder(reply)
    assert claims_a_reminder(f"Added “Milk”.\n\n{reply}")


@pytest.mark.parametrize("reply", NO_PROMISES.splitlines())
def test_what_promises_no_reminder_is_left_alone(reply: str) -> None:
    assert not claims_a_reminder(reply)


PIECES = [
    "`` ",
    "```\n",
    "I ",
    "I have ",
    "I checked and ",
    "'",
    "“",
    "task TITLE ",
    "**",
    "a, ",
    "1. x\n",
    "\n",
    "(",
]


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_reply_is_read_in_no_time(piece: str) -> None:
    reply = piece * (20_000 // len(piece))
    began = process_time()

    assert not claims_a_change(reply)
    assert not claims_a_reminder(reply)

    assert process_time() - began < 0.5
