"""Reads an HTML page back into elements, as strictly as the tests of the page need."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "link", "img", "input"}


@dataclass(slots=True, eq=False)
class Element:
    """One element: its tag, attributes, children in order (text as strings), and parent."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None"
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    def all(self, tag: str = "", css_class: str = "") -> "list[Element]":
        return [each for each in self._walk() if tag in ("", each.tag) and (not css_class or css_class in each.classes)]

    def one(self, tag: str = "", css_class: str = "") -> "Element":
        found = self.all(tag, css_class)
        assert len(found) == 1, f"{len(found)} of {tag}.{css_class}"
        return found[0]

    def by_id(self, identifier: str) -> "Element":
        found = [each for each in self._walk() if each.attributes.get("id") == identifier]
        assert len(found) == 1, f"{len(found)} of #{identifier}"
        return found[0]

    def _walk(self) -> "Iterator[Element]":
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child._walk()


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {}, None)
        self.open = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.open)
        assert len(element.attributes) == len(attrs), f"an attribute of {tag} stands twice"
        self.open.children.append(element)
        if tag not in VOID:
            self.open = element

    def handle_endtag(self, tag: str) -> None:
        assert self.open.tag == tag, f"</{tag}> closes <{self.open.tag}>"
        assert self.open.parent is not None
        self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        self.open.children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def read(page: str) -> Element:
    """Return the root of `page`; a tag that is not closed in order fails."""
    builder = _Builder()
    builder.feed(page)
    builder.close()
    assert builder.open is builder.root
    return builder.root
