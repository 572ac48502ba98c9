"""Programs are kept running, whatever they do."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.runner import process as runner_process
from deploy.runner import processes, supervisor
from deploy.runner.environment import PROJECT, base
from deploy.runner.errors import NotReady, RunnerError
from deploy.runner.process import Process, runs
from deploy.runner.processes import HttpProcess
from deploy.runner.supervisor import Keeper, stop_all
from tests.support import eventually, free_port

# answers what stands in a file; a stubborn one does not end when it is asked to
PROGRAM = """
import http.server, pathlib, signal, sys
port, answer, stubborn = int(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3] == "stubborn"
if stubborn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(answer.read_text()))
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""

Start = Callable[..., Keeper]


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    file = tmp_path / "answer"
    file.write_text("200")
    return file


@pytest.fixture
def start(tmp_path: Path, answer: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    monkeypatch.setattr(supervisor, "LOOK_EVERY_S", 0.1)
    monkeypatch.setattr(processes, "GRACE_S", 0.5)
    monkeypatch.setattr(processes, "ANSWER_WITHIN_S", 0.5)
    keepers: list[Keeper] = []

    def keep(*, program: str = PROGRAM, manner: str = "polite", judged: bool = True) -> Keeper:
        port = free_port()
        words = [sys.executable, "-c", program, str(port), str(answer), manner]
        unit = HttpProcess(
            f"program-{len(keepers)}", words, environment=base(), log=tmp_path / "log", address=f"127.0.0.1:{port}"
        )
        keeper = Keeper(unit, judged=judged)
        keepers.append(keeper)
        keeper.start()
        return keeper

    yield keep
    stop_all(keepers)
    assert not any(keeper.unit.alive() for keeper in keepers)


def pid(keeper: Keeper) -> int:
    assert keeper.unit.process is not None
    return eventually(lambda: keeper.unit.process and keeper.unit.process.pid)


def test_a_program_that_was_killed_is_started_again(start: Start) -> None:
    keeper = start()
    keeper.wait_ready(60)
    first = pid(keeper)
    os.kill(first, signal.SIGKILL)
    eventually(lambda: keeper.starts == 2)
    keeper.wait_ready(60)
    assert pid(keeper) != first
    # a look that was under way may still say of the one before that it works
    keeper.kill()
    eventually(lambda: keeper.starts == 3)
    keeper.wait_ready(60)
    keeper.restart()
    eventually(lambda: keeper.starts == 4)
    keeper.wait_ready(60)


def test_a_program_that_was_started_often_is_waited_for_as_any_other(start: Start) -> None:
    keeper = start()
    keeper.wait_ready(60)
    keeper.starts += 50
    keeper.kill()
    eventually(lambda: keeper.starts == 52)
    keeper.wait_ready(60)
    assert keeper.unit.alive()


def test_f26_a_program_that_stands_still_is_not_waited_for(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE_S", 60.0)
    keeper = start()
    keeper.wait_ready(60)
    first = pid(keeper)
    os.kill(first, signal.SIGSTOP)
    eventually(lambda: keeper.starts == 2)
    keeper.wait_ready(60)
    assert not runs(first)
    monkeypatch.setattr(processes, "GRACE_S", 0.5)


@pytest.mark.parametrize("manner", ["polite", "stubborn"])
def test_a_program_that_does_nothing_is_started_again(start: Start, answer: Path, manner: str) -> None:
    keeper = start(manner=manner)
    keeper.wait_ready(60)
    first = pid(keeper)
    answer.write_text("503")
    eventually(lambda: keeper.starts == 2)
    answer.write_text("200")
    keeper.wait_ready(60)
    assert pid(keeper) != first


def test_a_program_that_hangs_is_started_again(start: Start) -> None:
    keeper = start()
    keeper.wait_ready(60)
    os.kill(pid(keeper), signal.SIGSTOP)
    eventually(lambda: keeper.starts == 2)
    keeper.wait_ready(60)


def test_a_server_that_is_busy_is_left_alone(start: Start, answer: Path) -> None:
    keeper = start(judged=False)
    keeper.wait_ready(60)
    answer.write_text("503")
    eventually(lambda: not keeper.ready.is_set())
    answer.write_text("200")
    keeper.wait_ready(60)
    assert keeper.starts == 1


def test_a_program_that_never_works_is_given_up_by_who_waits_with_its_last_words(start: Start) -> None:
    keeper = start(program="raise SystemExit('the table is missing')")
    with pytest.raises(NotReady, match="the table is missing"):
        keeper.wait_ready(60)


def test_what_keeps_a_program_from_being_started_is_told(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: HttpProcess) -> None:
        raise RunnerError("nothing is installed")

    monkeypatch.setattr(HttpProcess, "launch", refuse)
    with pytest.raises(RunnerError, match="nothing is installed"):
        start().wait_ready(60)


@pytest.mark.parametrize(
    "trouble", [OSError(errno.ENOSPC, "No space left on device"), ValueError("what nobody has foreseen")]
)
def test_a_program_is_started_when_what_was_in_its_way_is_gone(
    start: Start, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    tries = iter((trouble,))
    launch = HttpProcess.launch

    def refuse_once(process: HttpProcess) -> None:
        if once := next(tries, None):
            raise once
        launch(process)

    monkeypatch.setattr(HttpProcess, "launch", refuse_once)
    keeper = start()
    eventually(keeper.ready.is_set)
    assert keeper.starts > 1


def test_programs_end_with_a_runner_that_was_killed(tmp_path: Path) -> None:
    script = (
        "import pathlib, time\n"
        "from deploy.runner.process import Process\n"
        f"p = Process('x', ['sleep', '600'], folder=pathlib.Path('/'), log=pathlib.Path({str(tmp_path / 'log')!r}),"
        " environment={})\n"
        "p.start(); print(p.pid, flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout is not None
        child = int(runner.stdout.readline())
        eventually(lambda: Path(f"/proc/{child}/comm").read_text() == "sleep\n")
        runner.kill()
    eventually(lambda: not runs(child))


def test_f60_a_program_that_has_nowhere_to_write_its_log_runs(tmp_path: Path) -> None:
    process = Process("program", ["sleep", "60"], folder=tmp_path, log=tmp_path / "gone" / "log", environment=base())
    process.start()
    assert process.alive()
    process.stop()


def test_logs_are_bounded_while_their_programs_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_process, "LOG_MAX_BYTES", 100)
    log, also = tmp_path / "program.log", tmp_path / "also.log"
    also.write_text("x" * 101)
    words = ["sh", "-c", "while :; do echo a line of text; sleep 0.01; done"]
    process = Process("program", words, folder=tmp_path, log=log, environment=base(), also=[also])
    process.start()
    assert also.stat().st_size == 0
    eventually(lambda: log.stat().st_size > 100)
    process.bound_logs()
    assert set((tmp_path / "program.log.1").read_text().splitlines()) == {"a line of text"}
    eventually(lambda: log.read_text().startswith("a line of text"))
    process.stop()
