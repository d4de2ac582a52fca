# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.file_format import FileFormat, check_file_format
from ..models.saving_mode import SavingMode, check_saving_mode
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.glossary import Glossary
    from ..models.shortcode_parameters import ShortcodeParameters
    from ..models.worksheet_ranges import WorksheetRanges


T = TypeVar("T", bound="FileRequest")


@_attrs_define(kw_only=True)
class FileRequest:
    """A file of any kind to be translated.

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
        format_ (FileFormat | Unset): Format of the source; names start with a capital letter.
        output_format (str | Unset): Format of the result, such as Docx.
        masters (bool | Unset): Whether slide masters are translated too. Not if absent.
        formatting (bool | Unset): Whether the layout is kept. It is if absent.
        route (str | Unset): Internal to the service.
        separator (str | Unset): Character between the columns of a CSV file.
        elements (list[int] | Unset): Numbers of the pages, slides or worksheets to translate, from 1; all if absent.
        ranges (WorksheetRanges | Unset): Worksheet number to what is translated on it.
        shortcodedict (ShortcodeParameters | Unset): Short code to its parameters that are translated.
        front_matter_list (list[list[str]] | Unset): Key paths of the front matter whose values are translated.
        ignore_list (list[str] | Unset): Names of XML elements that are left alone; with isWhiteList, the only ones
            translated.
        is_white_list (bool | Unset): Whether ignoreList names the only elements to translate. Not if absent.
    """

    source_language: str
    target_languages: list[str]
    url: str
    original_file_name: str | Unset = UNSET
    origin: str | Unset = UNSET
    is_need_alignment: bool | Unset = UNSET
    translation_dictionary: Glossary | Unset = UNSET
    saving_mode: SavingMode | Unset = UNSET
    format_: FileFormat | Unset = UNSET
    output_format: str | Unset = UNSET
    masters: bool | Unset = UNSET
    formatting: bool | Unset = UNSET
    route: str | Unset = UNSET
    separator: str | Unset = UNSET
    elements: list[int] | Unset = UNSET
    ranges: WorksheetRanges | Unset = UNSET
    shortcodedict: ShortcodeParameters | Unset = UNSET
    front_matter_list: list[list[str]] | Unset = UNSET
    ignore_list: list[str] | Unset = UNSET
    is_white_list: bool | Unset = UNSET

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

        format_: str | Unset = UNSET
        if not isinstance(self.format_, Unset):
            format_ = self.format_

        output_format = self.output_format

        masters = self.masters

        formatting = self.formatting

        route = self.route

        separator = self.separator

        elements: list[int] | Unset = UNSET
        if not isinstance(self.elements, Unset):
            elements = self.elements

        ranges: dict[str, Any] | Unset = UNSET
        if not isinstance(self.ranges, Unset):
            ranges = self.ranges.to_dict()

        shortcodedict: dict[str, Any] | Unset = UNSET
        if not isinstance(self.shortcodedict, Unset):
            shortcodedict = self.shortcodedict.to_dict()

        front_matter_list: list[list[str]] | Unset = UNSET
        if not isinstance(self.front_matter_list, Unset):
            front_matter_list = []
            for front_matter_list_item_data in self.front_matter_list:
                front_matter_list_item = front_matter_list_item_data

                front_matter_list.append(front_matter_list_item)

        ignore_list: list[str] | Unset = UNSET
        if not isinstance(self.ignore_list, Unset):
            ignore_list = self.ignore_list

        is_white_list = self.is_white_list

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
        if format_ is not UNSET:
            field_dict["format"] = format_
        if output_format is not UNSET:
            field_dict["outputFormat"] = output_format
        if masters is not UNSET:
            field_dict["masters"] = masters
        if formatting is not UNSET:
            field_dict["formatting"] = formatting
        if route is not UNSET:
            field_dict["route"] = route
        if separator is not UNSET:
            field_dict["separator"] = separator
        if elements is not UNSET:
            field_dict["elements"] = elements
        if ranges is not UNSET:
            field_dict["ranges"] = ranges
        if shortcodedict is not UNSET:
            field_dict["shortcodedict"] = shortcodedict
        if front_matter_list is not UNSET:
            field_dict["frontMatterList"] = front_matter_list
        if ignore_list is not UNSET:
            field_dict["ignoreList"] = ignore_list
        if is_white_list is not UNSET:
            field_dict["isWhiteList"] = is_white_list

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.glossary import Glossary  # noqa: PLC0415
        from ..models.shortcode_parameters import ShortcodeParameters  # noqa: PLC0415
        from ..models.worksheet_ranges import WorksheetRanges  # noqa: PLC0415

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

        _format_ = d.pop("format", UNSET)
        format_: FileFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = check_file_format(_format_)

        output_format = d.pop("outputFormat", UNSET)

        masters = d.pop("masters", UNSET)

        formatting = d.pop("formatting", UNSET)

        route = d.pop("route", UNSET)

        separator = d.pop("separator", UNSET)

        elements = cast(list[int], d.pop("elements", UNSET))

        _ranges = d.pop("ranges", UNSET)
        ranges: WorksheetRanges | Unset
        if isinstance(_ranges, Unset):
            ranges = UNSET
        else:
            ranges = WorksheetRanges.from_dict(_ranges)

        _shortcodedict = d.pop("shortcodedict", UNSET)
        shortcodedict: ShortcodeParameters | Unset
        if isinstance(_shortcodedict, Unset):
            shortcodedict = UNSET
        else:
            shortcodedict = ShortcodeParameters.from_dict(_shortcodedict)

        _front_matter_list = d.pop("frontMatterList", UNSET)
        front_matter_list: list[list[str]] | Unset = UNSET
        if _front_matter_list is not UNSET:
            front_matter_list = []
            for front_matter_list_item_data in _front_matter_list:
                front_matter_list_item = cast(list[str], front_matter_list_item_data)

                front_matter_list.append(front_matter_list_item)

        ignore_list = cast(list[str], d.pop("ignoreList", UNSET))

        is_white_list = d.pop("isWhiteList", UNSET)

        file_request = cls(
            source_language=source_language,
            target_languages=target_languages,
            url=url,
            original_file_name=original_file_name,
            origin=origin,
            is_need_alignment=is_need_alignment,
            translation_dictionary=translation_dictionary,
            saving_mode=saving_mode,
            format_=format_,
            output_format=output_format,
            masters=masters,
            formatting=formatting,
            route=route,
            separator=separator,
            elements=elements,
            ranges=ranges,
            shortcodedict=shortcodedict,
            front_matter_list=front_matter_list,
            ignore_list=ignore_list,
            is_white_list=is_white_list,
        )

        return file_request
