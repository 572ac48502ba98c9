from services.chassis.migrations import run_env
from services.sync.models import metadata

run_env(metadata)
