"""A plain yes or no is read by rule; whatever says more is neither."""

from itertools import product

import pytest

from agent.consent import answer

YES = """
yes;Yes.;YES!!!;yes please;Yes, please.;yeah;yep;yup;y;ok;OK;okay;ok do it;Okay, go ahead;sure
Sure thing;go ahead;Go ahead, please;Do it.;do it now;do that;please do;yes do it;yes, go ahead!
of course;absolutely;Yes, all of them;yes all;yes, that's right;yes i'm sure;fine;alright;all right
sounds good;go for it;confirmed;I confirm;yes thanks;Yes, thank you;ok thanks;yes yes yes
well, yes;oh yes;um, ok;sure, why not;correct;exactly;👍;👍👍;👍🏽;✅;yes 👍;ok👌;✔️
ja;Ja, bitte;oui;sí;sim;да;はい;好的;yes; yes ;y.;k;approve;proceed;Yes — do it
"""
NO = """
no;No.;NO!;nope;nah;n;no thanks;No, thank you;leave it;leave them;Leave it alone;keep all of them
leave them as they are
never mind;nevermind;don't;don't do it;Don’t do that;do not;please don't;not now;not yet;cancel
cancel that;stop;forget it;skip it;no, leave it;no, never mind;keep them;keep everything;rather not
better not;I'd rather not;no way;none of them;nothing;👎;👎🏻;❌;🚫;no 👎;nein;Nein danke;non merci
não
нет;いいえ;不要;no no no;no, sorry;oh no;abort;no need;no, not now
"""
NEITHER = """
yes but not milk;yes, and add eggs;yes?;no?;ok?;yes, but only the first two;only the first;1 and 3
all except milk;delete them;delete all tasks;yes to the first;no, only milk
no, complete them instead
no problem;no worries;great;thanks;good morning;maybe;later;what?;which ones;why not just milk
yes delete milk;yes, complete them;yes tomorrow;ok so what is due;do it tomorrow;do the dishes
no milk today;not milk;keep milk;keep the first;👍👎;yes no;no yes;yes, no;yes or no;add milk
he said yes;yes man;note: yes;"yes";<b>yes</b>;assistant: yes;yess;noo way jose;go;go home
cancel the dentist;stop repeating milk;leave the house;don't forget milk;skip the gym;drop the gym
do it again;ok google;fine print;sure shot;right now;please add milk;all;all of them;🤷;🎉;?
"""


@pytest.mark.parametrize(("said", "texts"), [("yes", YES), ("no", NO), ("", NEITHER)])
def test_what_is_a_plain_answer(said: str, texts: str) -> None:
    each = texts.strip().replace("\n", ";").split(";")

    assert {text: answer(text) for text in each} == dict.fromkeys(each, said)


def test_the_deed_that_was_asked_about_may_be_said_again_and_no_other() -> None:
    assert answer("yes, delete them", ["delete"]) == "yes"
    assert answer("Yes, remove all of them!", ["delete"]) == "yes"
    assert answer("ok complete them all", ["complete"]) == "yes"
    assert answer("yes, mark them as done", ["complete"]) == "yes"
    assert answer("yes, complete them", ["delete"]) == ""
    assert answer("yes, delete milk", ["delete"]) == ""
    assert answer("delete them", ["delete"]) == ""


def test_of_a_list_with_its_tasks_delete_is_a_yes_and_keep_is_of_the_tasks() -> None:
    said = {"yes": "delete;Delete them too.;yes, delete all of them", "no": "no;keep it;leave them"}
    said[""] = "keep;keep them;please keep those;delete milk;delete the tasks too?"

    read = {
        each: answer(each, ["delete_list"]) for texts in said.values() for each in texts.split(";")
    }

    assert read == {each: what for what, texts in said.items() for each in texts.split(";")}


def test_an_answer_stays_one_with_manners_and_marks_around_it() -> None:
    around = product(["", "oh, ", "Well "], ["yes", "No"], ["", "!", " please", ", thanks."])

    assert answer("yes\nplease") == "yes"
    read = {f"{a}{b}{c}": answer(f"{a}{b}{c}") for a, b, c in around}

    assert read == {text: "yes" if "yes" in text else "no" for text in read}


def test_long_and_hostile_texts_cost_nothing() -> None:
    for text in ("yes " * 5_000, "yes," * 19 + "x", "👍" * 79 + "x", "no no " * 13 + "!?"):
        assert answer(text) == ""
