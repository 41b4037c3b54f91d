from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundweave.base.errors import ConfigError
from soundweave.github import actions


def parsed(text: str) -> dict[str, str]:
    """Read an output file as the runner does: `name<<END`, lines, `END`."""
    values: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if line:
            name, _, end = line.partition("<<")
            body = []
            for inner in lines:
                if inner == end:
                    break
                body.append(inner)
            values[name] = "\n".join(body)
    return values


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r")), max_size=3))
def test_no_value_can_add_an_output(
    values: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "output"
    path.write_text("")
    monkeypatch.setenv("GITHUB_OUTPUT", str(path))
    given_values = {f"v{number}": value for number, value in enumerate(values)}
    actions.set_outputs(given_values)
    assert parsed(path.read_bytes().decode()) == given_values


def test_booleans_are_those_of_expressions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(path))
    actions.set_outputs({"yes": True, "no": False, "n": 3})
    assert parsed(path.read_text()) == {"yes": "true", "no": "false", "n": "3"}


def test_without_actions_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    actions.set_outputs({"a": 1})
    actions.add_summary("text")
    actions.warning("careful")
    assert capsys.readouterr().out == ""


def test_an_annotation_is_one_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    actions.error("100% bad\n::warning::injected\r")
    assert capsys.readouterr().out == "::error::100%25 bad%0A: :warning: :injected%0D\n"


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("plain name.wav", "plain name.wav"),
        ("a|b", r"a\|b"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ("`code` *bold* _it_", r"\`code\` \*bold\* \_it\_"),
        ("two\nlines\r\n# head", r"two lines \# head"),
        ("[x](https://e)", r"\[x\]\(https://e\)"),
        ("@someone", r"\@someone"),
        ("&lt;", "&amp;lt;"),
        (5, "5"),
    ],
)
def test_markdown_shows_text_as_it_is(text: object, rendered: str) -> None:
    assert actions.markdown_text(text) == rendered


@pytest.mark.parametrize("variable", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_a_file_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, str(tmp_path))
    with pytest.raises(ConfigError, match=f"cannot write {variable}"):
        actions.set_outputs({"a": 1})
        actions.add_summary("text")


def test_the_summary_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "summary"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    actions.add_summary("## One\n\n\n")
    actions.add_summary("two")
    assert path.read_text() == "## One\n\ntwo\n\n"
