"""PPTX and PPTM: the slides with their notes, charts and diagrams; masters and layouts if asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from .cells import chosen_numbers
from .markup import translate_paragraphs
from .package import relationship_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .package import Changes, Package
    from .pseudo import Pseudo


def changes_of_slides(package: Package, pseudo: Pseudo, options: Mapping[str, Any]) -> Changes:
    """Slides count in the order in which they are shown."""
    main = package.main()
    related = package.related(main)
    slides = [related[relationship_id(entry)][1] for entry in package.root(main).iterfind("{*}sldIdLst/{*}sldId")]
    numbers = chosen_numbers("slide", options.get("slides") or options.get("elements"), len(slides))
    wanted = [slides[number - 1] for number in numbers]
    parts = set(wanted)
    for slide in wanted:
        parts.update(package.kin(slide, "notesSlide", "diagramData", "diagramDrawing", "chart"))
    if options.get("masters"):
        masters = list(package.kin(main, "slideMaster"))
        parts.update(masters, *(package.kin(master, "slideLayout") for master in masters))
    return dict.fromkeys(parts, partial(translate_paragraphs, pseudo=pseudo))
