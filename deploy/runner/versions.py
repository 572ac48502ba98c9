"""Who mends the broker that a store runs on."""

# its makers mend the newest minor and no other, and there has been a 4.0 since September 2024
# (https://github.com/rabbitmq/rabbitmq-server/blob/main/COMMUNITY_SUPPORT.md)
OLDEST_MENDED = 4


def broker(version: str | None) -> str:
    """How a store names its broker, and what to do about one that its makers no longer mend."""
    if version is None:
        return "RabbitMQ does not answer; tills sell meanwhile"
    if int(version.split(".")[0]) >= OLDEST_MENDED:
        return f"RabbitMQ {version}"
    return (
        f"RabbitMQ {version}: its makers mend it no more, so keep this machine's packages up to date, "
        "for security fixes come by them alone"
    )
