import pytest

from services.sessions.domain.pins import DEVICE, PERSON, Instant, Rule, Tries, failed, wait, weakness


def at(seconds: float, boot: str = "boot-1") -> Instant:
    return Instant(boot, seconds)


def after_failures(count: int, rule: Rule) -> Tries:
    tries = Tries()
    for _ in range(count):
        tries = failed(tries, rule, at(0))
    return tries


@pytest.mark.parametrize(
    ("rule", "failures", "seconds"),
    [
        (PERSON, 0, 0),
        (PERSON, 3, 0),
        (PERSON, 4, 1),
        (PERSON, 9, 32),
        (PERSON, 10, 1800),
        (PERSON, 500, 1800),
        (DEVICE, 4, 0),
        (DEVICE, 5, 30),
        (DEVICE, 10, 900),
        (DEVICE, 500, 900),
    ],
)
def test_b18_each_failure_has_its_wait(rule, failures, seconds):
    assert wait(after_failures(failures, rule), rule, at(0)) == seconds


def test_b18_the_device_waits_before_the_person_is_locked():
    tries = 5
    assert wait(after_failures(tries, DEVICE), DEVICE, at(0)) > wait(after_failures(tries, PERSON), PERSON, at(0))
    assert wait(after_failures(tries, PERSON), PERSON, at(10)) == 0


def test_b18_a_wait_passes_with_the_machines_time():
    locked = after_failures(10, PERSON)
    assert wait(locked, PERSON, at(1799)) == 1
    assert wait(locked, PERSON, at(1800)) == 0


def test_b18_a_reboot_starts_the_wait_again_and_never_ends_it():
    locked = after_failures(10, PERSON)
    assert wait(locked, PERSON, at(999_999, "boot-2")) == 1800


def test_b18_a_device_forgets_old_failures_and_a_person_does_not():
    assert failed(after_failures(9, DEVICE), DEVICE, at(1800)).failures == 1
    assert failed(after_failures(9, PERSON), PERSON, at(10**9)).failures == 10


def test_b18_ten_thousand_guesses_from_fifty_devices_take_half_a_year():
    """Each device in its turn: the one that was used the longest ago waits least."""
    now, person, devices = 0.0, Tries(), [Tries()] * 50
    for n in range(10_000):
        device = devices[n % 50]
        now += max(wait(person, PERSON, at(now)), wait(device, DEVICE, at(now)))
        person, devices[n % 50] = failed(person, PERSON, at(now)), failed(device, DEVICE, at(now))
    assert person.failures == 10_000
    assert now > 180 * 24 * 3600


@pytest.mark.parametrize("pin", ["271828", "314159", "90210743", "112358"])
def test_b18_a_pin_that_is_hard_to_guess_is_taken(pin):
    assert weakness(pin, "E1007") is None


@pytest.mark.parametrize(
    ("pin", "staff_code"),
    [
        ("2718", "E1"),
        ("271828182", "E1"),
        ("27182x", "E1"),
        ("२७१८२८", "E1"),
        ("111111", "E1"),
        ("121212", "E1"),
        ("123456", "E1"),
        ("890123", "E1"),
        ("654321", "E1"),
        ("271828", "E271828"),
        ("271828", "E-27-18-28"),
        ("", "E1"),
    ],
)
def test_b18_a_pin_that_is_guessed_first_is_refused(pin, staff_code):
    assert weakness(pin, staff_code)
