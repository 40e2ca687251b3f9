"""Prometheus' durations: `1h30m`, and never `1.5h`."""

import re

_DURATION = r"(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?"
_MILLISECONDS = (365 * 86_400_000, 7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000, 1)
_LONGEST = 40
"""Characters; more is no duration that anybody means."""


def read_duration(text: object) -> int | None:
    """Milliseconds, as model.ParseDuration of Prometheus reads them; None if it is no duration."""
    if text == "0":
        return 0
    if not isinstance(text, str) or not text or len(text) > _LONGEST:
        return None
    match = re.fullmatch(_DURATION, text, re.ASCII)
    if match is None:
        return None
    return sum(int(count) * unit for count, unit in zip(match.groups(), _MILLISECONDS, strict=True) if count)
