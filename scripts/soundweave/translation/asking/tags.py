"""Answers in tags, for models without a JSON mode and for people who paste.

The tags follow from the schema: each item of an array of objects is a tag, named like the array
without its "s", with the first property as attribute and the second as content; a third property
is another tag after it. Contents are literal, "<" and "&" included: only the schema's tags count,
and a missing end tag is an error rather than guessed.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from soundweave.translation.failures import InvalidAnswerError

Schema = Mapping[str, Any]

ATTRIBUTE = r"""[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>/]+)"""
# Line ends between tags and content are layout; spaces of the first line are not.
LAYOUT = re.compile(r"\A[ \t]*\n|\n[ \t]*\Z")


@dataclass(frozen=True)
class Tag:
    """`array` is empty for a property of the answer itself; `key` is the attribute's name."""

    name: str
    type: str
    description: str
    field: str
    array: str = ""
    key: str = ""
    key_type: str = ""
    first: bool = False


@dataclass(frozen=True)
class Element:
    """A tag in an answer, with its content."""

    name: str
    attributes: Mapping[str, str]
    content: str

    def __str__(self) -> str:
        attributes = "".join(f' {name}="{value}"' for name, value in self.attributes.items())
        return f"<{self.name}{attributes}>"


def read(text: str, schema: Schema) -> dict[str, Any]:
    """Return the answer in `text`, not yet checked; raises InvalidAnswerError.

    Missing texts and lists are empty.
    """
    tags = _tags(schema)
    answer: dict[str, Any] = {}
    for element in _elements(text.replace("\r\n", "\n"), schema):
        _add(answer, tags[element.name], element)
    for name, part in schema["properties"].items():
        if part["type"] == "array":
            items = answer.setdefault(name, [])
            answer[name] = [_empty_texts(part["items"]) | item for item in items]
    return _empty_texts(schema) | answer


def any_tag(text: str, schema: Schema) -> bool:
    """Whether one of the schema's tags, start or end, is in `text`."""
    return _marks(tuple(_tags(schema))).search(text) is not None


def description(schema: Schema) -> str:
    """Describe such an answer in words."""
    lines = [
        "Answer in these tags and write nothing outside of them. Give every tag its end tag. "
        "Write texts as they are, without escaping any character.",
    ]
    for tag in _tags(schema).values():
        attribute = f' {tag.key}="..."' if tag.key else ""
        lines.append(f"<{tag.name}{attribute}>{tag.description}</{tag.name}>")
        if tag.first:
            array = schema["properties"][tag.array]
            lines[-1] += f" ({array['description']}; {tag.key}: {_key(array)['description']})"
    return "\n".join(lines)


def _tags(schema: Schema) -> dict[str, Tag]:
    tags = [tag for name, part in schema["properties"].items() for tag in _tags_of(name, part)]
    return {tag.name: tag for tag in tags}


def _tags_of(name: str, part: Schema) -> Iterator[Tag]:
    if part["type"] != "array":
        yield Tag(name, part["type"], part["description"], name)
        return
    key, *fields = part["items"]["properties"]
    for index, field in enumerate(fields):
        inner = part["items"]["properties"][field]
        yield Tag(
            name=field if index else name.removesuffix("s"),
            type=inner["type"],
            description=inner["description"],
            field=field,
            array=name,
            key=key,
            key_type=_key(part)["type"],
            first=index == 0,
        )


def _key(part: Schema) -> Any:
    return next(iter(part["items"]["properties"].values()))


@cache
def _marks(names: tuple[str, ...]) -> re.Pattern[str]:
    start_or_end = rf"<(/?)({'|'.join(names)})((?:\s+{ATTRIBUTE})*)\s*(/?)>"
    return re.compile(start_or_end, re.IGNORECASE)


def _elements(text: str, schema: Schema) -> Iterator[Element]:
    open_element: Element | None = None
    content_start = 0
    for match in _marks(tuple(_tags(schema))).finditer(text):
        element = Element(match[2].lower(), _attributes(match[3]), "")
        if not match[1] and open_element is None:
            open_element, content_start = element, match.end()
            if not match[4]:
                continue
        elif open_element is None:
            raise InvalidAnswerError(f"</{element.name}> has no start tag")
        elif not match[1] or element.name != open_element.name:
            raise InvalidAnswerError(f"{open_element} has no end tag before the next {match[0]}")
        content = "" if match[4] else LAYOUT.sub("", text[content_start : match.start()])
        yield Element(open_element.name, open_element.attributes, content)
        open_element = None
    if open_element is not None:
        raise InvalidAnswerError(f"{open_element} has no end tag </{open_element.name}>")


def _empty_texts(schema: Schema) -> dict[str, Any]:
    parts = schema["properties"].items()
    return {name: "" for name, part in parts if part["type"] == "string"}


def _attributes(text: str) -> dict[str, str]:
    pairs = (part.split("=", maxsplit=1) for part in re.findall(ATTRIBUTE, text))
    return {name.strip().lower(): html.unescape(_unquoted(value)) for name, value in pairs}


def _unquoted(text: str) -> str:
    value = text.strip()
    return value[1:-1] if value[0] in "\"'" else value


def _add(answer: dict[str, Any], tag: Tag, element: Element) -> None:
    value = _value(element.content, tag.type, str(element))
    if not tag.array:
        if tag.field in answer:
            raise InvalidAnswerError(f"{element} is duplicated")
        answer[tag.field] = value
        return
    if tag.key not in element.attributes:
        raise InvalidAnswerError(f'{element} lacks its {tag.key}: <{tag.name} {tag.key}="...">')
    key = _value(element.attributes[tag.key], tag.key_type, str(element))
    items = answer.setdefault(tag.array, [])
    if tag.first:
        items.append({tag.key: key, tag.field: value})
    elif not items or items[-1][tag.key] != key or tag.field in items[-1]:
        raise InvalidAnswerError(f"{element} does not follow the tag it belongs to")
    else:
        items[-1][tag.field] = value


def _value(text: str, kind: str, place: str) -> str | int | float:
    if kind == "string":
        return text
    if re.fullmatch(r"\s*-?\d{1,9}\s*", text):
        return int(text)
    if kind == "number" and re.fullmatch(r"\s*-?\d{1,9}\.\d{1,9}\s*", text):
        return float(text)
    raise InvalidAnswerError(f"{place} must contain only a number")
