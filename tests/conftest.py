"""What holds for all tests: no property is judged by the clock, since a loaded machine proves nothing."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("hunkwise", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hunkwise")

os.environ["HUNKWISE_CACHE_DIR"] = ""  # what one test asks a model must not answer another
