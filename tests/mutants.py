"""Good JSON gone wrong: the values of the lists of bad input, put anywhere in a sample."""

import copy
import json
import os
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "15"))

DEEP: Any = json.loads("[" * 300 + "]" * 300)
NASTY = (
    None, True, False, 0, -0.0, -1, 1.0, 1.5, 0.1 + 0.2, 1e300, float("nan"), float("inf"),
    2**31, 2**53 + 1, 2**63, 10**400,
    "", " ", "1", "1E2", "true", "NaN", "\0", "\x1b[2J", "\ud800", "\u202e", "\ufeff", "e\u0301", "a\tb\r\nc",
    "\ufdfd" * 50, "x" * 70_000, "\u0967\u0968", "\uff11\uff12", "\u0130", "\xdf",
    "'; drop table orders; --", "<script>", "=1+1", "%s %n {} ${jndi:x} {{7*7}}",
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "{0199d09f-0000-7000-8000-000000000001}", "urn:uuid:0199d09f-0000-7000-8000-000000000001",
    "2026-02-30", "24:00", "2026-04-15", "2026-04-15T23:59:60Z", "2026-04-15T00:00:00",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
    [], {}, [None], [[]], {"": None}, DEEP, {"__type__": "decimal", "__value__": "1E+999999999"},
    {"__type__": "uuid", "__value__": {"bytes": 1}}, {"__proto__": {}},
)  # fmt: skip
anything = st.recursive(
    st.sampled_from(NASTY) | st.text(max_size=20) | st.integers() | st.floats() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def fuzzed(*arguments: Any) -> Callable[[Any], Any]:
    """A fixed seed, no more examples than fit, no watch on the time that one takes on a busy machine."""

    def decorate(function: Any) -> Any:
        quiet = settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        return seed(20260415)(quiet(given(*arguments)(function)))

    return decorate


def tried(read: Callable[[Any], None], good: Any) -> None:
    """With every place of a good one spoilt in every way, and with several at once as chance has it."""
    for bad in each_place_spoilt(good):
        read(bad)
    fuzzed(mutants(good) | anything)(read)()


def mutants(sample: Any, *, most: int = 4) -> st.SearchStrategy[Any]:
    """The sample with up to `most` of its places replaced, dropped, doubled or added to."""
    places = list(_places(sample))
    change = st.tuples(st.sampled_from(places), st.sampled_from(["put", "drop", "double", "add"]), anything)
    return st.lists(change, min_size=1, max_size=most).map(lambda changes: _changed(sample, changes))


def each_place_spoilt(sample: Any) -> Iterator[Any]:
    """The sample with each of its places dropped, doubled, added to, and each nasty value put there."""
    for place in _places(sample):
        for how, value in (("drop", None), ("double", None), ("add", 1), *(("put", nasty) for nasty in NASTY)):
            yield _changed(sample, [(place, how, value)])


def as_bytes(value: Any) -> bytes:
    """JSON as a careless sender writes it: NaN, lone surrogates and all."""
    return json.dumps(value).encode()


def garbage(good: bytes) -> st.SearchStrategy[bytes]:
    """Bytes that are none of ours, or those of a good message cut off, doubled, or with a piece of another kind."""
    return st.one_of(
        st.binary(max_size=200),
        st.integers(0, len(good)).map(lambda n: good[:n]),
        st.tuples(st.integers(0, len(good)), st.binary(min_size=1, max_size=8)).map(
            lambda at: good[: at[0]] + at[1] + good[at[0] :]
        ),
        st.sampled_from([good * 2, b"\xef\xbb\xbf" + good, _in_utf_16(good), b"[" * 100_000, b'{"a":' * 100_000]),
        st.sampled_from([b"", b"null", b"[]", b'""', b"9" * 5_000, b"\xff\xfe", b"\0", b'{"id":1,"id":2}']),
    )


def _in_utf_16(content: bytes) -> bytes:
    return content.decode(errors="replace").encode("utf-16")


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from _places(one, (*at, name))


def _changed(sample: Any, changes: list[tuple[tuple[Any, ...], str, Any]]) -> Any:
    result = [copy.deepcopy(sample)]
    for place, how, value in changes:
        try:
            _change(result, (0, *place), how, value)
        except (KeyError, IndexError, TypeError):
            # an earlier change has taken this place away
            continue
    return result[0]


def _change(result: Any, place: tuple[Any, ...], how: str, value: Any) -> None:
    *way, last = place
    for step in way:
        result = result[step]
    if how == "put" or len(place) == 1:
        result[last] = value
    elif how == "drop":
        del result[last]
    elif how == "double" and isinstance(result, list):
        result.append(result[last])
    elif isinstance(result[last], dict):
        result[last]["unheard"] = value
    else:
        result[last] = [result[last], value]
