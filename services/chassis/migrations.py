"""Alembic for one service: its own schema, its own history."""

from importlib import import_module
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.engine import make_url

LOCK_TIMEOUT = "4s"


def upgrade(service: str, url: str) -> None:
    """Brings the service's schema to the newest revision; several processes may do so at once."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    config = _config(service)
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(hashtextextended(:n, 0))"), {"n": f"migrate.{service}"})
        connection.execute(text(f"set local lock_timeout to '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"set local search_path to {service}"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


def differences(service: str, url: str) -> None:
    """Raises alembic's CommandError when the tables in code and in the database differ."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    config = _config(service)
    with engine.begin() as connection:
        connection.execute(text(f"set local search_path to {service}"))
        config.attributes["connection"] = connection
        command.check(config)
    engine.dispose()


def run_env(metadata: MetaData) -> None:
    """The whole of a service's env.py."""
    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


def _config(service: str) -> Config:
    module = import_module(f"services.{service}")
    config = Config()
    config.set_main_option("script_location", str(Path(str(module.__file__)).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
