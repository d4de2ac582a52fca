# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.saving_mode import SavingMode, check_saving_mode
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.glossary import Glossary
    from ..models.shortcode_parameters import ShortcodeParameters


T = TypeVar("T", bound="MarkdownFileRequest")


@_attrs_define(kw_only=True)
class MarkdownFileRequest:
    """A Markdown file to be translated.

    Attributes:
        source_language (str): Language of the source, as an ISO 639-1 code such as en.
        target_languages (list[str]): Languages to translate into, as ISO 639-1 codes.
        url (str): URL that the service fetches the source from: one from an upload, or any other it can reach.
        output_format (str): Format of the result, such as Docx.
        original_file_name (str | Unset): Name of the source file, used by the service in its own records.
        origin (str | Unset): Name of the application that makes the request.
        is_need_alignment (bool | Unset): Whether segments of source and translation are aligned; costs more. Not if
            absent.
        translation_dictionary (Glossary | Unset): Source word to wanted translation.
        saving_mode (SavingMode | Unset): How the result is stored.
        short_code_list (ShortcodeParameters | Unset): Short code to its parameters that are translated.
        front_matter_list (list[list[str]] | Unset): Key paths of the front matter whose values are translated.
    """

    source_language: str
    target_languages: list[str]
    url: str
    output_format: str
    original_file_name: str | Unset = UNSET
    origin: str | Unset = UNSET
    is_need_alignment: bool | Unset = UNSET
    translation_dictionary: Glossary | Unset = UNSET
    saving_mode: SavingMode | Unset = UNSET
    short_code_list: ShortcodeParameters | Unset = UNSET
    front_matter_list: list[list[str]] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        source_language = self.source_language

        target_languages = self.target_languages

        url = self.url

        output_format = self.output_format

        original_file_name = self.original_file_name

        origin = self.origin

        is_need_alignment = self.is_need_alignment

        translation_dictionary: dict[str, Any] | Unset = UNSET
        if not isinstance(self.translation_dictionary, Unset):
            translation_dictionary = self.translation_dictionary.to_dict()

        saving_mode: str | Unset = UNSET
        if not isinstance(self.saving_mode, Unset):
            saving_mode = self.saving_mode

        short_code_list: dict[str, Any] | Unset = UNSET
        if not isinstance(self.short_code_list, Unset):
            short_code_list = self.short_code_list.to_dict()

        front_matter_list: list[list[str]] | Unset = UNSET
        if not isinstance(self.front_matter_list, Unset):
            front_matter_list = []
            for front_matter_list_item_data in self.front_matter_list:
                front_matter_list_item = front_matter_list_item_data

                front_matter_list.append(front_matter_list_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "sourceLanguage": source_language,
                "targetLanguages": target_languages,
                "url": url,
                "outputFormat": output_format,
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
        if short_code_list is not UNSET:
            field_dict["shortCodeList"] = short_code_list
        if front_matter_list is not UNSET:
            field_dict["frontMatterList"] = front_matter_list

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.glossary import Glossary  # noqa: PLC0415
        from ..models.shortcode_parameters import ShortcodeParameters  # noqa: PLC0415

        d = dict(src_dict)
        source_language = d.pop("sourceLanguage")

        target_languages = cast(list[str], d.pop("targetLanguages"))

        url = d.pop("url")

        output_format = d.pop("outputFormat")

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

        _short_code_list = d.pop("shortCodeList", UNSET)
        short_code_list: ShortcodeParameters | Unset
        if isinstance(_short_code_list, Unset):
            short_code_list = UNSET
        else:
            short_code_list = ShortcodeParameters.from_dict(_short_code_list)

        _front_matter_list = d.pop("frontMatterList", UNSET)
        front_matter_list: list[list[str]] | Unset = UNSET
        if _front_matter_list is not UNSET:
            front_matter_list = []
            for front_matter_list_item_data in _front_matter_list:
                front_matter_list_item = cast(list[str], front_matter_list_item_data)

                front_matter_list.append(front_matter_list_item)

        markdown_file_request = cls(
            source_language=source_language,
            target_languages=target_languages,
            url=url,
            output_format=output_format,
            original_file_name=original_file_name,
            origin=origin,
            is_need_alignment=is_need_alignment,
            translation_dictionary=translation_dictionary,
            saving_mode=saving_mode,
            short_code_list=short_code_list,
            front_matter_list=front_matter_list,
        )

        return markdown_file_request
