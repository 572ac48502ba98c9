"""What the chassis does every few minutes is done every few seconds in a drill."""

from dataclasses import replace

LONGEST_S = 10.0
HEARTBEAT_S = 8


def install() -> None:
    """Shortens the clocks of this process."""
    from services.chassis import amqp_connection, inbox, intake, provided, relay
    from services.sync.settings import Settings

    amqp_connection.HEARTBEAT_S = HEARTBEAT_S
    relay.ASK_EVERY_S = 2.0
    relay.RelayLoop.__init__.__kwdefaults__["proven_after"] = 4.0
    inbox.RETRY_AFTER_S = (0.5, 1, 2, 3, 4)
    intake.DEAF_FOR_S = 5.0
    setup = provided.Every.setup

    def soon(timer: provided.Every) -> None:
        setup(timer)
        timer.seconds = min(timer.seconds, LONGEST_S)

    provided.Every.setup = soon
    policy = Settings.policy
    # longer than a request takes here, at most
    Settings.policy = lambda settings: replace(policy(settings), certain_after=12.0, unauthorised_pause=15.0)
