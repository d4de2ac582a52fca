# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.glossary import Glossary
    from ..models.request_details import RequestDetails
    from ..models.shortcode_parameters import ShortcodeParameters
    from ..models.worksheet_ranges import WorksheetRanges


T = TypeVar("T", bound="CloudFileRequest")


@_attrs_define(kw_only=True)
class CloudFileRequest:
    """A file request as the service took it, part of an answer about a job done in part.

    Attributes:
        format_ (None | str | Unset): Format of the source; names start with a capital letter.
        out_format (None | str | Unset): Format of the result.
        request_id (None | str | Unset): Id of the job.
        ids (list[int] | None | Unset): Numbers of the parts that were asked for, from 1.
        summarized (bool | Unset): Whether a summary was asked for.
        url (None | str | Unset): URL that the service fetches the source from: one from an upload, or any other it can
            reach.
        size (int | Unset): Size in bytes.
        masters (bool | Unset): Whether slide masters are translated too. Not if absent.
        formatting (bool | Unset): Whether the layout is kept. It is if absent.
        is_need_alignment (bool | Unset): Whether segments of source and translation are aligned; costs more. Not if
            absent.
        translation_dictionary (Glossary | None | Unset): Glossary: a word of the source and the translation that is
            wanted for it.
        origin (None | str | Unset): Name of the application that makes the request.
        elements (list[int] | None | Unset): Numbers of the pages, slides or worksheets to translate, from 1; all if
            absent.
        ranges (None | Unset | WorksheetRanges): Parts of worksheets to translate: the worksheet's number, from 1, as a
            string, and what of it.
        short_code_dict (None | ShortcodeParameters | Unset): Hugo short codes and the parameters of each that are
            translated.
        front_matter_list (list[list[str]] | None | Unset): Key paths of the front matter whose values are translated.
        original_file_name (None | str | Unset): Name of the source file, used by the service in its own records.
        separator (None | str | Unset): Character between the columns of a CSV file.
        is_paid (bool | Unset): Whether the request is billed.
        saving_mode (str | Unset): How results are stored: as files, as one archive, or both.
        details (None | RequestDetails | Unset): Details of the processing, by name.
        model (str | Unset): Language model: general, slang or classification.
    """

    format_: None | str | Unset = UNSET
    out_format: None | str | Unset = UNSET
    request_id: None | str | Unset = UNSET
    ids: list[int] | None | Unset = UNSET
    summarized: bool | Unset = UNSET
    url: None | str | Unset = UNSET
    size: int | Unset = UNSET
    masters: bool | Unset = UNSET
    formatting: bool | Unset = UNSET
    is_need_alignment: bool | Unset = UNSET
    translation_dictionary: Glossary | None | Unset = UNSET
    origin: None | str | Unset = UNSET
    elements: list[int] | None | Unset = UNSET
    ranges: None | Unset | WorksheetRanges = UNSET
    short_code_dict: None | ShortcodeParameters | Unset = UNSET
    front_matter_list: list[list[str]] | None | Unset = UNSET
    original_file_name: None | str | Unset = UNSET
    separator: None | str | Unset = UNSET
    is_paid: bool | Unset = UNSET
    saving_mode: str | Unset = UNSET
    details: None | RequestDetails | Unset = UNSET
    model: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.glossary import Glossary  # noqa: PLC0415
        from ..models.request_details import RequestDetails  # noqa: PLC0415
        from ..models.shortcode_parameters import ShortcodeParameters  # noqa: PLC0415
        from ..models.worksheet_ranges import WorksheetRanges  # noqa: PLC0415

        format_: None | str | Unset
        if isinstance(self.format_, Unset):
            format_ = UNSET
        else:
            format_ = self.format_

        out_format: None | str | Unset
        if isinstance(self.out_format, Unset):
            out_format = UNSET
        else:
            out_format = self.out_format

        request_id: None | str | Unset
        if isinstance(self.request_id, Unset):
            request_id = UNSET
        else:
            request_id = self.request_id

        ids: list[int] | None | Unset
        if isinstance(self.ids, Unset):
            ids = UNSET
        elif isinstance(self.ids, list):
            ids = self.ids

        else:
            ids = self.ids

        summarized = self.summarized

        url: None | str | Unset
        if isinstance(self.url, Unset):
            url = UNSET
        else:
            url = self.url

        size = self.size

        masters = self.masters

        formatting = self.formatting

        is_need_alignment = self.is_need_alignment

        translation_dictionary: dict[str, Any] | None | Unset
        if isinstance(self.translation_dictionary, Unset):
            translation_dictionary = UNSET
        elif isinstance(self.translation_dictionary, Glossary):
            translation_dictionary = self.translation_dictionary.to_dict()
        else:
            translation_dictionary = self.translation_dictionary

        origin: None | str | Unset
        if isinstance(self.origin, Unset):
            origin = UNSET
        else:
            origin = self.origin

        elements: list[int] | None | Unset
        if isinstance(self.elements, Unset):
            elements = UNSET
        elif isinstance(self.elements, list):
            elements = self.elements

        else:
            elements = self.elements

        ranges: dict[str, Any] | None | Unset
        if isinstance(self.ranges, Unset):
            ranges = UNSET
        elif isinstance(self.ranges, WorksheetRanges):
            ranges = self.ranges.to_dict()
        else:
            ranges = self.ranges

        short_code_dict: dict[str, Any] | None | Unset
        if isinstance(self.short_code_dict, Unset):
            short_code_dict = UNSET
        elif isinstance(self.short_code_dict, ShortcodeParameters):
            short_code_dict = self.short_code_dict.to_dict()
        else:
            short_code_dict = self.short_code_dict

        front_matter_list: list[list[str]] | None | Unset
        if isinstance(self.front_matter_list, Unset):
            front_matter_list = UNSET
        elif isinstance(self.front_matter_list, list):
            front_matter_list = []
            for front_matter_list_type_0_item_data in self.front_matter_list:
                front_matter_list_type_0_item = front_matter_list_type_0_item_data

                front_matter_list.append(front_matter_list_type_0_item)

        else:
            front_matter_list = self.front_matter_list

        original_file_name: None | str | Unset
        if isinstance(self.original_file_name, Unset):
            original_file_name = UNSET
        else:
            original_file_name = self.original_file_name

        separator: None | str | Unset
        if isinstance(self.separator, Unset):
            separator = UNSET
        else:
            separator = self.separator

        is_paid = self.is_paid

        saving_mode = self.saving_mode

        details: dict[str, Any] | None | Unset
        if isinstance(self.details, Unset):
            details = UNSET
        elif isinstance(self.details, RequestDetails):
            details = self.details.to_dict()
        else:
            details = self.details

        model = self.model

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if format_ is not UNSET:
            field_dict["format"] = format_
        if out_format is not UNSET:
            field_dict["outFormat"] = out_format
        if request_id is not UNSET:
            field_dict["requestId"] = request_id
        if ids is not UNSET:
            field_dict["ids"] = ids
        if summarized is not UNSET:
            field_dict["summarized"] = summarized
        if url is not UNSET:
            field_dict["url"] = url
        if size is not UNSET:
            field_dict["size"] = size
        if masters is not UNSET:
            field_dict["masters"] = masters
        if formatting is not UNSET:
            field_dict["formatting"] = formatting
        if is_need_alignment is not UNSET:
            field_dict["isNeedAlignment"] = is_need_alignment
        if translation_dictionary is not UNSET:
            field_dict["translationDictionary"] = translation_dictionary
        if origin is not UNSET:
            field_dict["origin"] = origin
        if elements is not UNSET:
            field_dict["elements"] = elements
        if ranges is not UNSET:
            field_dict["ranges"] = ranges
        if short_code_dict is not UNSET:
            field_dict["shortCodeDict"] = short_code_dict
        if front_matter_list is not UNSET:
            field_dict["frontMatterList"] = front_matter_list
        if original_file_name is not UNSET:
            field_dict["originalFileName"] = original_file_name
        if separator is not UNSET:
            field_dict["separator"] = separator
        if is_paid is not UNSET:
            field_dict["isPaid"] = is_paid
        if saving_mode is not UNSET:
            field_dict["savingMode"] = saving_mode
        if details is not UNSET:
            field_dict["details"] = details
        if model is not UNSET:
            field_dict["model"] = model

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.glossary import Glossary  # noqa: PLC0415
        from ..models.request_details import RequestDetails  # noqa: PLC0415
        from ..models.shortcode_parameters import ShortcodeParameters  # noqa: PLC0415
        from ..models.worksheet_ranges import WorksheetRanges  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_format_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        format_ = _parse_format_(d.pop("format", UNSET))

        def _parse_out_format(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        out_format = _parse_out_format(d.pop("outFormat", UNSET))

        def _parse_request_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        request_id = _parse_request_id(d.pop("requestId", UNSET))

        def _parse_ids(data: object) -> list[int] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                ids_type_0 = cast(list[int], data)

                return ids_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[int] | None | Unset, data)

        ids = _parse_ids(d.pop("ids", UNSET))

        summarized = d.pop("summarized", UNSET)

        def _parse_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        url = _parse_url(d.pop("url", UNSET))

        size = d.pop("size", UNSET)

        masters = d.pop("masters", UNSET)

        formatting = d.pop("formatting", UNSET)

        is_need_alignment = d.pop("isNeedAlignment", UNSET)

        def _parse_translation_dictionary(data: object) -> Glossary | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                translation_dictionary_type_0 = Glossary.from_dict(data)

                return translation_dictionary_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Glossary | None | Unset, data)

        translation_dictionary = _parse_translation_dictionary(
            d.pop("translationDictionary", UNSET)
        )

        def _parse_origin(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        origin = _parse_origin(d.pop("origin", UNSET))

        def _parse_elements(data: object) -> list[int] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                elements_type_0 = cast(list[int], data)

                return elements_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[int] | None | Unset, data)

        elements = _parse_elements(d.pop("elements", UNSET))

        def _parse_ranges(data: object) -> None | Unset | WorksheetRanges:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                ranges_type_0 = WorksheetRanges.from_dict(data)

                return ranges_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | WorksheetRanges, data)

        ranges = _parse_ranges(d.pop("ranges", UNSET))

        def _parse_short_code_dict(data: object) -> None | ShortcodeParameters | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                short_code_dict_type_0 = ShortcodeParameters.from_dict(data)

                return short_code_dict_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ShortcodeParameters | Unset, data)

        short_code_dict = _parse_short_code_dict(d.pop("shortCodeDict", UNSET))

        def _parse_front_matter_list(data: object) -> list[list[str]] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                front_matter_list_type_0 = []
                _front_matter_list_type_0 = data
                for front_matter_list_type_0_item_data in _front_matter_list_type_0:
                    front_matter_list_type_0_item = cast(
                        list[str], front_matter_list_type_0_item_data
                    )

                    front_matter_list_type_0.append(front_matter_list_type_0_item)

                return front_matter_list_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[list[str]] | None | Unset, data)

        front_matter_list = _parse_front_matter_list(d.pop("frontMatterList", UNSET))

        def _parse_original_file_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        original_file_name = _parse_original_file_name(d.pop("originalFileName", UNSET))

        def _parse_separator(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        separator = _parse_separator(d.pop("separator", UNSET))

        is_paid = d.pop("isPaid", UNSET)

        saving_mode = d.pop("savingMode", UNSET)

        def _parse_details(data: object) -> None | RequestDetails | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                details_type_0 = RequestDetails.from_dict(data)

                return details_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RequestDetails | Unset, data)

        details = _parse_details(d.pop("details", UNSET))

        model = d.pop("model", UNSET)

        cloud_file_request = cls(
            format_=format_,
            out_format=out_format,
            request_id=request_id,
            ids=ids,
            summarized=summarized,
            url=url,
            size=size,
            masters=masters,
            formatting=formatting,
            is_need_alignment=is_need_alignment,
            translation_dictionary=translation_dictionary,
            origin=origin,
            elements=elements,
            ranges=ranges,
            short_code_dict=short_code_dict,
            front_matter_list=front_matter_list,
            original_file_name=original_file_name,
            separator=separator,
            is_paid=is_paid,
            saving_mode=saving_mode,
            details=details,
            model=model,
        )

        return cloud_file_request
