"""What holds for all tests: no property is judged by the clock, since a loaded machine proves nothing."""

from hypothesis import HealthCheck, settings

settings.register_profile("hunkwise", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hunkwise")
