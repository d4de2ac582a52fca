# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.saving_mode import SavingMode, check_saving_mode
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.glossary import Glossary


T = TypeVar("T", bound="SrtFileRequest")


@_attrs_define(kw_only=True)
class SrtFileRequest:
    """Subtitles, or a RESX file, to be translated.

    Attributes:
        source_language (str): Language of the source, as an ISO 639-1 code such as en.
        target_languages (list[str]): Languages to translate into, as ISO 639-1 codes.
        url (str): URL that the service fetches the source from: one from an upload, or any other it can reach.
        original_file_name (str | Unset): Name of the source file, used by the service in its own records.
        origin (str | Unset): Name of the application that makes the request.
        is_need_alignment (bool | Unset): Whether segments of source and translation are aligned; costs more. Not if
            absent.
        translation_dictionary (Glossary | Unset): Source word to wanted translation.
        saving_mode (SavingMode | Unset): How the result is stored.
    """

    source_language: str
    target_languages: list[str]
    url: str
    original_file_name: str | Unset = UNSET
    origin: str | Unset = UNSET
    is_need_alignment: bool | Unset = UNSET
    translation_dictionary: Glossary | Unset = UNSET
    saving_mode: SavingMode | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        source_language = self.source_language

        target_languages = self.target_languages

        url = self.url

        original_file_name = self.original_file_name

        origin = self.origin

        is_need_alignment = self.is_need_alignment

        translation_dictionary: dict[str, Any] | Unset = UNSET
        if not isinstance(self.translation_dictionary, Unset):
            translation_dictionary = self.translation_dictionary.to_dict()

        saving_mode: str | Unset = UNSET
        if not isinstance(self.saving_mode, Unset):
            saving_mode = self.saving_mode

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "sourceLanguage": source_language,
                "targetLanguages": target_languages,
                "url": url,
            }
        )
        if original_file_name is not UNSET:
            field_dict["originalFileName"] = original_file_name
        if origin is not UNSET:
            field_dict["origin"] = origin
        if is_need_alignment is not UNSET:
            field_dict["isNeedAlignment"] = is_need_alignment
        if translation_dictionary is not UNSET:
            field_dict["translationDictionary"] = translation_dictionary
        if saving_mode is not UNSET:
            field_dict["savingMode"] = saving_mode

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.glossary import Glossary  # noqa: PLC0415

        d = dict(src_dict)
        source_language = d.pop("sourceLanguage")

        target_languages = cast(list[str], d.pop("targetLanguages"))

        url = d.pop("url")

        original_file_name = d.pop("originalFileName", UNSET)

        origin = d.pop("origin", UNSET)

        is_need_alignment = d.pop("isNeedAlignment", UNSET)

        _translation_dictionary = d.pop("translationDictionary", UNSET)
        translation_dictionary: Glossary | Unset
        if isinstance(_translation_dictionary, Unset):
            translation_dictionary = UNSET
        else:
            translation_dictionary = Glossary.from_dict(_translation_dictionary)

        _saving_mode = d.pop("savingMode", UNSET)
        saving_mode: SavingMode | Unset
        if isinstance(_saving_mode, Unset):
            saving_mode = UNSET
        else:
            saving_mode = check_saving_mode(_saving_mode)

        srt_file_request = cls(
            source_language=source_language,
            target_languages=target_languages,
            url=url,
            original_file_name=original_file_name,
            origin=origin,
            is_need_alignment=is_need_alignment,
            translation_dictionary=translation_dictionary,
            saving_mode=saving_mode,
        )

        return srt_file_request
