"""Signatures show every keyword of the option tables, for ``help``, Jupyter and editors."""

import inspect
from typing import get_args, get_overloads, get_type_hints

import pytest
from groupdocs_translation import AsyncBatch, AsyncTranslationClient, Batch, ConfigurationError, TranslationClient
from groupdocs_translation._config import ClientAuth, TransportName
from groupdocs_translation._rules.job_handle import JOB_DETAILS, JobKind
from groupdocs_translation._rules.polling import _PRESETS, PollingName
from groupdocs_translation._rules.requests import FILE_STYLES, TEXT_STYLES
from groupdocs_translation.batch import FolderOptions
from groupdocs_translation.options import SubmitOptions, TextOptions
from groupdocs_translation.spec.derived import (
    Family,
    FileStyle,
    KindName,
    OcrFormat,
    OutputFormat,
    SavingMode,
    SourceFormat,
    TextStyle,
)
from groupdocs_translation.spec.formats import _NAMES, _OWNERS, KINDS, FileOptions
from groupdocs_translation_api.models import ocr_format, saving_mode

TEXT = ["translate_text", "submit_text", "translate_stream"]
FOLDER = set(FolderOptions.__annotations__) - {"name", "format", "retries"}


@pytest.mark.parametrize("client", [TranslationClient, AsyncTranslationClient])
@pytest.mark.parametrize(
    ("method", "table"),
    [
        *((name, set(TextOptions.__annotations__)) for name in TEXT),
        *((name, set(SubmitOptions.__annotations__)) for name in ("translate_file", "submit_file")),
        ("translate_folder", FOLDER),
        ("job", JOB_DETAILS),
    ],
)
def test_a_signature_has_every_option_of_its_table(client, method, table):
    parameters = inspect.signature(getattr(client, method)).parameters

    assert table <= parameters.keys()
    assert not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())


@pytest.mark.parametrize("batch", [Batch, AsyncBatch])
def test_a_batch_has_the_keywords_of_translate_folder(batch):
    of_method = inspect.signature(TranslationClient.translate_folder).parameters.keys()

    assert inspect.signature(batch).parameters.keys() - {"client"} == of_method - {"self"}


@pytest.mark.parametrize("method", ["translate_file", "submit_file"])
def test_an_option_has_the_type_of_the_table(method):
    table, hints = get_type_hints(SubmitOptions), get_type_hints(getattr(TranslationClient, method))

    wrong = [name for name, hint in table.items() if hints[name] not in {hint, hint | None}]

    assert not wrong


@pytest.mark.parametrize("method", ["translate_file", "submit_file", "translate_to_text"])
def test_the_overloads_of_a_kind_have_its_options_and_no_others(method):
    function, found = getattr(TranslationClient, method), {}
    for overload in get_overloads(function):
        (call,) = get_args(get_type_hints(overload)["options"])
        hints = get_type_hints(call)
        assert hints.keys() <= inspect.signature(function).parameters.keys()
        for kind in get_args(hints.pop("kind")):
            found.setdefault(kind, set()).add(frozenset(FileOptions.__annotations__.keys() & hints))
        wanted = get_type_hints(function)
        assert {name: wanted[name] for name in hints if name != "output_dir"} | hints == hints
    as_text = {name: {frozenset(kind.text_options)} for name, kind in KINDS.items() if kind.to_text}
    as_files = {name: {frozenset(kind.options)} for name, kind in KINDS.items()}

    if method == "translate_to_text":
        assert found == as_text
    else:
        both = method == "submit_file"
        assert found == {name: sets | (as_text.get(name, set()) if both else set()) for name, sets in as_files.items()}


@pytest.mark.parametrize("client", [TranslationClient, AsyncTranslationClient])
def test_no_public_method_takes_keywords_that_it_does_not_name(client):
    methods = [value for name, value in inspect.getmembers(client, callable) if not name.startswith("_")]
    kinds = {p.kind for method in [client, *methods] for p in inspect.signature(method).parameters.values()}

    assert inspect.Parameter.VAR_KEYWORD not in kinds


def test_the_trial_has_every_keyword_but_those_about_credentials():
    secret = {"client_id", "client_secret", "credentials", "profile", "access_token", "token_provider", "token_url"}
    secret |= {"scope", "client_auth", "token_store", "on_token_event", "_trial"}
    of_class = inspect.signature(TranslationClient).parameters.keys()

    assert inspect.signature(TranslationClient.trial).parameters.keys() == of_class - secret


@pytest.mark.parametrize(
    ("literal", "table"),
    [
        (KindName, set(KINDS)),
        (SourceFormat, {word for pair in _NAMES.items() if pair[1] in _OWNERS for word in pair}),
        (OutputFormat, {*_NAMES, *_NAMES.values()}),
        (TextStyle, set(TEXT_STYLES) - {None}),
        (FileStyle, set(FILE_STYLES)),
        (PollingName, set(_PRESETS)),
        (JobKind, set(get_args(Family)) - {"none"}),
        (OcrFormat, set(get_args(ocr_format.OcrFormat))),
        (SavingMode, set(get_args(saving_mode.SavingMode))),
    ],
    ids=lambda value: None if isinstance(value, set) else "-".join(sorted(get_args(value))[:2]),
)
def test_literals_match_the_table(literal, table):
    assert set(get_args(literal)) == table


@pytest.mark.parametrize(("parameter", "literal"), [("client_auth", ClientAuth), ("transport", TransportName)])
def test_a_client_accepts_the_values_of_the_literal_only(parameter, literal):
    for word in get_args(literal):
        with TranslationClient("a", "b", **{parameter: word}) as client:
            assert client.usage.calls == 0
    for wrong in ("basc", 3, object()):
        with pytest.raises(ConfigurationError, match=parameter) as caught:
            TranslationClient("a", "b", **{parameter: wrong})
        assert caught.value.allowed == get_args(literal)
        assert caught.value.parameter == parameter


def test_an_editor_completes_the_keywords():
    import jedi

    start = "from groupdocs_translation import TranslationClient\nTranslationClient('a', 'b').translate_file('a.docx', "

    names = {completion.name for completion in jedi.Script(start + "pa").complete()}
    (signature, *_) = jedi.Script(start).get_signatures()

    assert "pages=" in names
    assert {"target", "pages", "output_format"} <= {parameter.name for parameter in signature.params}
