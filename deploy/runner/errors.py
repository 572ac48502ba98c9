"""What keeps the runner from its work, said with what to do about it."""


class RunnerError(Exception):
    """The system cannot be started; the text is for whoever typed the command."""


class ToolMissing(RunnerError):
    """A program is not installed."""

    def __init__(self, program: str, package: str) -> None:
        super().__init__(
            f"{program} is not installed. Run `make install`, or as root:"
            f" apt-get install --no-install-recommends {package}"
        )


class NotReady(RunnerError):
    """A server was started and does not answer."""

    def __init__(self, name: str, within: float, log: object) -> None:
        super().__init__(f"{name} did not answer within {within:.0f} s. Its log says why: {log}")
