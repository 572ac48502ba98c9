"""The commands of every service: door, worker, migrate, openapi, dead-letters, and those that it adds itself."""

import gc
import json
import os
import signal
import sys
from importlib import import_module
from typing import Any

import typer

from services.chassis import logs
from services.chassis.errors import ServiceError
from services.chassis.letters import letters
from services.chassis.settings import SettingsError, load, schema_owner

STOP_WITHIN_S = 6
# a third of a door's share of a busy processor: who waits at a door comes before what follows from it
WORKER_NICENESS = 5


def main(package: str) -> None:
    """Runs one command of the service in a package.

    A settings error ends it with status 2 and names everything that is wrong.
    """
    try:
        _commands(package)(prog_name=f"python -m {package}")
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    except ServiceError as error:
        sys.stderr.write(f"{error.message}\n")
        sys.exit(1)


def _commands(package: str) -> typer.Typer:
    service = package.rpartition(".")[2]
    commands = typer.Typer(
        help=f"The {service} service.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    commands.add_typer(letters(lambda: _app(package)), name="dead-letters")

    @commands.command()
    def door() -> None:
        """Serves HTTP and timers; needs the database only."""
        _serve(package, "door", needs=("door_listen", "token_public_key_file"))

    @commands.command()
    def worker() -> None:
        """Serves RPC, takes events in and publishes the outbox."""
        os.nice(WORKER_NICENESS)
        _serve(package, "worker", needs=("amqp_url",))

    @commands.command()
    def migrate() -> None:
        """Brings the database schema to the newest revision (as the schema's owner)."""
        from services.chassis.migrations import upgrade

        upgrade(package, schema_owner())

    @commands.command()
    def openapi() -> None:
        """Prints the OpenAPI document of the routes."""
        from services.chassis.openapi import document

        typer.echo(json.dumps(document(service, _module(package, "routes").Door), indent=1))

    _add_restored(commands, package)
    for name, function in _own_commands(package).items():
        commands.command(name)(function)
    return commands


def _own_commands(package: str) -> dict[str, Any]:
    try:
        module = _module(package, "commands")
    except ModuleNotFoundError as error:
        if error.name != f"{package}.commands":
            raise
        return {}
    found: dict[str, Any] = module.COMMANDS
    return found


def _add_restored(commands: typer.Typer, package: str) -> None:
    @commands.command()
    def restored() -> None:
        """Takes note that the data come from a backup; before anything of the store runs."""
        from services.chassis.outbox import publish_again

        app = _app(package)
        with app.db.transaction() as tx:
            publish_again(tx)
            _restored(package)(app, tx)


def _restored(package: str) -> Any:
    """What a service itself does when its data were set back."""
    try:
        return getattr(_module(package, "commands"), "restored", lambda *_: None)
    except ModuleNotFoundError as error:
        if error.name != f"{package}.commands":
            raise
        return lambda *_: None


def _module(package: str, name: str) -> Any:
    return import_module(f"{package}.{name}")


def _settings(package: str, needs: tuple[str, ...] = ()) -> Any:
    return load(_module(package, "settings").Settings, needs=needs)


def _app(package: str) -> Any:
    return _module(package, "app").build(_settings(package))


def _serve(package: str, kind: str, needs: tuple[str, ...]) -> None:
    import eventlet
    from nameko.runners import ServiceRunner

    from services.chassis.health import Health
    from services.chassis.rpc import reached_at

    service = package.rpartition(".")[2]
    settings = _settings(package, needs)
    logs.configure(service, kind, settings.log_level)
    _assert_green()
    app = _module(package, "app").build(settings)
    classes = {"door": ("routes", "Door"), "worker": ("service", "Worker")}
    module, cls = classes[kind]
    config = {
        "app": app,
        "WEB_SERVER_ADDRESS": settings.door_listen,
        **reached_at(settings.amqp_url.get_secret_value() if settings.amqp_url else ""),
        "max_workers": settings.door_workers,
    }
    runner = ServiceRunner(config)
    runner.add_service(getattr(_module(package, module), cls))
    _wait_for_database(app)
    _refuse_unsafe(settings, app)
    health = Health(service, app.db, well_while_it_starts=kind == "worker")
    health.serve(settings.metrics_listen)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: eventlet.spawn_n(_stop, runner))
    runner.start()
    health.started = True
    _settle_memory()
    logs.get_logger().info("started", address=settings.door_listen if kind == "door" else None)
    eventlet.spawn(runner.wait).wait()


def _settle_memory() -> None:
    """What a service is made of stays as long as it does: the collector, which would halt requests, passes it by."""
    gc.collect()
    gc.freeze()


def _stop(runner: Any) -> None:
    """In order where that is possible: nameko's consumer sometimes waits for a word of the broker that never comes."""
    import eventlet

    with eventlet.Timeout(STOP_WITHIN_S, exception=False):
        runner.stop()
        return
    logs.get_logger().warning("stopped_out_of_order", after_seconds=STOP_WITHIN_S)
    os._exit(0)


def _wait_for_database(app: Any) -> None:
    """Whatever starts before its database waits for it."""
    import eventlet

    while True:
        try:
            app.db.ping()
        except ServiceError as error:
            logs.get_logger().warning("waits_for_database", reason=error.code)
            eventlet.sleep(1)
        else:
            return


def _refuse_unsafe(settings: Any, app: Any) -> None:
    """What a till was told is stored has to outlive a power cut."""
    if settings.environment == "production" and (unsafe := app.db.unsafe_settings()):
        raise SettingsError([f"PostgreSQL's {name} must be on: a power cut would lose sales" for name in unsafe])


def _assert_green() -> None:
    """One query must never hold up the whole process: psycopg has to wait in eventlet's way."""
    import psycopg.waiting

    from services.chassis import green

    if psycopg.waiting.wait is not green.wait:
        raise SettingsError(["boot.patch() must run before a service"])
