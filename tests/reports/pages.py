"""Reading a page as a browser would: a tree of elements, by the standard library's parser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "input", "br", "wbr", "rect", "link", "img", "hr"}


@dataclass
class Element:
    """An element: its name, attributes, and what is in it."""

    name: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    def all(self, name: str = "", /, **attributes: str) -> list[Element]:
        """Return the elements below this one, by name and attributes (`class_`, `data_x`)."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            one
            for one in self.below()
            if (not name or one.name == name)
            and all(one.attributes.get(key) == value for key, value in wanted.items())
        ]

    def one(self, name: str = "", /, **attributes: str) -> Element:
        """Return the only element of that kind."""
        (found,) = self.all(name, **attributes)
        return found

    def below(self) -> Iterator[Element]:
        """Yield every element below this one, in order."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.below()

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    def rows(self) -> list[list[str]]:
        """Return the cells of a table's body."""
        return [
            [cell.text.strip() for cell in row.children if isinstance(cell, Element)]
            for row in self.one("tbody").all("tr")
        ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        assert len(element.attributes) == len(attrs), f"an attribute twice: {attrs}"
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].name == tag, f"</{tag}> ends <{self._open[-1].name}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def error_free(self) -> Element:
        assert self._open == [self.root], "an element has no end"
        return self.root


def read_page(text: str) -> Element:
    """Parse a page; every element must have its end."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.error_free()
