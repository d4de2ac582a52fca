"""Ten thousand requests across many short-lived tokens all succeed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.auth.servers import Identity, RawServer, http, token

LIFETIME_S, REQUESTS, THREADS = 2.0, 10_000, 4
STEP_S = 30 * LIFETIME_S / REQUESTS  # virtual duration of a request: 30 token lifetimes in total


class ExactApi(RawServer):
    """An API that accepts a token exactly until it expires; ``refused`` counts the rejected requests."""

    def __init__(self, clock):
        self.clock = clock
        self.expires: dict[str, float] = {}
        self.refused = 0
        super().__init__(self._answer)

    def issue(self, _):
        name = f"t{len(self.expires) + 1}"
        self.expires[name] = self.clock.monotonic() + LIFETIME_S
        return token(name, expires_in=int(LIFETIME_S))

    def _answer(self, request):
        if self.clock.monotonic() < self.expires[request.token]:
            return http(b"")
        self.refused += 1
        return http(b"", 401)


@pytest.fixture
def exact_api(clock):
    with ExactApi(clock) as api:
        yield api


def test_ten_thousand_requests_across_thirty_lifetimes_all_succeed(clock, exact_api, make_auth):
    with Identity(exact_api.issue) as identity:
        auth = make_auth(token_url=identity.token_url, api_url=exact_api.address)
        failed = []
        # Time advances when all responses have arrived, so that no token expires in a delayed thread.
        turn = threading.Barrier(THREADS, action=lambda: clock.advance(THREADS * STEP_S), timeout=60)

        def work(_):
            with httpx2.Client(auth=auth, trust_env=False) as client:
                for _ in range(REQUESTS // THREADS):
                    status = client.get(exact_api.address).status_code
                    failed.extend([status] * (status != 200))
                    turn.wait()

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(work, range(THREADS)))
        ended = sum(1 for moment in exact_api.expires.values() if moment <= clock.monotonic())
        assert failed == []
        assert exact_api.refused == 0  # not even one that a replay would have fixed
        assert 30 <= len(identity.requests) <= 45  # each token lives for 2 s and is renewed after 1.56 s
        assert len(identity.requests) - ended <= 2
        assert threading.active_count() < 50
