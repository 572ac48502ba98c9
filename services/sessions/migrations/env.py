from services.chassis.migrations import run_env
from services.sessions.models import metadata

run_env(metadata)
