"""A cookie jar that stays empty: calls are authorized by a token, and a cookie would tie them to each other."""

from __future__ import annotations

import httpx


class NoCookies(httpx.Cookies):
    """Takes nothing from answers. ``httpx``'s own jar costs 25 µs for each answer, even for one without a cookie."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Nothing is kept."""
