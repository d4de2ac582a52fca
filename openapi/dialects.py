"""Convert any OpenAPI 3 document to one dialect: a single file, version 3.0, references only to schemas.

Called by ``regenerate --source``. Keywords that 3.0 does not have, or that the generator misreads, are rejected by
name. Content added by the exporter (examples, license, contact) is left out and counted.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin

from openapi import documents
from openapi.documents import SourceError
from openapi.tree import (
    DATA,
    MISSING,
    NAMES,
    SCHEMAS,
    WORDING,
    is_list,
    is_map,
    objects,
    operations,
    references,
    resolve,
    rewritten,
)  # fmt: skip

NOISE = {"example", "examples", "externalDocs"}
DEFAULT_FALSE = ("deprecated", "nullable")
ABOUT = ("contact", "license", "termsOfService", "summary")  # set by the exporter, not by the service
NOT_IN_3_0 = (
    "if then else dependentSchemas dependentRequired prefixItems contains minContains maxContains patternProperties "
    "propertyNames unevaluatedItems unevaluatedProperties $dynamicRef $dynamicAnchor $anchor $defs contentSchema"
).split()
ANNOTATIONS = {"description", "summary", "title", "deprecated", "readOnly", "writeOnly", "$comment", "default"}
NULL = {
    "type": "string",
    "nullable": True,
    "enum": [None],
}  # the form that the generator, redocly and validators all understand
MAX_FILES = 20
DIALECT = "3.0.1"  # as in the service's own document


def unify(source: str) -> tuple[dict[str, Any], bytes, list[str]]:
    """Return a document in the common dialect, its original bytes, and what was left out."""
    data = documents.fetch(source)
    document = documents.parse(data, documents.label(source))
    document = Bundle(source, document).run()
    left_out: Counter[str] = Counter()
    for name in [name for name in ABOUT if name in document["info"]]:
        left_out[f"info.{name}"] += 1
        del document["info"][name]
    if document.pop("webhooks", None):
        raise SourceError(f"{documents.label(source)}: webhooks are not supported")
    document.pop("jsonSchemaDialect", None)
    lowered = _lowered(document, left_out)
    for wrong in _malformed(lowered):
        raise SourceError(f"{documents.label(source)}: {wrong}")
    _fill_server_urls(lowered, left_out)
    _lift_security(lowered)
    _write_out_inheritance(lowered, left_out)
    return lowered, data, [f"{name} ({count})" for name, count in sorted(left_out.items())]


def _fill_server_urls(document: dict[str, Any], left_out: Counter[str]) -> None:
    """Fill in the defaults of server variables: a client has one base URL, not a template."""
    for server in document.get("servers", []):
        for name, variable in server.pop("variables", {}).items():
            server["url"] = server["url"].replace(f"{{{name}}}", str(variable.get("default", "")))
            left_out[f"variable {name} of a server URL, set to {variable.get('default')!r}"] += 1


def _lift_security(document: dict[str, Any]) -> None:
    """Declare security once globally, and at an operation only if it differs."""
    every = [operation for _, _, operation in operations(document)]
    said = [operation["security"] for operation in every if operation.get("security")]
    if said and "security" not in document:
        document["security"] = max(said, key=said.count)
        for operation in every:
            operation.setdefault("security", [])
    for operation in every:
        if "security" in operation and operation["security"] == document.get("security"):
            del operation["security"]


def _write_out_inheritance(document: dict[str, Any], left_out: Counter[str]) -> None:
    """Expand inherited properties, and unwrap references from an `allOf` with a single entry."""
    schemas = document["components"]["schemas"]
    unused = schemas.keys() - _used(document)
    for name in list(schemas):
        schemas[name] = _flat(schemas[name], schemas, (name,))
    document["paths"] = rewritten(document["paths"], _unwrap)
    document["components"]["schemas"] = rewritten(schemas, _unwrap, keyword="schemas")
    while bases := schemas.keys() - _used(document) - unused:
        for name in bases:
            del schemas[name], document["components"]["schemas"][name]
            left_out[f"schema {name}, expanded where it is inherited"] += 1


def _used(document: dict[str, Any]) -> set[str]:
    return {ref.removeprefix(SCHEMAS) for _, ref in references(document)}


def _flat(schema: dict[str, Any], schemas: dict[str, Any], trail: tuple[str, ...]) -> dict[str, Any]:
    """Merge an `allOf` of objects into one object, if they do not define a property differently."""
    if not schema.get("allOf"):
        return schema
    parts = [*schema["allOf"], {key: value for key, value in schema.items() if key != "allOf"}]
    found: dict[str, Any] = {"type": "object", "properties": {}}
    required: list[str] = []
    for part in parts:
        name = str(part.get("$ref", "")).removeprefix(SCHEMAS)
        if name in trail or (name and name not in schemas):
            return schema
        flat = _flat(schemas[name], schemas, (*trail, name)) if name else part
        if set(flat) - {"type", "properties", "required", *WORDING, "additionalProperties"}:
            return schema
        for key, value in flat.get("properties", {}).items():
            if found["properties"].setdefault(key, value) != value:
                return schema
        required += [key for key in flat.get("required", []) if key not in required]
        found |= {key: flat[key] for key in (*WORDING, "additionalProperties") if key in flat and not name}
    return found | ({"required": required} if required else {})


def _unwrap(node: dict[str, Any], _: str) -> dict[str, Any]:
    parts = node.get("allOf")
    if not parts or len(parts) > 1 or "$ref" not in parts[0]:
        return node
    rest = {key: value for key, value in node.items() if key not in {"allOf", "nullable"}}
    if set(rest) - set(WORDING):
        return node
    return rest | ({"anyOf": [parts[0], dict(NULL)]} if node.get("nullable") else parts[0])


MAPS = frozenset({"properties", "schemas", "responses", "content", "paths"})  # maps of objects
TEXTS = frozenset({"$ref", "type", "name", "in", "url", "operationId", "format", "tokenUrl"})


def _malformed(document: Any) -> Iterator[str]:
    """Yield the nodes whose type is not what OpenAPI requires."""
    for where, node in objects(document):
        for key, value in node.items():
            if key in MAPS and not (is_map(value) and all(is_map(part) for part in value.values())):
                yield f"{where}/{key} must be a map of objects"
            elif key in TEXTS and not isinstance(value, str):
                yield f"{where}/{key} must be a string, got {value!r:.60}"
            elif key == "required" and not (
                isinstance(value, bool) or (is_list(value) and all(isinstance(name, str) for name in value))
            ):
                yield f"{where}/required must be a list of names or a bool"
            elif key in {"schema", "items", "requestBody"} and not is_map(value):
                yield f"{where}/{key} must be an object"
            elif key in {"enum", "parameters", "anyOf", "oneOf", "allOf"} and not is_list(value):
                yield f"{where}/{key} must be a list"


class Bundle:
    """Inlines references to other files, and to anything but schemas, into one document."""

    def __init__(self, source: str, document: dict[str, Any]) -> None:
        self.source, self.document = source, document
        self.files: dict[str, Any] = {source: document}
        self.schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
        self.origin: dict[str, str] = dict.fromkeys(self.schemas, source)

    def run(self) -> dict[str, Any]:
        """Return the bundled document, without the parts that were inlined."""
        self.document["paths"] = self._walk(self.document["paths"], self.source, "", (), "paths")
        for name in list(self.schemas):
            if self.origin[name] == self.source:
                self.schemas[name] = self._walk(self.schemas[name], self.source, "", (), "schema")
        kept = {"schemas", "securitySchemes"}
        self.document["components"] = {key: part for key, part in self.document["components"].items() if key in kept}
        return self.document

    def _walk(self, node: Any, base: str, parent: str, trail: tuple[str, ...], kind: str) -> Any:
        if is_list(node):
            return [self._walk(item, base, "", trail, kind) for item in node]
        if not is_map(node):
            return node
        ref = node.get("$ref") if parent not in NAMES else None
        if isinstance(ref, str):
            return self._follow(node, ref, base, trail, kind)
        found: dict[str, Any] = {}
        for key, value in node.items():
            below = "schema" if key == "schema" and parent not in NAMES else kind
            held = value if key in DATA and parent not in NAMES else None
            found[key] = held if held is not None else self._walk(
                value, base, "" if parent in NAMES else key, trail, below)  # fmt: skip
        return found

    def _follow(self, node: dict[str, Any], ref: str, base: str, trail: tuple[str, ...], kind: str) -> Any:
        path, _, pointer = ref.partition("#")
        place = _join(base, path) if path else base
        target = self._file(place, ref)
        if pointer.startswith("/components/schemas/") and pointer.count("/") == 3:
            return node | {"$ref": SCHEMAS + self._adopt(pointer.rpartition("/")[2], target, pointer, place)}
        where = f"{place}#{pointer}"
        if kind == "schema" and path and (not pointer or is_map(resolve(target, pointer))):
            name = posixpath.splitext(posixpath.basename(place))[0] if not pointer else pointer.rpartition("/")[2]
            return node | {"$ref": SCHEMAS + self._adopt(name, target, pointer, place)}
        found = resolve(target, pointer)
        if kind == "schema" or found is MISSING:  # keep pointers into schemas; the invariants report dangling ones
            return node
        if where in trail or len(trail) > documents.MAX_DEPTH:
            raise SourceError(f"{documents.label(self.source)}: {ref} is a circular reference")
        merged = self._walk(found, place, "", (*trail, where), kind)
        return merged | {key: value for key, value in node.items() if key != "$ref"} if is_map(merged) else merged

    def _adopt(self, name: str, target: Any, pointer: str, place: str) -> str:
        """Add a schema of another file under its own name, and return the name."""
        if place == self.source and self.origin.get(name, place) == place:
            return name
        schema = resolve(target, pointer) if pointer else target
        if self.origin.setdefault(name, place) != place:
            raise SourceError(f"{documents.label(place)} and {documents.label(self.origin[name])} both define {name}")
        if name not in self.schemas and schema is not MISSING:
            self.schemas[name] = {}  # it may refer to itself
            self.schemas[name] = self._walk(schema, place, "", (), "schema")
        return name

    def _file(self, place: str, ref: str) -> Any:
        if place not in self.files:
            if ("://" in place) != ("://" in self.source) or (
                "://" in place and _origin(place) != _origin(self.source)
            ):
                raise SourceError(f"{documents.label(self.source)}: {ref} must have the same origin as the document")
            if len(self.files) > MAX_FILES:
                raise SourceError(f"{documents.label(self.source)} refers to more than {MAX_FILES} files")
            self.files[place] = documents.parse(documents.fetch(place), documents.label(place), is_part=True)
        return self.files[place]


def _join(base: str, path: str) -> str:
    if "://" in base or "://" in path:
        return urljoin(base, path)
    return posixpath.normpath(posixpath.join(posixpath.dirname(base.replace("\\", "/")), path))


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


def _lowered(document: dict[str, Any], left_out: Counter[str]) -> Any:
    """Convert a document to 3.0, without noise."""
    is_newer = document["openapi"].startswith("3.1")

    def change(node: dict[str, Any], where: str) -> dict[str, Any]:
        left_out.update(node.keys() & NOISE)
        noise = NOISE | {key for key in DEFAULT_FALSE if node.get(key) is False}
        found = {key: value for key, value in node.items() if key not in noise}
        return _schema(found, where) if is_newer else found

    lowered = rewritten(document, change)
    return lowered | {"openapi": DIALECT} if is_newer else lowered


def _schema(node: dict[str, Any], where: str) -> dict[str, Any]:
    """Convert a 3.1 schema to 3.0."""
    if wrong := sorted(set(NOT_IN_3_0) & node.keys()):
        raise SourceError(f"{where}: {', '.join(wrong)} not supported: OpenAPI 3.0 and the generator do not have it")
    for edge in ("Minimum", "Maximum"):
        limit = node.get(f"exclusive{edge}")
        if isinstance(limit, int | float) and not isinstance(limit, bool):
            node[edge.lower()], node[f"exclusive{edge}"] = limit, True
    if "const" in node:
        value = node.pop("const")
        node["enum"] = [value]
        kinds: dict[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}
        node.setdefault("type", kinds.get(type(value), "string"))
    if node.pop("contentEncoding", None) in {"base64", "base64url"}:
        node["format"] = "byte"
    if node.pop("contentMediaType", None) == "application/octet-stream" and "format" not in node:
        node["format"] = "binary"
    kinds_ = node.get("type")
    if is_list(kinds_):
        node = _one_type(node, [kind for kind in kinds_ if kind != "null"], may_be_null="null" in kinds_)
    elif kinds_ == "null":
        node = {key: value for key, value in node.items() if key != "type"} | NULL
    if node.get("nullable") and "enum" in node and None not in node["enum"]:
        node["enum"] = [*node["enum"], None]
    return _convert_reference(node)


def _one_type(node: dict[str, Any], kinds: list[Any], *, may_be_null: bool) -> dict[str, Any]:
    rest = {key: value for key, value in node.items() if key != "type"}
    if not kinds:
        return rest | NULL
    if len(kinds) == 1:
        place = {key: kinds[0] if key == "type" else value for key, value in node.items()}
        return place | {"nullable": True} if may_be_null else place
    own: dict[str, Callable[[Any], bool]] = {
        "array": lambda key: key in {"items", "minItems", "maxItems", "uniqueItems"},
        "object": lambda key: key in {"properties", "required", "additionalProperties"},
        "string": lambda key: key in {"format", "pattern", "minLength", "maxLength"},
    }
    taken = {key for kind in kinds if kind in own for key in rest if own[kind](key)}
    parts = [{"type": kind} | {key: rest[key] for key in rest if kind in own and own[kind](key)} for kind in kinds]
    return {key: value for key, value in rest.items() if key not in taken} | {
        "anyOf": [*parts, dict(NULL)] if may_be_null else parts
    }


def _convert_reference(node: dict[str, Any]) -> dict[str, Any]:
    """Move siblings of a reference into ``allOf``, since 3.0 ignores them; drop annotations."""
    if not isinstance(node.get("$ref"), str) or len(node) == 1 or not node["$ref"].startswith("#"):
        return node
    rest = {key: value for key, value in node.items() if key not in {"$ref", *ANNOTATIONS}}
    if not rest:
        return {key: value for key, value in node.items() if key in {"$ref", "description", "summary"}}
    return {"allOf": [{"$ref": node["$ref"]}, rest]}
