"""The tables of the sample.

Revision ID: 0001
"""

from alembic import op

from tests.integration.chassis.sample.models import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
