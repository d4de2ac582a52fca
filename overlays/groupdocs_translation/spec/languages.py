"""The 46 languages of the service and their pairs, from its published page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# Each code with its likely subtags (Unicode): the service's code for pt-BR is pt.
_MEANINGS = (
    "en-US af-ZA ar-EG az-Latn-AZ bg-BG bn-BD ca-ES cs-CZ da-DK de-DE el-GR es-ES et-EE fa-IR fi-FI fr-FR ga-IE he-IL"
    " hi-IN hr-HR hu-HU hy-AM id-ID it-IT ja-JP ka-GE ko-KR lt-LT lv-LV ms-MY nl-NL no-NO pl-PL pt-BR ro-RO ru-RU sk-SK"
    " sr-Cyrl-RS sv-SE th-TH tl-PH tr-TR uk-UA ur-PK vi-VN zh-Hans-CN"
)
IMPLIED: Mapping[str, frozenset[str]] = {
    code: frozenset(implied) for code, *implied in (tag.split("-") for tag in _MEANINGS.split())
}
# Other codes of the same language.
SYNONYMS = {
    "fil": "tl",
    "in": "id",
    "iw": "he",
    "mo": "ro",
    "nb": "no",
    "zh-chs": "zh",
    "zh-cht": "zh-TW",
    "zh-Hant": "zh-TW",
    "zh-Hant-TW": "zh-TW",
}

# All languages are translated into English and from English. These pairs are translated directly as well.
_PAIRS = (
    "af-fr af-nl af-ru ar-de ar-es ar-fr ar-it ar-pl ar-ru ar-tr de-es de-fr de-it de-ms de-no de-pl de-uk de-zh el-fr"
    " el-sv es-fr es-it es-ru es-uk fi-nl fr-id fr-it fr-ms fr-pl fr-ru fr-sv fr-vi it-ms it-uk ru-uk sv-zh"
)
_OTHERS = tuple(code for code in IMPLIED if code != "en")
_DIRECT = {frozenset(pair.split("-")) for pair in _PAIRS.split()}
TARGETS: Mapping[str, Sequence[str]] = {"en": _OTHERS} | {
    code: ("en", *(other for other in _OTHERS if frozenset((code, other)) in _DIRECT)) for code in _OTHERS
}
