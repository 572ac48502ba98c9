"""Alembic for one service: its own schema, its own history."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import MetaData, NullPool, create_engine, text
from sqlalchemy.engine import make_url

LOCK_TIMEOUT = "4s"


def upgrade(package: str, url: str) -> None:
    """Brings the schema of the service in a package to the newest revision; several processes may do so at once."""
    with _schema(package, url) as config:
        command.upgrade(config, "head")


def check(package: str, url: str) -> None:
    """Raises alembic's CommandError when the tables in code and in the database differ."""
    with _schema(package, url) as config:
        command.check(config)


def run_env(metadata: MetaData) -> None:
    """The whole of a service's env.py."""
    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


@contextmanager
def _schema(package: str, url: str) -> Iterator[Config]:
    """Alembic's configuration with a transaction in the service's schema, which one process at a time may have."""
    service = package.rpartition(".")[2]
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(hashtextextended(:n, 0))"), {"n": f"migrate.{service}"})
        connection.execute(text(f"set local lock_timeout to '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"set local search_path to {service}"))
        config = Config()
        config.set_main_option("script_location", str(Path(str(import_module(package).__file__)).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        yield config
