"""Which language a page is written in, from its small words. Pure."""

from __future__ import annotations

import re
from collections import Counter


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The commonest words of each language that are rare in the others.
_WORDS: dict[str, frozenset[str]] = {
    "de": _words(
        "und der die das ist nicht mit von für dem den ein eine sie ich zu auf im bei wird zum zur oder "
        "auch nach vom bis über ihre ihr werden haben hat sind des als am an"
    ),
    "en": _words(
        "the and of to is in that for with this are not you your have from be or by on as it was has"
    ),
    "tr": _words("ve bir bu için ile olarak olan değil daha çok ne kadar sonra gibi tarih tarafından"),
    "fr": _words("le la les et est des une que pour dans avec vous nous sur pas qui du au par"),
    "pl": _words("i w na nie się jest do że z oraz dla od po przez został lub jako"),
    "ro": _words("și în nu este pentru că din cu care sau prin fost mai"),
}
_SCRIPTS = (
    (re.compile("[\u0600-\u06ff]"), "ar"),
    (re.compile("[іїєґІЇЄҐ]"), "uk"),
    (re.compile("[\u0400-\u04ff]"), "ru"),
)


def language_of(text: str) -> str:
    """Two letters as in BCP 47; "" if there is too little text to tell."""
    letters = sum(c.isalpha() for c in text)
    for script, name in _SCRIPTS:
        if letters and len(script.findall(text)) > (0.01 if name == "uk" else 0.3) * letters:
            return name
    words = Counter(re.findall(r"[^\W\d_]+", text.lower()))
    hits = {name: sum(words[word] for word in known) for name, known in _WORDS.items()}
    best = max(hits, key=lambda name: hits[name])
    return best if hits[best] >= 3 else ""
