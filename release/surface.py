"""Find breaking changes of the public API since the last release, in all packages.

``python -m release.surface`` is the session ``api_diff``. It refuses them unless the version announces them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import griffe
from packaging.version import Version

from .tree import ROOT, ReleaseRefused, git, metadata

COLOR = re.compile(r"\x1b\[\d*m")  # griffe always explains in color
PACKAGES = {
    "groupdocs_translation": "overlays",
    "groupdocs_translation_api": "generated",
    "groupdocs_translation_sandbox": "sandbox",
}

GENERATED = "groupdocs_translation_api"
NEW_DEFAULT = "Parameter default was changed: ... ->"  # of a TypedDict's key, which showed no default before

DECORATORS = {"attrs.define", "attrs.frozen", "attrs.mutable", "attr.define", "attr.frozen", "attr.s"}
FIELDS = {"attrs.field", "attr.field", "attr.ib"}


def _call_arguments(expression: str | griffe.Expr | None, paths: set[str]) -> dict[str, str] | None:
    """Return the keyword arguments of a call to one of ``paths`` as source text, empty for the bare name."""
    if not isinstance(expression, griffe.Expr) or expression.canonical_path not in paths:
        return None
    if not isinstance(expression, griffe.ExprCall):
        return {}
    return {a.name: str(a.value) for a in expression.arguments if isinstance(a, griffe.ExprKeyword)}


def _parameter(attribute: griffe.Attribute, *, keyword_only: bool) -> griffe.Parameter | None:
    """Return the parameter that attrs derives from an annotated attribute, if any."""
    if attribute.annotation is None or str(attribute.annotation).startswith(("ClassVar", "typing.ClassVar")):
        return None
    default = None if attribute.value is None else str(attribute.value)
    field = _call_arguments(attribute.value, FIELDS)
    if field is not None:
        if field.get("init") == "False":
            return None
        keyword_only = field.get("kw_only", str(keyword_only)) == "True"
        default = field.get("default", field.get("factory"))
    kind = griffe.ParameterKind.keyword_only if keyword_only else griffe.ParameterKind.positional_or_keyword
    name = (field or {}).get("alias", attribute.name.lstrip("_")).strip("'\"")
    return griffe.Parameter(name, annotation=attribute.annotation, kind=kind, default=default)


class AttrsSignatures(griffe.Extension):
    """Adds to every attrs class the ``__init__`` that attrs generates.

    griffe does this for dataclasses only; otherwise a renamed or newly required field changes no signature.
    """

    def on_package(self, *, pkg: griffe.Module, **_: object) -> None:
        """Visit the package after all its modules are loaded and names can be resolved."""
        self._visit(pkg)

    def _visit(self, scope: griffe.Module | griffe.Class) -> None:
        for member in list(scope.members.values()):
            if isinstance(member, griffe.Module | griffe.Class):
                self._visit(member)
        if isinstance(scope, griffe.Class) and "__init__" not in scope.members:
            for decorator in scope.decorators:
                options = _call_arguments(decorator.value, DECORATORS)
                if options is not None and options.get("init") != "False":
                    self._add_init(scope, keyword_only=options.get("kw_only") == "True")

    def _add_init(self, cls: griffe.Class, *, keyword_only: bool) -> None:
        parameters = [griffe.Parameter("self", kind=griffe.ParameterKind.positional_or_keyword)]
        for base in reversed(cls.mro()):
            own = base.members.get("__init__")
            if isinstance(own, griffe.Function) and "attrs" in own.labels:
                parameters += [p for p in own.parameters if p.name not in {"self", *cls.attributes}]
        for attribute in cls.attributes.values():
            if parameter := _parameter(attribute, keyword_only=keyword_only):
                parameters.append(parameter)
        init = griffe.Function(
            "__init__", parameters=griffe.Parameters(*parameters), lineno=cls.lineno, endlineno=cls.endlineno
        )
        init.labels.add("attrs")
        cls.set_member("__init__", init)


def load(tree: Path, package: str, folder: str) -> griffe.Object | griffe.Alias:
    """Read a package's public API from its sources, without importing it."""
    return griffe.load(
        package,
        search_paths=[tree / folder],
        extensions=griffe.load_extensions("unpack_typeddict", AttrsSignatures()),
        allow_inspection=False,
        resolve_aliases=True,
    )


def breaking_changes(old: Path, new: Path) -> list[str]:
    """Return one line for each breaking change of a public object between two trees, sorted.

    Public (``docs/compatibility.md``) is each name in ``__all__`` of a package or of a module without an underscore,
    with its own and inherited members, and all of the generated client.
    """
    found: dict[tuple[str, str], list[str]] = {}  # (object, change) -> parameters
    for package, folder in PACKAGES.items():
        if not (old / folder / package).exists():  # not released yet
            continue
        before, after = load(old, package, folder), load(new, package, folder)
        for name in _exports(before) - _exports(after):
            found[f"{package}: {name}", "Public name is no longer in __all__"] = []
        public = None if package == GENERATED else {*_public_paths(before), *_public_paths(after)}
        for change in griffe.find_breaking_changes(before, after):
            if public is not None and not any(f"{change.obj.path}.".startswith(f"{path}.") for path in public):
                continue
            _, _, explained = COLOR.sub("", change.explain(griffe.ExplanationStyle.ONE_LINE)).partition(": ")
            name, _, what = explained.partition(": ")
            if what.startswith(NEW_DEFAULT):
                continue
            name, _, parameter = name.removesuffix(")").partition("(")
            found.setdefault((f"{change.obj.module.path}: {name}", what), []).extend([parameter] if parameter else [])
    return sorted(f"{name}({', '.join(of)}): {what}" if of else f"{name}: {what}" for (name, what), of in found.items())


def _public_paths(module: griffe.Object | griffe.Alias) -> Iterator[str]:
    """Yield the paths of all names in ``__all__``, in the modules below too, and of their base classes."""
    for below in module.modules.values():
        if not below.name.startswith("_") and not below.is_alias:
            yield from _public_paths(below)
    for member in (module.members[name] for name in _exports(module) if name in module.members):
        try:
            target = member.final_target if isinstance(member, griffe.Alias) else member
        except griffe.AliasResolutionError:  # of another package, which is compared separately
            continue
        yield target.path
        if isinstance(target, griffe.Class):
            yield from (base.path for base in target.mro() if base.path.startswith(module.path.partition(".")[0]))


def _exports(package: griffe.Object | griffe.Alias) -> set[str]:
    return {str(name) for name in package.exports or ()}


def is_explained(change: str, said: str) -> bool:
    """Return whether the notes name what has changed: the parameters, else the object."""
    name, _, of = change.rpartition(": ")[0].partition("(")
    return all(re.search(rf"\b{word}\b", said) for word in re.findall(r"\w+", of) or [re.split(r"[ .]", name)[-1]])


def may_break(released: Version, coming: Version) -> bool:
    """Return whether semantic versioning allows breaking changes; before 1.0 a minor version may have them."""
    if released.major == 0:
        return (coming.major, coming.minor) > (0, released.minor)
    return coming.major > released.major


def compare(root: Path, tag: str | None) -> None:
    """Print breaking changes since ``tag`` (default: the last one); refuse if the version does not allow them.

    A commit instead of a tag is compared only.
    """
    tag = tag or git("describe", "--tags", "--abbrev=0", "--match", "v*", root=root)
    if not tag:
        print("no tag v… exists: nothing is released, so nothing can break")
        return
    with tempfile.TemporaryDirectory() as folder:
        sources = f"{folder}/sources.tar"
        done = subprocess.run(["git", "archive", "-o", sources, tag], cwd=root, capture_output=True, check=False)
        if done.returncode:
            raise ReleaseRefused(f"cannot read {tag}: {done.stderr.decode(errors='replace').strip()}")
        shutil.unpack_archive(sources, folder, filter="data")
        changes = breaking_changes(Path(folder), root)
        is_release = tag.startswith("v")
        released = Version(tag.removeprefix("v") if is_release else metadata(Path(folder))["version"])
    coming = Version(metadata(root)["version"])
    print(f"{tag} -> {coming}: {len(changes)} breaking changes of the public API")
    fragments = sorted((root / "changes.d").glob("*.breaking.md"))
    said = "".join(path.read_text(encoding="utf-8") for path in [*fragments, root / "CHANGELOG.md"] if path.exists())
    for change in changes:
        print(f"- {change}{'' if is_explained(change, said) else ': no fragment in changes.d names it'}")
    for path in fragments:
        print(f"\n{path.name}: {path.read_text(encoding='utf-8').strip()}")
    if changes and is_release and not may_break(released, coming):
        raise ReleaseRefused(f"refused: {coming} may not break {tag}: raise the version, or keep the old names")


if __name__ == "__main__":
    compare(ROOT, sys.argv[1] if sys.argv[1:] else None)
