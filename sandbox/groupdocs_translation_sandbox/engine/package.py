"""Office files: ZIP archives of XML parts, read with care and copied part by part; and the XML parser for all formats.

Everything here comes from strangers: archives that unpack to much more than they are, and XML with entities, are
refused. Called by ``word``, ``spreadsheet``, ``presentation``, ``opendocument`` and ``markup``.
"""

from __future__ import annotations

import posixpath
import shutil
import zipfile
from typing import TYPE_CHECKING

from lxml import etree

from .contract import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    Change = Callable[[etree._Element], object]
    Changes = Mapping[str, Change]  # by the names of parts

MAX_PARTS = 20_000
MAX_UNPACKED_BYTES = 1 << 30
MAX_RATIO = 200  # XML of office files packs 5 to 50 times
RATIO_MATTERS_BYTES = 16 << 20  # a small file may be as regular as it likes
MAX_XML_BYTES = 64 << 20  # a parsed tree costs several times that in memory
_RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def parse(content: bytes) -> etree._Element:
    """The root of an XML document. Nothing is fetched or expanded; CDATA sections stay.

    Raises:
        EngineError: it declares entities or is larger than ``MAX_XML_BYTES``.
        etree.XMLSyntaxError: it is not well-formed.
    """
    if len(content) > MAX_XML_BYTES:
        raise EngineError(f"the sandbox takes {MAX_XML_BYTES >> 20} MiB of XML in one part")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False)
    root = etree.fromstring(content, parser)
    document = root.getroottree().docinfo
    if document.internalDTD is not None and any(True for _ in document.internalDTD.iterentities()):
        raise EngineError("the XML declares entities, which the sandbox refuses")
    return root


def serialize(root: etree._Element, *, declare: bool = True) -> bytes:
    """The document in the encoding it was read in, prolog and all."""
    tree = root.getroottree()
    encoding = tree.docinfo.encoding or "UTF-8"
    return etree.tostring(tree, encoding=encoding, xml_declaration=declare, standalone=tree.docinfo.standalone)


class Package:
    """The parts of an office file that is open for reading; one owner, one thread.

    Raises:
        EngineError: too many parts, too large when unpacked, packed beyond belief, encrypted, or names twice.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = frozenset(archive.namelist())
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or len(self.names) < len(parts):
            raise EngineError("the archive has too many parts, or one twice")
        if any(part.flag_bits & 1 for part in parts):
            raise EngineError("the archive is encrypted")
        # what these sizes say is enforced: zipfile reads no further, and then the checksum is wrong
        unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
        if unpacked > MAX_UNPACKED_BYTES or (unpacked > RATIO_MATTERS_BYTES and unpacked > packed * MAX_RATIO):
            raise EngineError(f"the archive unpacks to {unpacked} bytes from {packed}: more than the sandbox takes")

    def root(self, name: str) -> etree._Element:
        """The parsed part; ``KeyError`` if there is none."""
        with self._archive.open(name) as part:
            return parse(part.read(MAX_XML_BYTES + 1))

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationships of an Office Open XML part: id to (last word of its type, name of the other part)."""
        folder, file_name = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{file_name}.rels")
        if name not in self.names:
            return {}
        return {
            relation.get("Id", ""): (
                relation.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/"),
            )
            for relation in self.root(name).iter(_RELATIONSHIPS)
            if relation.get("TargetMode") != "External"
        }

    def kin(self, part: str, *kinds: str) -> Iterator[str]:
        """Names of the parts of these kinds that ``part`` relates to."""
        return (name for kind, name in self.related(part).values() if kind in kinds and name in self.names)

    def main(self) -> str:
        """Name of the part that the document starts with; ``KeyError`` if this is no Office Open XML."""
        for name in self.kin("", "officeDocument"):
            return name
        raise KeyError("officeDocument")

    def write(self, destination: Path, changes: Changes) -> None:
        """Write a copy in which the parts of ``changes`` have passed through theirs, one part at a time in memory."""
        with zipfile.ZipFile(destination, "w") as copy:
            for info in self._archive.infolist():
                change = changes.get(info.filename)
                if change is None:
                    with self._archive.open(info) as reader, copy.open(_entry(info), "w") as writer:
                        shutil.copyfileobj(reader, writer)
                else:
                    root = self.root(info.filename)
                    change(root)
                    copy.writestr(_entry(info), serialize(root))


def relationship_id(element: etree._Element) -> str:
    """The attribute ``r:id``, whose namespace is another one in strict documents; ``""`` if there is none."""
    return next((str(value) for name, value in element.items() if str(name).endswith("/relationships}id")), "")


def _entry(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """Name, time, attributes and packing of a part; its sizes and place are the copy's own."""
    entry = zipfile.ZipInfo(info.filename, info.date_time)
    entry.compress_type, entry.external_attr = info.compress_type, info.external_attr
    entry.file_size = info.file_size  # decides about ZIP64 before the first byte is written
    return entry
