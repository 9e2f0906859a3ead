"""What is looked for is found in any case, with and without accents, on every database alike."""

from typing import Any

import pytest
from django.db.models import F

from accounts.models import User
from conversations.models import Conversation
from tests.factories import ConversationFactory, TaskFactory, say
from text.folding import fold, places
from text.searching import Folded, words_of
from todos.models import Task

FOUND = [  # what is written, what is looked for
    ("Ärger", "ärger"),
    ("Ärger", "ARGER"),
    ("arger", "Ärger"),
    ("a\u0308rger", "Ärger"),
    ("Ärger", "a\u0308rger"),
    ("ÑANDÚ", "nandu"),
    ("café", "cafe"),
    ("CAFE\u0301", "café"),
    ("straße", "strasse"),
    ("STRASSE", "straße"),
    ("STRAẞE", "strasse"),
    ("İstanbul", "istanbul"),
    ("istanbul", "İSTANBUL"),
    ("ISPARTA", "ısparta"),
    ("Łódź", "lodz"),
    ("smørrebrød", "SMORREBROD"),
    ("Œuvre", "oeuvre"),
    ("ÆØÅ", "aeoa"),
    ("Þór", "thor"),
    ("đường", "DUONG"),
    ("ΟΔΟΣ", "οδος"),
    ("οδός", "ΟΔΟΣ"),
    ("Όδος στη", "οδοσ"),
    ("Купить МОЛОКО", "молоко"),
    ("ещё", "ЕЩЕ"),
    ("Ժամ", "ժԱՄ"),
    ("שָׁלוֹם", "שלום"),
    ("مُحَمَّد", "محمد"),
    ("ﬁnal", "FINAL"),
    ("ＦＵＬＬ", "full"),
    ("한국", "한국"),
    ("I don’t", "don't"),
    ("I don't", "don’t"),
    ("auto\u00admatic", "automatic"),
    ("❤️ mum", "❤ mum"),
    ("one\ntwo", '"one two"'),
    ("50% off", "50%"),
    ("off_now", "f_n"),
    ("a\\b", "\\"),
    (".* [x] ^y$", "[X] ^Y$ .*"),
    ("it's 'q' \"r\"", "'Q'"),
    ('27" monitor', '27"'),
    ('a " b', '"'),
]
NOT_FOUND = [
    ("Ärger", "argern"),
    ("50 off", "5_"),
    ("50 off", "%"),
    ("offxnow", "off_now"),
    ("abc", "a.c"),
    ("abc", "(?i)"),
    ("abc", "\\"),
    ("one three two", '"one two"'),
]
TABLE = [(*pair, True) for pair in FOUND] + [(*pair, False) for pair in NOT_FOUND]


@pytest.mark.django_db
def test_what_is_found_in_titles_notes_and_messages(user: User) -> None:
    rows: dict[str, Any] = {}
    for number, (written, _, _) in enumerate(TABLE):
        key = f"{number:02}"
        rows[f"task {key}"] = TaskFactory(user=user, title=written)
        rows[f"notes {key}"] = TaskFactory(user=user, title="-", notes=f"x {written} y")
        rows[f"title {key}"] = ConversationFactory(user=user, title=written)
        rows[f"said {key}"] = said = ConversationFactory(user=user, title="-")
        say(said, f"x {written} y", "Noted.")
    keys = {row.pk: name for name, row in rows.items()}

    for number, (_, asked, expected) in enumerate(TABLE):
        found = [*Task.objects.for_user(user).search(asked).values_list("pk", flat=True)]
        found += Conversation.objects.for_user(user).search(asked).values_list("pk", flat=True)
        names = {keys[pk] for pk in found}
        for place in ("task", "notes", "title", "said"):
            assert (f"{place} {number:02}" in names) is expected, (asked, place, names)


@pytest.mark.django_db
def test_the_database_folds_each_letter_as_we_do(user: User) -> None:
    letters = [chr(each) for each in range(1, 0x2FFF) if each != 0x7F and chr(each).isprintable()]
    letters += list("ﬁﬀﷺＡｚ𝐀𝒷Ⅷ①가힣がガ１ꜲＡ\u0345\u20d0")
    texts = ["".join(letters[at : at + 50]) for at in range(0, len(letters), 50)]
    texts += ["plain\ttext\nof “two” – lines’", "Grüße\tan\nalle\r\nhier"]
    tasks = Task.objects.bulk_create(Task(user=user, title="x", notes=text) for text in texts)

    folded = dict(Task.objects.annotate(folded=Folded(F("notes"))).values_list("pk", "folded"))

    for task in tasks:
        pairs = zip(fold(task.notes), folded[task.pk], strict=False)
        assert [(ours, theirs) for ours, theirs in pairs if ours != theirs] == []
        assert fold(task.notes) == folded[task.pk]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", []),
        ("  \t", []),
        ("Milk  Eggs", ["eggs", "milk"]),
        ("milk MILK mil", ["milk"]),
        ('"oat milk" eggs', ["eggs", "oat milk"]),
        ("„Größe  M“", ["grosse m"]),
        ("«oui non»", ["oui non"]),
        ('"oat mi', ["oat mi"]),
        ('27" tv', ['27"', "tv"]),
        ('"', ['"']),
        ('""', ['""']),
        ("\u0301", []),
    ],
)
def test_words_and_phrases(asked: str, expected: list[str]) -> None:
    assert words_of(asked) == expected


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("An Ärger a day", "arger day", "An [Ärger] a [day]"),
        ("A\u0308rger", "arg", "[A\u0308rg]er"),
        ("the cafe\u0301!", "cafe", "the [cafe\u0301]!"),
        ("große Straße", "ss", "gro[ß]e Stra[ß]e"),
        ("abcd", "abc bcd", "[abcd]"),
        ("ﬁne", "f", "[ﬁ]ne"),
        ("a.b", ".", "a[.]b"),
        ("nothing", "else", "nothing"),
    ],
)
def test_where_the_words_stand(text: str, asked: str, expected: str) -> None:
    for start, end in reversed(places(text, words_of(asked))):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    assert text == expected


def test_a_letter_alone_is_folded_as_within_a_text() -> None:
    letters = [chr(each) for each in range(0xD800)]
    alone = [letter for letter in letters if fold(f"x{letter}x") != f"x{fold(letter)}x"]
    assert alone == []
