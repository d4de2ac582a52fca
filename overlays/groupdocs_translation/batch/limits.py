"""How many transfers or jobs at a time: grows while all goes well, halves when the service refuses. Pure.

Additive increase, multiplicative decrease, with a fast start, as TCP does (RFC 5681 §3.1). The gates hold one each.
"""

from __future__ import annotations

from attrs import evolve, frozen

FIRST = 4  # where a limit starts, if it may: enough to fill a pipe, few enough not to be refused at once
DECREASE = 0.5
CALM_S = 1.0  # refusals within so long of one that counted are of the same burst: it counts once


@frozen
class AimdLimit:
    """A limit that learns; every method returns another one.

    ``value`` is at least 1 and at most ``most``. Until the first refusal it doubles each round of ``value`` successes,
    after it a round adds one. ``calm_at`` (seconds, monotonic) is when the next refusal counts.
    """

    most: int
    value: float
    is_probing: bool = True
    calm_at: float = 0.0

    @classmethod
    def up_to(cls, most: int) -> AimdLimit:
        """The limit to start with."""
        return cls(most, float(min(FIRST, most)))

    @property
    def width(self) -> int:
        """How many at a time."""
        return int(self.value)

    def succeeded(self) -> AimdLimit:
        """After one that went well."""
        step = 1.0 if self.is_probing else 1.0 / self.value
        return evolve(self, value=min(float(self.most), self.value + step))

    def refused(self, now: float, retry_after_s: float | None = None) -> AimdLimit:
        """After a refusal; ``now`` in monotonic seconds, ``retry_after_s`` what the service asked for."""
        if now < self.calm_at:
            return self
        calm_at = now + max(CALM_S, retry_after_s or 0.0)
        return AimdLimit(self.most, max(1.0, self.value * DECREASE), is_probing=False, calm_at=calm_at)
