"""What a model or a person answers, read strictly: JSON, or tags: <segment id="1">...</segment>.

Whatever form an answer has, it is checked here against its schema in config/schemas; what a
server promises about the form counts for nothing. Messages are written for the model to act on.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from jsonschema.exceptions import best_match

from soundweave.base import schemas
from soundweave.translation.asking import tags as tagged
from soundweave.translation.failures import InvalidAnswerError

JSON_SCHEMA = "json_schema"
JSON_OBJECT = "json_object"
TAGS = "tags"
FORMS = (JSON_SCHEMA, JSON_OBJECT, TAGS)  # from the strictest to what any model can do

Answer = dict[str, Any]

LONGEST = 300  # signs of a message: it goes back to the model, and into results
THOUGHTS = re.compile(r"\A\s*<think>(?:.*?</think>)?", re.DOTALL)
FENCED = re.compile(r"\A```[\w-]*[ \t]*\n(.*)\n[ \t]*```\Z", re.DOTALL)
CHECKED_HERE = ("$schema", "title", "minimum", "maximum", "minItems")  # not all servers know them


def parse(text: str, schema: str, form: str) -> Answer:
    """Return the answer in `text`, which fits `schema`; raises InvalidAnswerError.

    JSON may stand in a Markdown code fence. Asked for tags, a model may chat around them, and
    may answer in JSON all the same.
    """
    answer = _read(_without_thoughts(text), _schema(schema), form)
    worst = best_match(schemas.validator(schema).iter_errors(answer))
    if worst is not None:
        raise InvalidAnswerError(_short(f"{schemas.place(worst)}: {worst.message}"))
    _check_signs(answer)
    return answer


def segments(answer: Mapping[str, Any], ids: Sequence[str]) -> list[str]:
    """Return the texts of an answer's segments in the order of `ids`.

    Raises InvalidAnswerError that names the ids that are missing, unknown or there twice.
    """
    given = Counter(segment["id"] for segment in answer["segments"])
    wrong = {
        "missing": [name for name in ids if name not in given],
        "unknown": [name for name in given if name not in set(ids)],
        "there twice": [name for name, count in given.items() if count > 1],
    }
    found = [f"{what}: {_listed(names)}" for what, names in wrong.items() if names]
    if found:
        raise InvalidAnswerError(_short(f"ids of segments {'; '.join(found)}"))
    texts = {segment["id"]: segment["text"] for segment in answer["segments"]}
    return [texts[name] for name in ids]


def wire_schema(schema: str) -> Answer:
    """Return a schema as servers know it in strict mode; what it leaves out is checked here."""
    sent: Answer = _stripped(_schema(schema))
    return sent


def description(schema: str, form: str) -> str:
    """Return in words what an answer in this form looks like, to end a prompt with."""
    whole = _schema(schema)
    if form == TAGS:
        return tagged.description(whole)
    return (
        "Answer with one JSON object and nothing else, no code fence around it. "
        f"It has exactly this form:\n{_example(whole)}"
    )


def _schema(name: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", schemas.validator(name).schema)


def _read(text: str, schema: Mapping[str, Any], form: str) -> Answer:
    body = _unfenced(text.strip())
    if not body:
        raise InvalidAnswerError("the answer is empty")
    if form != TAGS:
        return _json_object(body)
    try:
        return _json_object(body)
    except InvalidAnswerError:
        if not tagged.any_tag(text, schema):
            # A person may paste JSON with chatter around it.
            return _json_object(body[body.find("{") : body.rfind("}") + 1], tags=True)
        return tagged.read(text, schema)


def _without_thoughts(text: str) -> str:
    # Some local models think aloud in the answer; a draft there must never be taken.
    thoughts = THOUGHTS.match(text)
    if thoughts is None:
        return text
    if not thoughts[0].endswith("</think>"):
        raise InvalidAnswerError("the answer is a thought that has no end: <think> is not closed")
    return text[thoughts.end() :]


def _unfenced(text: str) -> str:
    fenced = FENCED.match(text)
    return fenced[1] if fenced else text


def _json_object(text: str, *, tags: bool = False) -> Answer:
    what = "neither in the tags that were asked for nor JSON" if tags else "not JSON"
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InvalidAnswerError(_short(f"the answer is {what}: {error}")) from error
    if not isinstance(value, dict):
        raise InvalidAnswerError("the answer is not a JSON object")
    return value


def _once(pairs: list[tuple[str, Any]]) -> Answer:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key is there twice")
    return value


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _check_signs(answer: Answer) -> None:
    try:
        json.dumps(answer, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidAnswerError("the answer holds half of a UTF-16 pair") from error


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(part) for key, part in value.items() if key not in CHECKED_HERE}
    return value


def _example(schema: Mapping[str, Any]) -> str:
    if schema["type"] == "object":
        parts = (f'"{name}": {_example(part)}' for name, part in schema["properties"].items())
        return "{" + ", ".join(parts) + "}"
    if schema["type"] == "array":
        return f"[{_example(schema['items'])}, ... {schema['description']}]"
    if schema["type"] == "string":
        return f'"<{schema["description"]}>"'
    return f"<{schema['description']}>"


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    more = f" and {len(shown) - 10} more" if len(shown) > 10 else ""
    return ", ".join(json.dumps(name) for name in shown[:10]) + more


def _short(message: str) -> str:
    line = " ".join(message.split()).encode("utf-8", errors="replace").decode()
    return line if len(line) <= LONGEST else line[:LONGEST] + "..."
