"""What griffe does for dataclasses, for attrs: a class made by ``define`` gets the ``__init__`` that attrs makes.

Called by ``surface``; without it a renamed or newly required field of a generated model is no change of any signature.
"""

from __future__ import annotations

import griffe

DECORATORS = {"attrs.define", "attrs.frozen", "attrs.mutable", "attr.define", "attr.frozen", "attr.s"}
FIELDS = {"attrs.field", "attr.field", "attr.ib"}


def _call_arguments(expression: str | griffe.Expr | None, paths: set[str]) -> dict[str, str] | None:
    """Keyword arguments, as source text, of a call to one of ``paths``; none for the bare name; else ``None``."""
    if not isinstance(expression, griffe.Expr) or expression.canonical_path not in paths:
        return None
    if not isinstance(expression, griffe.ExprCall):
        return {}
    return {a.name: str(a.value) for a in expression.arguments if isinstance(a, griffe.ExprKeyword)}


def _parameter(attribute: griffe.Attribute, *, keyword_only: bool) -> griffe.Parameter | None:
    """The parameter that attrs makes of one annotated attribute, if it makes one."""
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
    """Adds ``__init__`` to every attrs class that a loaded package defines itself."""

    def on_package(self, *, pkg: griffe.Module, **_: object) -> None:
        """Walk the package once all its modules are loaded and names can be resolved."""
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
