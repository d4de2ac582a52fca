"""All annotations resolve at run time, for FastAPI, pydantic and dependency injection."""

import inspect
import sys
import typing
from importlib import import_module

import groupdocs_translation

PACKAGES = ["", ".auth", ".batch", ".formats", ".options", ".sandbox"]


def _public():
    """Yield all public classes and functions, and the public methods and properties of classes, with their names."""
    for package in PACKAGES:
        module = import_module(groupdocs_translation.__name__ + package)
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isclass(thing) or inspect.isfunction(thing):
                yield f"{package}.{name}", thing
            for member, value in inspect.getmembers(thing) if inspect.isclass(thing) else ():
                function = value.fget if isinstance(value, property) else inspect.unwrap(value)
                if (not member.startswith("_") or member == "__init__") and inspect.isroutine(function):
                    yield f"{package}.{name}.{member}", function


def test_annotations_resolve():
    unresolved = {}
    for name, thing in _public():
        if inspect.isclass(thing) or inspect.isfunction(thing) or inspect.ismethod(thing):
            try:
                typing.get_type_hints(thing)
            except Exception as error:
                unresolved[name] = error

    assert not unresolved


def test_annotations_of_a_library_that_is_not_installed_resolve(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx", None)
    hints = typing.get_type_hints(groupdocs_translation.ClientCredentials.for_httpx)
    assert hints == {"return": typing.Any}


# Where a public class or function has ``Any``, and why no narrower type is correct.
ANY = {
    "to_dict return": "JSON, whose keys type checkers cannot follow",
    "TranslationError job": "a Job, an AsyncJob or, in a copy from another process, a JobHandle",
    "TranslationError jobs": "the same",
    "JobError job": "the same",
    "JobFailed job": "the same",
    "JobPartial job": "the same",
    "JobPartial result": "what the job's result() or download() would have returned",
    "SubmissionUncertain request": "JSON, as it was sent",
    "Progress job": "a Job of TranslationClient, an AsyncJob of AsyncTranslationClient",
    "TranslationClient.job return": "the type of a job's result depends on the job",
    "AsyncTranslationClient.job return": "the same",
    "RedisTokenStore redis": "a client of redis-py, which is an extra, or one like it",
    "Secret value": "a user's argument, wrapped before it is checked",
    "Secret.reveal return": "what was wrapped",
    "FileTask options": "JSON, as it was received",
    "Sandbox.client_settings return": "keyword arguments of a client",
    "Sandbox.fail body": "JSON, as it will be sent",
}


def _has_any(hint):
    return hint is typing.Any or any(map(_has_any, hint if isinstance(hint, list) else typing.get_args(hint)))


def _own_hints(thing):
    """Yield the hints of a class without inherited ones, or of a function with its overloads."""
    if inspect.isclass(thing):
        own = vars(thing).get("__annotations__", {})
        yield from ((part, hint) for part, hint in typing.get_type_hints(thing).items() if part in own)
    elif inspect.isfunction(thing):
        for function in (thing, *typing.get_overloads(thing)):
            yield from typing.get_type_hints(function).items()


def test_any_in_a_public_signature_has_a_reason():
    found = set()
    for _, thing in _public():
        for part, hint in _own_hints(thing):
            if _has_any(hint):
                name = thing.__qualname__.removesuffix(".__init__")
                found.add(f"{'to_dict' if name.endswith('.to_dict') else name} {part}")

    assert found == ANY.keys()


def test_no_public_function_takes_keywords_that_it_does_not_name():
    ours = [(name, thing) for name, thing in _public() if inspect.isfunction(thing) and "groupdocs" in thing.__module__]

    assert not [name for name, function in ours if "**" in str(inspect.signature(function))]


def test_annotations_resolve_to_lazily_loaded_packages():
    import httpx2

    hints = typing.get_type_hints(groupdocs_translation.TranslationClient.__init__)

    assert httpx2.Timeout in typing.get_args(hints["timeout"])
