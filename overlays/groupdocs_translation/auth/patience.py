"""How long a failure is remembered, and when a refused token is worth exchanging. Pure functions; called by ``source``.

Asking too often makes an outage worse and gets applications locked out; asking too rarely keeps a repaired service out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import AuthenticationError, TranslationError
from .reply import is_transient

if TYPE_CHECKING:
    from .token import AccessToken

PERMANENT_COOL_DOWN_S = 30.0  # a refused secret is not asked with again and again, yet a repaired one is found soon
TRANSIENT_COOL_DOWN_S = 30.0  # the longest; the n-th failure in a row is remembered for 2ⁿ⁻¹ s
LONGEST_COOL_DOWN_S = 300.0  # when a server asks for more with Retry-After
EARLY_PAUSE_S, EARLY_PAUSE_PART = 30.0, 0.05  # after a failed early renewal; doubles with each: 4 tries in 5 minutes
EARLY_PAUSE_SPREAD = 0.2  # more or less of it, by chance: a fleet must not come back together
REFUSED_AGAIN_S = 60.0  # after a 401 that a new token did not cure, untried tokens are not thrown away
NEW_S, NEW_PART = 10.0, 0.2  # a never accepted token refused at this age would not be cured by another
YOUNG_S, YOUNG_PART = 5.0, 0.05  # the same for an accepted one, while REFUSED_AGAIN_S runs


def cool_down(error: TranslationError, failures: int) -> float:
    """Seconds in which a failure is answered from memory; ``failures`` in a row came before it.

    Only what the identity server itself refused for good is permanent; a user's callable may be well the next moment.
    """
    is_refusal = isinstance(error, AuthenticationError) and error.status_code is not None
    is_final = is_refusal and not is_transient(error)
    pause = PERMANENT_COOL_DOWN_S if is_final else min(_doubled(1.0, failures), TRANSIENT_COOL_DOWN_S)
    asked: float = getattr(error, "retry_after", None) or 0.0
    return max(pause, min(asked, LONGEST_COOL_DOWN_S))


def early_pause(token: AccessToken, error: TranslationError, failures: int, chance: float) -> float:
    """Seconds until the next early renewal after a failed one; ``chance`` is from 0 to 1."""
    first = min(EARLY_PAUSE_S, token.lifetime_s * EARLY_PAUSE_PART)
    asked: float = getattr(error, "retry_after", None) or 0.0
    return max(_doubled(first, failures) * (1.0 + EARLY_PAUSE_SPREAD * (2.0 * chance - 1.0)), asked)


def is_curable(age_s: float, lifetime_s: float, *, was_accepted: bool, refused_again_s: float | None) -> bool:
    """Whether another token may help after a 401.

    ``was_accepted``: the API took this token before. ``refused_again_s``: seconds since a 401 was not cured by a new
    token, ``None`` if that never happened.
    """
    is_pausing = refused_again_s is not None and refused_again_s < REFUSED_AGAIN_S
    if not was_accepted:
        return not is_pausing and age_s >= min(NEW_S, lifetime_s * NEW_PART)
    return not is_pausing or age_s >= min(YOUNG_S, lifetime_s * YOUNG_PART)


def _doubled(first: float, times: int) -> float:
    return first * 2.0 ** min(times, 10)  # bounded: a month of failures must not overflow
