"""Reads answers strictly, as JSON or in tags: <segment id="1">...</segment>.

Whatever its form, an answer is checked here against its schema in config/schemas; a server's
promise about the form is not trusted. Error messages are written for the model to act on.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from soundweave.base import schemas, strict_json
from soundweave.translation.asking import tags as tagged
from soundweave.translation.failures import InvalidAnswerError

JSON_SCHEMA = "json_schema"
JSON_OBJECT = "json_object"
TAGS = "tags"
FORMS = (JSON_SCHEMA, JSON_OBJECT, TAGS)  # from the strictest to what any model can do

Answer = dict[str, Any]

LONGEST = 300  # characters of a message: it goes back to the model, and into results
THOUGHTS = re.compile(r"\A\s*<think>(?:.*?</think>)?", re.DOTALL)
FENCED = re.compile(r"\A```[\w-]*[ \t]*\n(.*)\n[ \t]*```\Z", re.DOTALL)
CHECKED_HERE = ("$schema", "title", "minimum", "maximum", "minItems")  # not all servers know them


def parse(text: str, schema: str, form: str) -> Answer:
    """Return the answer in `text`, which fits `schema`; raises InvalidAnswerError.

    JSON may be in a Markdown code fence. When asked for tags, a model may chat around them, or
    answer in JSON.
    """
    answer = _read(_without_thoughts(text), _schema(schema), form)
    error = schemas.problem(schema, answer)
    if error is not None:
        raise InvalidAnswerError(_short(f"{schemas.place(error)}: {error.message}"))
    _check_characters(answer)
    return answer


def segments(answer: Mapping[str, Any], ids: Sequence[str]) -> list[str]:
    """Return the texts of an answer's segments in the order of `ids`.

    Raises InvalidAnswerError that names missing, unknown and duplicated ids.
    """
    counts = Counter(segment["id"] for segment in answer["segments"])
    ids_by_problem = {
        "missing": [name for name in ids if name not in counts],
        "unknown": [name for name in counts if name not in set(ids)],
        "duplicated": [name for name, count in counts.items() if count > 1],
    }
    problems = [f"{key}: {_listed(names)}" for key, names in ids_by_problem.items() if names]
    if problems:
        raise InvalidAnswerError(_short(f"segment ids {'; '.join(problems)}"))
    texts = {segment["id"]: segment["text"] for segment in answer["segments"]}
    return [texts[name] for name in ids]


def wire_schema(schema: str) -> Answer:
    """Return a schema as servers accept it in strict mode; what it leaves out is checked here."""
    stripped: Answer = _stripped(_schema(schema))
    return stripped


def description(schema: str, form: str) -> str:
    """Describe an answer in this form, to end a prompt with."""
    loaded = _schema(schema)
    if form == TAGS:
        return tagged.description(loaded)
    return (
        "Answer with one JSON object and nothing else, no code fence around it. "
        f"It has exactly this form:\n{_example(loaded)}"
    )


def _schema(name: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", schemas.validator(name).schema)


def _read(text: str, schema: Mapping[str, Any], form: str) -> Answer:
    body = text.strip()
    if fenced := FENCED.match(body):
        body = fenced[1]
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
    # Some local models think aloud in the answer; a draft there must not be used.
    thoughts = THOUGHTS.match(text)
    if thoughts is None:
        return text
    if not thoughts[0].endswith("</think>"):
        raise InvalidAnswerError("the answer is an unfinished thought: <think> is not closed")
    return text[thoughts.end() :]


def _json_object(text: str, *, tags: bool = False) -> Answer:
    try:
        value = strict_json.loads(text)
    except (ValueError, RecursionError) as error:
        expected = "neither in the requested tags nor JSON" if tags else "not JSON"
        raise InvalidAnswerError(_short(f"the answer is {expected}: {error}")) from error
    if not isinstance(value, dict):
        raise InvalidAnswerError("the answer is not a JSON object")
    return value


def _check_characters(answer: Answer) -> None:
    try:
        json.dumps(answer, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidAnswerError("the answer contains half of a UTF-16 pair") from error


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
    ids = list(names)
    more = f" and {len(ids) - 10} more" if len(ids) > 10 else ""
    return ", ".join(json.dumps(name) for name in ids[:10]) + more


def _short(message: str) -> str:
    line = " ".join(message.split()).encode("utf-8", errors="replace").decode()
    return line if len(line) <= LONGEST else line[:LONGEST] + "..."
