from services.chassis.migrations import run_env
from services.orders.models import metadata

run_env(metadata)
