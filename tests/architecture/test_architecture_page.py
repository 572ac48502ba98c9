"""What people read on the page stands in one place, and its modules are of a size that can be read."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "services" / "till"
STRINGS = PAGE / "js" / "strings"
# words between tags, and in attributes that are read out
BETWEEN = re.compile(r"(?<=[\w\"}/]>)[^<>`${}=;()]*[A-Za-z]{2}[^<>`${}=;()]*(?=<|\$\{)")
SPOKEN = re.compile(r"\b(?:aria-label|title|label|placeholder|alt)=\"[^\"$]*[A-Za-z][^\"$]*\"")
LONGEST = 200


def modules() -> list[Path]:
    return [file for file in sorted((PAGE / "js").rglob("*.js")) if STRINGS not in file.parents]


def test_every_word_that_people_read_stands_with_the_strings() -> None:
    found = {str(file.relative_to(PAGE)): _words(file.read_text()) for file in modules()}
    assert not {name: words for name, words in found.items() if words}


def _words(source: str) -> list[str]:
    return [found.group().strip() for pattern in (BETWEEN, SPOKEN) for found in pattern.finditer(source)]


def test_words_that_stand_elsewhere_are_found() -> None:
    assert _words('html`<p class="x">Sold out</p><button title="Close it">${t.common.close}</button>`') == [
        "Sold out",
        'title="Close it"',
    ]


def test_a_module_keeps_one_idea() -> None:
    lengths = {str(file.relative_to(PAGE)): len(file.read_text().splitlines()) for file in modules()}
    assert not {name: length for name, length in lengths.items() if length > LONGEST}
