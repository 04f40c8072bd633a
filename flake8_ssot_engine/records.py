"""Records: `typing.NamedTuple`, the classes of which are made in less than half the time.

A short run spends a tenth of its time on making them: `typing` compiles each annotation, which
nothing here asks for. To type checkers it is that of `typing`.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    _NOT_TAKEN = frozenset({"__annotations__", "__module__", "__qualname__", "__slots__"})

    class _NamedTupleMeta(type):
        def __new__(cls, name, bases, namespace):
            """Return a class made by `namedtuple`, with all that a class body holds besides."""
            if not bases:  # NamedTuple itself
                return super().__new__(cls, name, bases, namespace)
            fields = namespace.get("__annotations__")
            if not fields:  # Python 3.14 keeps them elsewhere where they are evaluated
                raise TypeError(f"{name} has no fields: its module must not evaluate annotations")
            defaults = [namespace[field] for field in fields if field in namespace]
            made = namedtuple(name, fields, defaults=defaults, module=namespace["__module__"])
            made.__annotations__ = made.__new__.__annotations__ = dict(fields)
            made.__qualname__ = namespace["__qualname__"]
            for key, value in namespace.items():
                if key not in _NOT_TAKEN and key not in fields:
                    setattr(made, key, value)
            return made

    class NamedTuple(metaclass=_NamedTupleMeta):
        """A tuple with named fields, as that of `typing`; its module must not evaluate annotations.

        Fields with a default come after those without; none of them starts with an underscore.
        """
