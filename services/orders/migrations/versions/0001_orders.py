"""The tables of orders.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# online until the first word is heard
FIRST_MODE = """
insert into mode (id, number, mode_number, mode, shown)
values (1, 1, 0, 'online', '{"mode": "online", "missing": [], "banner": {"kind": "none", "text": ""}, "turn_off": false}')
"""
# what was printed never changes: the account that sells may add, and say how an order stands, and no more
FACTS = """
revoke update, delete, truncate on orders, payments, amendments from orders;
grant update (state, delivery_version, revision, oms_id, accepted_at, reason, printed) on orders to orders;
grant update (state) on amendments to orders;
grant update (status) on payments to orders;
revoke update, delete, truncate on approvals, abandoned from orders;
"""


def upgrade() -> None:
    op.execute("create sequence tills_number")
    op.create_table('abandoned',
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('order_id')
    )
    op.create_table('approvals',
    sa.Column('approval_id', sa.Uuid(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('asked_by', sa.Text(), nullable=False),
    sa.Column('approved_by', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('approval_id')
    )
    op.create_index('approvals_order', 'approvals', ['order_id'], unique=False)
    op.create_table('customers',
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('gstin', sa.Text(), nullable=True),
    sa.Column('state_code', sa.Text(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('customer_id')
    )
    op.create_index('customers_name', 'customers', [sa.literal_column('lower(name) text_pattern_ops')], unique=False)
    op.create_index('customers_phone', 'customers', ['phone'], unique=False)
    op.create_table('held_carts',
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('cart', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('held_by', sa.Text(), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('order_id')
    )
    op.create_table('inbox',
    sa.Column('consumer', sa.Text(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('consumer', 'event_id')
    )
    op.create_index('inbox_received', 'inbox', ['received_at'], unique=False)
    op.create_table('inbox_failures',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('consumer', sa.Text(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('failed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('dead', sa.Boolean(), server_default='false', nullable=False),
    sa.CheckConstraint('dead = (due_at is null)', name='inbox_failures_dead_or_due'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('inbox_failures_due', 'inbox_failures', ['due_at'], unique=False, postgresql_where=sa.text('not dead'))
    op.create_index('inbox_failures_once', 'inbox_failures', ['consumer', 'event_id'], unique=True, postgresql_where=sa.text('event_id is not null'))
    op.create_table('mode',
    sa.Column('id', sa.SmallInteger(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('mode_number', sa.BigInteger(), nullable=False),
    sa.Column('mode', sa.Text(), nullable=False),
    sa.Column('trigger', sa.Text(), nullable=True),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('shown', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.CheckConstraint("(mode = 'offline') = (session_id is not null)", name='mode_session_while_offline'),
    sa.CheckConstraint('id = 1', name='mode_one_row'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('online_quotes',
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('fingerprint', sa.Text(), nullable=False),
    sa.Column('answer', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('quoted_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('order_id')
    )
    op.create_table('orders',
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('fingerprint', sa.Text(), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('mode', sa.Text(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('till_id', sa.Uuid(), nullable=False),
    sa.Column('seller', sa.Text(), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('business_date', sa.Date(), nullable=False),
    sa.Column('invoice_number', sa.Text(), nullable=False),
    sa.Column('series', sa.Text(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('total_minor', sa.BigInteger(), nullable=False),
    sa.Column('kept', sa.Text(), nullable=True),
    sa.Column('printed', sa.Integer(), server_default='0', nullable=False),
    sa.Column('state', sa.Text(), server_default='waiting', nullable=False),
    sa.Column('delivery_version', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('revision', sa.Integer(), server_default='1', nullable=False),
    sa.Column('oms_id', sa.Text(), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', postgresql.JSONB(astext_type=Text()), nullable=True),
    sa.CheckConstraint("(mode = 'offline') = (session_id is not null)", name='orders_session_while_offline'),
    sa.CheckConstraint("invoice_number ~ '^[A-Z0-9/-]{1,16}$'", name='orders_invoice_number_form'),
    sa.CheckConstraint("state in ('waiting', 'synced', 'pending', 'void_asked', 'void')", name='orders_state'),
    sa.CheckConstraint('total_minor >= 0', name='orders_total'),
    sa.PrimaryKeyConstraint('order_id'),
    sa.UniqueConstraint('id'),
    sa.UniqueConstraint('invoice_number', name='orders_invoice_number'),
    sa.UniqueConstraint('series', 'sequence', name='orders_series_sequence')
    )
    op.create_index('orders_business_date', 'orders', ['business_date', 'id'], unique=False)
    op.create_index('orders_session', 'orders', ['session_id'], unique=False, postgresql_where=sa.text('session_id is not null'))
    op.create_index('orders_state_id', 'orders', ['state', 'id'], unique=False)
    op.create_table('orphan_payments',
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('n', sa.SmallInteger(), nullable=False),
    sa.Column('payment_mode', sa.Text(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('till_id', sa.Uuid(), nullable=True),
    sa.Column('seller', sa.Text(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('state', sa.Text(), server_default='open', nullable=False),
    sa.Column('settled_by', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.CheckConstraint("state in ('open', 'sold', 'refunded')", name='orphan_payments_state'),
    sa.UniqueConstraint('order_id', 'payment_mode', 'reference', name='orphan_payments_reference'),
    sa.PrimaryKeyConstraint('order_id', 'n')
    )
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('queue', sa.Text(), nullable=True),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('attempts >= 0', name='outbox_attempts'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('outbox_due', 'outbox', ['due_at', 'id'], unique=False, postgresql_where=sa.text('published_at is null'))
    op.create_index('outbox_published', 'outbox', ['published_at'], unique=False, postgresql_where=sa.text('published_at is not null'))
    op.create_table('payment_modes',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('offline', sa.Boolean(), nullable=False),
    sa.Column('limit_minor', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('code')
    )
    op.create_table('prefixes',
    sa.Column('prefix', sa.Text(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('till_id', sa.Uuid(), nullable=True),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("prefix ~ '^[A-Z0-9/-]{1,8}$'", name='prefixes_form'),
    sa.PrimaryKeyConstraint('prefix')
    )
    op.create_table('price_book',
    sa.Column('sku', sa.Text(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('deleted', sa.Boolean(), nullable=False),
    sa.Column('barcode', sa.Text(), nullable=True),
    sa.Column('item', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.PrimaryKeyConstraint('sku')
    )
    op.create_index('price_book_barcode', 'price_book', ['barcode'], unique=False)
    op.create_table('staff',
    sa.Column('staff_code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('staff_code')
    )
    op.create_table('states',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('value', postgresql.JSONB(astext_type=Text()), nullable=True),
    sa.Column('heard_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('stock',
    sa.Column('sku', sa.Text(), nullable=False),
    sa.Column('synced', sa.Integer(), nullable=False),
    sa.Column('as_of', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sold', sa.Integer(), server_default='0', nullable=False),
    sa.PrimaryKeyConstraint('sku')
    )
    op.create_table('store',
    sa.Column('id', sa.SmallInteger(), nullable=False),
    sa.Column('identity', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('id = 1', name='store_one_row'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('amendments',
    sa.Column('wish_id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.Text(), nullable=False),
    sa.Column('approved_by', sa.Text(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('details', postgresql.JSONB(astext_type=Text()), nullable=False),
    sa.Column('state', sa.Text(), server_default='asked', nullable=False),
    sa.CheckConstraint("kind in ('void', 'correct')", name='amendments_kind'),
    sa.CheckConstraint("state in ('asked', 'done', 'too_late')", name='amendments_state'),
    sa.ForeignKeyConstraint(['order_id'], ['orders.order_id'], ),
    sa.PrimaryKeyConstraint('wish_id')
    )
    op.create_index('amendments_order', 'amendments', ['order_id'], unique=False)
    op.create_index('amendments_void', 'amendments', ['order_id'], unique=True, postgresql_where=sa.text("kind = 'void' and state <> 'too_late'"))
    op.create_table('movements',
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('sku', sa.Text(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('open', sa.Boolean(), server_default='true', nullable=False),
    sa.CheckConstraint('quantity > 0', name='movements_quantity'),
    sa.ForeignKeyConstraint(['order_id'], ['orders.order_id'], ),
    sa.PrimaryKeyConstraint('order_id', 'sku')
    )
    op.create_index('movements_open', 'movements', ['sku'], unique=False, postgresql_where=sa.text('open'))
    op.create_table('payments',
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('n', sa.SmallInteger(), nullable=False),
    sa.Column('payment_mode', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('unique_reference', sa.Text(), nullable=True),
    sa.CheckConstraint('amount_minor > 0', name='payments_amount'),
    sa.ForeignKeyConstraint(['order_id'], ['orders.order_id'], ),
    sa.PrimaryKeyConstraint('order_id', 'n'),
    sa.UniqueConstraint('payment_mode', 'unique_reference', name='payments_reference_once')
    )
    op.create_table('tills',
    sa.Column('till_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('key_hash', sa.Text(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('prefix', sa.Text(), nullable=False),
    sa.Column('paired_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('paired_by', sa.Text(), nullable=False),
    sa.Column('series_year', sa.Integer(), nullable=True),
    sa.Column('series_next', sa.Integer(), server_default='1', nullable=False),
    sa.Column('series_head', sa.Text(), nullable=False),
    sa.Column('last_date', sa.Date(), nullable=True),
    sa.Column('number', sa.BigInteger(), server_default=sa.text("nextval('tills_number')"), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('session_orders', sa.Integer(), server_default='0', nullable=False),
    sa.Column('session_minor', sa.BigInteger(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['prefix'], ['prefixes.prefix'], ),
    sa.PrimaryKeyConstraint('till_id')
    )
    op.create_index('tills_name', 'tills', ['name'], unique=True, postgresql_where=sa.text('active'))
    op.create_index('tills_session', 'tills', ['session_id'], unique=False)
    op.execute(FIRST_MODE)
    op.execute(FACTS)
