"""Words as they are searched: without case, accents or punctuation, in any script."""

import re
import unicodedata
from collections.abc import Iterable

MAX_WORD = 40
MAX_SOUGHT = 8

_PLAIN = re.compile(r"[a-z0-9]+")
# accents of Latin, Greek and Cyrillic; the vowel signs of Indian scripts are letters to those who read them
_ACCENTS = re.compile("[\u0300-\u036f]")


def words(*texts: str | None) -> list[str]:
    """The distinct words of some texts, in order."""
    return list(dict.fromkeys(word for text in texts if text for word in _words(text)))


def sought(text: str) -> list[str]:
    """The words of a search; the first eight count."""
    return words(text)[:MAX_SOUGHT]


def prefix_query(sought_words: Iterable[str]) -> str:
    """A PostgreSQL tsquery for rows that have, for each word, one that begins with it; words hold no quotes."""
    return " & ".join(f"'{word}':*" for word in sought_words)


def fold(text: str) -> str:
    """The text without case and accents, for sorting and comparing."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    # a second fold: the capital I with a dot comes apart into two characters by the first
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed).casefold())


def _words(text: str) -> list[str]:
    folded = fold(text)
    found = _PLAIN.findall(folded) if folded.isascii() else _letters(folded).split()
    return [word[:MAX_WORD] for word in found]


def _letters(text: str) -> str:
    """The text with a space for all that is neither letter, number nor mark."""
    return "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in text)
