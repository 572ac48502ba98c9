from services.chassis.migrations import run_env
from tests.integration.chassis.sample.models import metadata

run_env(metadata)
