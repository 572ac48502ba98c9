"""Tables of the sample."""

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, Uuid

from services.chassis.models import add_tables, moment

metadata = MetaData()
add_tables(metadata)

things = Table(
    "things",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("count", Integer, nullable=False),
    moment("added_at", now=True),
)

effects = Table(
    "effects",
    metadata,
    Column("thing_id", Text, primary_key=True),
    Column("times", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
)

ticks = Table("ticks", metadata, Column("process", Integer, nullable=False), moment("at", now=True))
calls = Table("calls", metadata, Column("word", Text, nullable=False), moment("at", now=True))
