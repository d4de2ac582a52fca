# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.glossary import Glossary


T = TypeVar("T", bound="TextRequest")


@_attrs_define(kw_only=True)
class TextRequest:
    """Texts to be translated.

    Attributes:
        source_language (str): Language of the source, as an ISO 639-1 code such as en.
        target_languages (list[str]): Languages to translate into, as ISO 639-1 codes.
        texts (list[str]): Texts to translate; the result has them in the same order.
        origin (str | Unset): Name of the application that makes the request.
        contains_markdown (bool | Unset): Whether the texts hold Markdown, whose markup is kept. Not if absent.
        translation_dictionary (Glossary | Unset): Source word to wanted translation.
    """

    source_language: str
    target_languages: list[str]
    texts: list[str]
    origin: str | Unset = UNSET
    contains_markdown: bool | Unset = UNSET
    translation_dictionary: Glossary | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        source_language = self.source_language

        target_languages = self.target_languages

        texts = self.texts

        origin = self.origin

        contains_markdown = self.contains_markdown

        translation_dictionary: dict[str, Any] | Unset = UNSET
        if not isinstance(self.translation_dictionary, Unset):
            translation_dictionary = self.translation_dictionary.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "sourceLanguage": source_language,
                "targetLanguages": target_languages,
                "texts": texts,
            }
        )
        if origin is not UNSET:
            field_dict["origin"] = origin
        if contains_markdown is not UNSET:
            field_dict["containsMarkdown"] = contains_markdown
        if translation_dictionary is not UNSET:
            field_dict["translationDictionary"] = translation_dictionary

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.glossary import Glossary  # noqa: PLC0415

        d = dict(src_dict)
        source_language = d.pop("sourceLanguage")

        target_languages = cast(list[str], d.pop("targetLanguages"))

        texts = cast(list[str], d.pop("texts"))

        origin = d.pop("origin", UNSET)

        contains_markdown = d.pop("containsMarkdown", UNSET)

        _translation_dictionary = d.pop("translationDictionary", UNSET)
        translation_dictionary: Glossary | Unset
        if isinstance(_translation_dictionary, Unset):
            translation_dictionary = UNSET
        else:
            translation_dictionary = Glossary.from_dict(_translation_dictionary)

        text_request = cls(
            source_language=source_language,
            target_languages=target_languages,
            texts=texts,
            origin=origin,
            contains_markdown=contains_markdown,
            translation_dictionary=translation_dictionary,
        )

        return text_request
