"""Arguments of the public classes: a wrong one is refused by the constructor, by name, with what to pass."""

from __future__ import annotations

import inspect
from datetime import timedelta
from decimal import Decimal

import httpx2
import numpy as np
import pytest
from groupdocs_translation import (
    ConfigurationError,
    PollingSchedule,
    RetryPolicy,
    TokenResponseError,
    TranslationClient,
    auth,
)
from groupdocs_translation.auth.token_source import make_token_source

URLS = {"token_url": "https://id.example.com/token", "api_url": "https://api.example.com"}
SOURCE = make_token_source(auth.Secret("a"), auth.Secret("b"), token_url=URLS["token_url"])
VALID = {
    "BearerAuth": {"source": SOURCE, "origin": URLS["api_url"]},
    "ClientCredentials": {"client_id": "a", "client_secret": "b", **URLS},
    "FileTokenStore": {},
    "MemoryTokenStore": {},
    "RedisTokenStore": {"redis": "redis://localhost"},
    "TokenEvent": {"kind": "obtained"},
    "TokenSource": {"provider": SOURCE._provider},
    "TranslationClient": {"client_id": "a", "client_secret": "b"},
}
CLASSES = {name: getattr(auth, name, TranslationClient) for name in VALID}
WRONG = {"int": 5, "bool": True, "float": 1.5, "text": "é\n", "bytes": b"x", "list": [], "NaN": float("nan"),
         "object": object(), "class": type}  # fmt: skip
GOOD = {  # what is valid although it is in the list
    "int": {"timeout", "call_budget", "max_connections", "lifetime_s"}, "bool": {"verify", "trust_env"},
    "float": {"timeout", "lifetime_s"}, "text": {"path", "prefix", "error"},
    "class": {"credentials", "token_provider", "is_public", "before_send", "on_event", "on_token_event"},
}  # fmt: skip
OPTIONAL = {  # ``None`` means the default
    "BearerAuth": {"is_public", "before_send"},
    "ClientCredentials": {"credentials", "scope", "token_params", "token_store", "proxy", "on_event"},
    "FileTokenStore": {"path"},
    "TokenEvent": {"lifetime_s", "error"},
    "TokenSource": {"on_event"},
}
PARAMETERS = [
    (name, parameter)
    for name, kind in CLASSES.items()
    for parameter in inspect.signature(kind).parameters
    if not parameter.startswith("_")
]


def test_every_public_class_is_listed():
    protocols = {"Provider", "TokenStore"}
    assert set(VALID) - {"TranslationClient"} | protocols | {"Secret"} == set(auth.__all__)  # a Secret takes everything


def refused(name, parameter, value):
    """Return the message with which the constructor refuses the value, ``None`` if it accepts it."""
    arguments = VALID[name] | {parameter: value}
    if parameter in {"credentials", "profile", "access_token", "token_provider"} and value is not None:
        arguments = {key: value for key, value in arguments.items() if not key.startswith("client_")}
    try:
        CLASSES[name](**arguments)
    except ConfigurationError as error:
        return str(error)
    return None


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_a_wrong_argument_is_refused_by_the_constructor_by_name(name, parameter):
    said = {wrong: refused(name, parameter, value) for wrong, value in WRONG.items()}
    accepted = {wrong for wrong, message in said.items() if message is None}
    assert accepted == {wrong for wrong, parameters in GOOD.items() if parameter in parameters}
    assert all(parameter in message for message in said.values() if message is not None), said


@pytest.mark.parametrize(("name", "parameter"), [case for case in PARAMETERS if case[0] in OPTIONAL])
def test_none_is_refused_where_it_is_no_default(name, parameter):
    assert (refused(name, parameter, None) is None) == (parameter in OPTIONAL[name])


@pytest.mark.parametrize("redis", [None, 5, object(), "http://localhost", ""])
def test_redis_is_a_client_or_its_url(redis):
    with pytest.raises(ConfigurationError, match=r"a URL such as redis://localhost:6379/0, or a redis\.Redis"):
        auth.RedisTokenStore(redis)


# -- durations ---------------------------------------------------------------------------------------------------------

DURATIONS = {
    "timeout of a client": lambda value: TranslationClient("a", "b", timeout=value),
    "timeout of with_options": lambda value: TranslationClient("a", "b").with_options(timeout=value),
    "timeout of wait": lambda value: TranslationClient("a", "b").job("x").wait(value),
    "timeout of a call": lambda value: TranslationClient("a", "b").translate_text("x", target="de", timeout=value),
    "timeout of a token source": lambda value: auth.TokenSource(SOURCE._provider, timeout=value),
    "every": PollingSchedule.every,
    **{
        name: lambda value, name=name: PollingSchedule(**{name: value})
        for name in ("seconds_per_call", "first_wait_s", "shortest_gap_s", "longest_gap_s", "deadline_s")
    },
    **{
        name: lambda value, name=name: RetryPolicy(**{name: value})
        for name in ("first_pause_s", "longest_pause_s", "longest_retry_after_s", "total_s")
    },
}
FOREIGN = {
    r"value\.total_seconds\(\)": timedelta(seconds=5),
    r"float\(value\)": Decimal(5),
    r"value / numpy\.timedelta64\(1, 's'\)": np.timedelta64(5, "s"),
}


@pytest.mark.parametrize("hint", FOREIGN)
@pytest.mark.parametrize("place", DURATIONS)
def test_a_duration_of_another_type_is_refused_with_its_conversion(place, hint):
    with pytest.raises(ConfigurationError, match=rf"must be a .*number.*, got .*; pass seconds: {hint}$"):
        DURATIONS[place](FOREIGN[hint])


@pytest.mark.parametrize(
    "place", [place for place in DURATIONS if place not in {"timeout of wait", "timeout of a call"}]
)
@pytest.mark.parametrize("number", [np.float32(20), np.int64(20), np.float64(20)])
def test_numbers_of_numpy_are_durations(place, number):
    assert DURATIONS[place](number)


@pytest.mark.parametrize("hint", FOREIGN)
def test_the_lifetime_of_a_token_of_another_type_is_refused_with_its_conversion(make_source, hint):
    with pytest.raises(TokenResponseError, match=f"not a number of seconds.*: pass seconds: {hint}$"):
        make_source(token_provider=lambda: ("t", FOREIGN[hint])).get()


def test_the_lifetime_of_a_token_may_be_a_number_of_numpy(make_source):
    assert make_source(token_provider=lambda: ("t", np.int64(60))).get().lifetime_s == 60


def test_a_timeout_of_httpx2_is_accepted():
    with TranslationClient("a", "b", timeout=httpx2.Timeout(5)) as client:
        assert client.account.settings.timeout == httpx2.Timeout(5)
