# Derived from overlays/groupdocs_translation/_async/session.py by `nox -s regenerate`: edit that file, never this one.
"""The HTTP client for the generated operations: counts calls, retries, and converts error responses to exceptions.

It overrides ``send()``, which runs outside the auth flow. ``BearerAuth`` has handled a 401 (refresh and replay) before
``send()`` sees a response.

Generated operations have no parameters for the data of this package, so each request has a ``Call``. ``calling()`` puts
the retry policy and the counter into the context (the only ContextVar of this package). ``send()`` adds the operation
and attaches the ``Call`` to the request (the only extension, ``CALL``). The counting and ``BearerAuth`` read it there,
and ``BearerAuth`` records in it that it set the ``Authorization`` header.
"""

from __future__ import annotations

import logging
import re
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from json import JSONEncoder
from random import getrandbits, random
from typing import Any

import httpcore2
import httpx2

from .._clock import Clock
from .._concurrency import sync_lock, sync_sleep
from .._config import CLOSED
from .._errors import ConfigurationError, TokenUnavailable
from .._network import (
    ReuseGuard,
    has_surplus,
    mask_token,
    network_failure,
    readable,
    uncertain,
)
from .._rules import responses
from .._rules.responses import REQUEST_ID, Failed
from .._rules.retry import (
    REFUSED_STATUSES,
    FailureKind,
    RetryPolicy,
    is_uncertain,
    may_repeat,
    pause,
    retry_after,
)
from .._usage import CALL, Call, Usage, context_call
from ..auth.bearer import rewinder
from ..spec.operations import Operation, match

log = logging.getLogger("groupdocs_translation.session")

JSON_HEADERS = {"Content-Type": "application/json"}  # of every generated operation with a body
_as_json = JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode  # the same as httpx2's

_PLAIN_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+")  # a path that URL normalization does not change

SHORTEST_TIMEOUT_S = 0.001  # 0 means "do not wait" in httpx2, but "forever" in some transports


class _NoCookies(httpx2.Cookies):
    def extract_cookies(self, response: httpx2.Response) -> None: ...


class SharedTransport(httpx2.BaseTransport):
    """A transport that uses another, of the user or of the session ``owner``, and leaves closing it to them."""

    def __init__(self, transport: httpx2.BaseTransport, owner: httpx2.Client | None = None) -> None:
        self._transport = transport
        self._owner = owner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if self._owner is not None and self._owner.is_closed:
            raise ConfigurationError(CLOSED)
        return self._transport.handle_request(request)


class PoolTransport(httpx2.HTTPTransport):
    """httpx2's transport without unsafe reuse of pooled connections, and without open ones after ``aclose()``.

    No POST uses a connection that the server may have closed. No request uses a connection with surplus bytes.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._is_closed = False
        pool: Any = self._pool  # weak references: a cycle would keep connections open after their pool is gone
        pool.create_connection = partial(_create, weakref.ref(pool), ReuseGuard())

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = super().handle_request(request)
        if self._is_closed:  # while the request waited or connected: the pool does not close its connection
            response.stream = _LastStream(response)
        return response

    def close(self) -> None:
        self._is_closed = True
        super().close()


class _LastStream(httpx2.SyncByteStream):
    """The body of the last response on a connection, which is closed with it."""

    def __init__(self, response: httpx2.Response) -> None:
        self._stream: Any = response.stream
        self._connection = response.extensions["network_stream"]

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            yield chunk

    def close(self) -> None:
        self._stream.close()
        self._connection.close()


def _create(pool: Callable[[], Any], guard: ReuseGuard, origin: httpcore2.Origin) -> Any:
    connection = pool().__class__.create_connection(pool(), origin)
    connection.handle_request = partial(_guarded, weakref.ref(connection), guard)
    return connection


def _guarded(reference: Callable[[], Any], guard: ReuseGuard, request: httpcore2.Request) -> httpcore2.Response:
    connection = reference()
    if has_surplus(connection) or not guard.admits(request.method.decode(), connection, connection.has_expired):
        connection.close()
        raise httpcore2.ConnectionNotAvailable  # the pool then uses another connection
    try:
        response: httpcore2.Response = connection.__class__.handle_request(connection, request)
    except (httpcore2.ReadError, httpcore2.RemoteProtocolError, httpcore2.WriteError):
        guard.has_lost = True
        raise
    return response


class Session(httpx2.Client):
    """An ``httpx2`` client that counts and retries each request, and raises only exceptions of this package.

    A billed submission is sent again only if the service certainly did not accept it. Other calls are retried according
    to the policy. ``on_refusal`` is called for each HTTP 429 and 503 with the seconds of its ``Retry-After``, or
    ``None``.
    """

    def __init__(
        self,
        *,
        usage: Usage,
        retries: RetryPolicy,
        clock: Clock,
        on_refusal: Callable[[float | None], object] | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self._cookies = _NoCookies()
        self.languages_lock = sync_lock()  # so that only one task fetches the list of languages
        self._on_refusal = on_refusal
        self._usage = usage
        self._retries = retries
        self._clock = clock
        self._prefix = self.base_url.raw_path.decode("ascii").rstrip("/")
        del self.headers["Connection"]  # keep-alive is the default of HTTP/1.1 (RFC 9112 §9.3)
        self._plain_headers = httpx2.Headers([(b"Host", self.base_url.netloc), *self.headers.raw])

    def request(
        self, method: str, url: httpx2.URL | str, *, json: Any = None, headers: Any = None, **options: Any
    ) -> httpx2.Response:
        """Send a request, as in ``httpx2``. Raises the same errors as ``send()``.

        Most requests of generated operations have a plain path and JSON or no body. They are built here: httpx2 parses
        three URLs and builds three sets of headers for a request, which takes longer than the rest of this class.
        """
        if method == "get":
            is_plain = json is None and not headers
        else:
            is_plain = method == "post" and json is not None and headers == JSON_HEADERS
        if not is_plain or options or not isinstance(url, str) or not _PLAIN_PATH.fullmatch(url):
            return super().request(method, url, json=json, headers=headers, **options)
        # The bytes are in no local variable, which a traceback could show: they may contain a signed URL.
        body = httpx2.ByteStream(b"" if method == "get" else _as_json(json).encode())
        extensions = {"timeout": self.timeout.as_dict()}
        request = httpx2.Request(method, self.base_url, headers=self._plain_headers, stream=body, extensions=extensions)
        parts = request.url._uri_reference
        request.url._uri_reference = type(parts)(*parts[:4], self._prefix + url, None, None)
        request.headers.encoding = self._plain_headers.encoding  # otherwise detected again by decoding all headers
        request.read()  # sets request.content, for errors
        if method == "post":
            request.headers._list += [
                (b"Content-Length", b"content-length", b"%d" % len(request.content)),
                (b"Content-Type", b"content-type", b"application/json"),
            ]
        return self.send(request)

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Send a request, as in ``httpx2``, with counting and retries, and read its response, also with ``stream``.

        Raises:
            TranslationError: the request failed; ``SubmissionUncertain`` if the service may have accepted a job.
        """
        path = request.url.raw_path.partition(b"?")[0].decode("ascii")  # a job ID may contain an encoded slash
        operation = match(request.method, path.removeprefix(self._prefix))
        options["stream"] = True  # the body is read here, up to a limit
        context, before = context_call(), request.extensions.get(CALL)
        policy = context.policy or self._retries
        call = request.extensions[CALL] = Call(
            operation.id if operation else f"{request.method} {request.url.path}",
            operation,
            policy,
            context.counter,
            before.authorized_by if before else None,
            context.responses,
        )
        sent_id = request.headers.setdefault(REQUEST_ID, f"{getrandbits(128):032x}")  # the same for all attempts
        started = self._clock.monotonic()
        role = operation.role if operation else None
        limits: dict[str, float | None] = request.extensions.get("timeout", {})
        tries = 0
        while True:
            tries += 1
            tried = self._clock.monotonic()
            if role in {"poll", "read"}:  # not for a submission, whose outcome would be unknown
                left = max(SHORTEST_TIMEOUT_S, started + policy.total_s - tried)
                request.extensions["timeout"] = {
                    what: left if limit is None else min(limit, left) for what, limit in limits.items()
                }
            outcome = self._try(request, call, policy.total_s, options)
            if role == "upload":  # the time to send a file does not count
                started += self._clock.monotonic() - tried
            if not isinstance(outcome, Failed):
                if responses.request_id(outcome.headers) is None:
                    outcome.headers[REQUEST_ID] = sent_id
                return outcome
            kind, error = outcome
            error.request_id = error.request_id or sent_id
            if kind in {FailureKind.NOT_SENT, FailureKind.UNREACHABLE}:
                self._usage.release(call.name, call.counter)
            wait, rewind = None, rewinder(request)
            if rewind is not None and may_repeat(kind, role):
                wait = pause(
                    policy,
                    tries=tries,
                    elapsed_s=self._clock.monotonic() - started,
                    retry_after_s=getattr(error, "retry_after", None),
                    random=random,
                )
            if wait is None:
                if is_uncertain(kind, role):
                    raise uncertain(call.name, request, error)
                raise error
            log.warning("%s; retrying in %.1f s (attempt %d of %d)", error, wait, tries + 1, policy.tries)
            sync_sleep(self._clock, wait)
            if rewind is not None and not rewind():
                raise error

    def _try(
        self, request: httpx2.Request, call: Call, total_s: float, options: dict[str, Any]
    ) -> httpx2.Response | Failed:
        """Send once. Reading the response may take up to ``total_s`` seconds."""
        if self.is_closed:  # since the call began
            raise ConfigurationError(CLOSED)
        name, operation = call.name, call.operation
        failure: httpx2.HTTPError
        try:
            response = super().send(request, **options)
            if self._on_refusal is not None and operation is not None and response.status_code in REFUSED_STATUSES:
                date = response.headers.get("date")
                self._on_refusal(retry_after(response.headers.get("retry-after"), date=date, now=self._clock.wall()))
            try:
                content = self._read(response, operation, self._clock.monotonic() + total_s)
            finally:
                response.close()
                if call.responses is not None:
                    call.responses.append(response)
        except TokenUnavailable as unavailable:
            return Failed(FailureKind.UNAUTHORIZED, unavailable)
        except httpx2.HTTPError as caught:
            failure = caught
        else:
            if isinstance(content, str):
                kind = FailureKind.BROKEN if operation and operation.role == "submit" else FailureKind.REJECTED
                return Failed(kind, responses.invalid_response(name, response.status_code, content))
            failed = responses.classify(
                operation,
                name,
                response.status_code,
                response.headers,
                content,
                now=self._clock.wall(),
                mask=partial(mask_token, response.request),
                is_authorized=response.status_code != 401 or "authorization" in response.request.headers,
            )
            if failed is not None:
                return failed
            return response if operation is None else readable(response, operation)
        return network_failure(failure, request, name)

    def _read(self, response: httpx2.Response, operation: Operation | None, until: float) -> bytes | str:
        """Return the body, or why it was not read to its end. Never read a compressed body: none was requested."""
        if responses.is_encoded(response.headers):
            if response.is_success:
                return "it is compressed, which was not requested"
            return b""  # the status is sufficient
        if response.is_stream_consumed:  # a user's transport has read it
            return response.content
        limit, size = responses.most_bytes(operation, response.status_code), 0
        chunks: list[bytes] = []
        assert isinstance(response.stream, httpx2.SyncByteStream)
        for chunk in response.stream:  # aread() adds three generators, to decompress and to regroup
            size += len(chunk)
            if size > limit:
                return "it is too large"
            if self._clock.monotonic() > until:
                raise httpx2.ReadTimeout("the response was not complete within the total time of the retry policy")
            chunks.append(chunk)
        response._content = b"".join(chunks)
        return response.content
