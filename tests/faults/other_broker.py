"""RabbitMQ of another version than this machine's, out of a root file system in a folder."""

from pathlib import Path

from deploy.runner.rabbitmq import PROGRAMS

# in mounts of its own, so that nothing has to be taken away afterwards; the process stays the same
WRAPPER = """\
#!/bin/sh
exec unshare --mount --propagation private /bin/sh -c '
for place in /proc /dev {place}; do mkdir -p {root}$place && mount --rbind $place {root}$place; done
exec chroot {root} {program} "$@"' sh "$@"
"""


def programs(root: Path, place: Path) -> Path:
    """A folder with the programs of the RabbitMQ in `root`, which see this machine's `place` where it is."""
    made = place / "broker-programs"
    made.mkdir(exist_ok=True)
    for name in ("rabbitmq-server", "rabbitmqctl"):
        file = made / name
        file.write_text(WRAPPER.format(root=root, place=place.resolve(), program=PROGRAMS / name))
        file.chmod(0o755)
    return made
