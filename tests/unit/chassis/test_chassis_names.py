"""A resolver that does not answer holds up whoever asked, and nobody else (F44)."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# in a process of its own: what is patched stays so
PLAY = """
import socket, time

def hangs(*_, sleep=time.sleep, **__):
    sleep(1.5)
    raise socket.gaierror("nobody answers")

socket.getaddrinfo = hangs
from services.chassis import boot
boot.patch()
import eventlet

def look():
    try:
        {ask}
    except socket.gaierror:
        return "told"

asked = eventlet.spawn(look)
ticks = 0
while not asked.dead:
    eventlet.sleep(0.05)
    ticks += 1
print(asked.wait(), ticks >= 10)
"""
CONNECT = 'socket.create_connection(("head-office.example", 443), timeout=20)'


def play(ask: str) -> str:
    words = [sys.executable, "-c", PLAY.replace("{ask}", ask)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


@pytest.mark.parametrize("ask", [CONNECT, 'socket.getaddrinfo("head-office.example", 443)'])
def test_f44_a_name_server_that_hangs_stops_no_till(ask: str) -> None:
    assert play(ask) == "told True"


def test_f44_one_who_waits_for_a_name_can_be_called_off() -> None:
    ask = f"with eventlet.Timeout(0.3, False): {CONNECT}"
    assert play(f"{ask}\n        return 'called off'").startswith("called off")


def test_addresses_are_looked_up_at_once() -> None:
    """Such a look-up needs no thread: here it would hang, and does so in this process."""
    assert play('socket.getaddrinfo("127.0.0.1", 443)') == "told False"
