"""PPTX and PPTM: the slides with their notes, charts and diagrams; masters and layouts if asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .cells import chosen_numbers
from .markup import translate_paragraphs
from .package import Package, relationship_id

if TYPE_CHECKING:
    from pathlib import Path

    from .contract import EngineOptions
    from .pseudo import Pseudo


def translate_pptx(source: Path, destination: Path, pseudo: Pseudo, options: EngineOptions) -> None:
    """Slides count in the order in which they are shown."""
    with Package(source) as package:
        main = package.main()
        related = package.related(main)
        entries = package.root(main).iterfind("{*}sldIdLst/{*}sldId")
        slides = [related[relationship_id(entry)][1] for entry in entries]
        numbers = chosen_numbers("slide", options.slides or options.elements, len(slides))
        wanted = [slides[number - 1] for number in numbers]
        parts = set(wanted)
        for slide in wanted:
            parts.update(package.kin(slide, "notesSlide", "diagramData", "diagramDrawing", "chart"))
        if options.masters:
            masters = list(package.kin(main, "slideMaster"))
            parts.update(masters, *(package.kin(master, "slideLayout") for master in masters))
        package.write(destination, dict.fromkeys(parts, partial(translate_paragraphs, pseudo=pseudo)))
