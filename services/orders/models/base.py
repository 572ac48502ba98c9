"""Where the tables of orders are registered, those of the chassis among them."""

from sqlalchemy import MetaData

from services.chassis.models import add_tables

metadata = MetaData()
add_tables(metadata)
