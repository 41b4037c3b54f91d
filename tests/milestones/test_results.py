import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import record_milestone
import summarize_milestone
from soundweave.base import schemas
from soundweave.base.errors import ConfigError
from soundweave.milestones import results as milestone_results
from soundweave.milestones import summary as milestone_summary
from soundweave.milestones.results import FAILED, NOT_FINISHED, PASSED

STATUS = {
    "is_milestone": True,
    "milestone_number": 9,
    "current_nodes": 903,
    "previous_milestone_nodes": 800,
    "nodes_since_last_milestone": 103,
    "runs_actions": True,
    "library": {"id": "0123456789abcdef", "created_at": "2025-01-01T00:00:00Z"},
    "next_milestone_nodes": 1_000_000,
    "interval": 100,
    "crossed": [9],
}
REPORT = {
    "checks": [
        {"level": "error", "found": 0},
        {"level": "warning", "found": 3},
        {"level": "error", "found": 2},
    ]
}
EDGES = {"user_edges_added": 12, "pack_edges_added": 5}


@pytest.fixture
def reports(tmp_path):
    """A folder as a successful milestone step leaves it."""
    for number, name in enumerate(("validation", "edge_generation", "website")):
        (tmp_path / f"{name}.exit").write_text("0\n")
        (tmp_path / f"{name}.time").write_text(f"100.0\n10{number + 1}.5\n")
        (tmp_path / f"{name}.log").write_text(f"first line\nlast line of {name}\n")
    (tmp_path / "validation_report.json").write_text(json.dumps(REPORT))
    (tmp_path / "edge_stats.json").write_text(json.dumps(EDGES))
    (tmp_path / "milestone_status.json").write_text(json.dumps(STATUS))
    return tmp_path


@pytest.fixture
def step(reports, monkeypatch, capsys):
    """Run the command as a step of GitHub Actions."""

    def run():
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_OUTPUT", str(reports / "outputs"))
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(reports / "summary"))
        code = summarize_milestone.main(
            [
                f"--reports-dir={reports}",
                f"--status={reports / 'milestone_status.json'}",
                f"--output={reports / 'milestone_results.json'}",
            ]
        )
        return code, (reports / "summary").read_text(encoding="utf-8"), capsys.readouterr().out

    return run


def by_name(folder):
    return {result.action.name: result for result in milestone_results.read(folder)}


def test_all_passed(step, reports):
    code, summary, _ = step()
    assert code == 0
    value = json.loads((reports / "milestone_results.json").read_text())
    schemas.check("milestone_results", value, "results")
    assert value["passed"] is True
    assert [action["seconds"] for action in value["actions"]] == [1.5, 2.5, 3.5]
    assert "### Milestone 9 reached" in summary
    assert "3 checks, 2 errors, 3 warnings" in summary
    assert "12 user and 5 pack edges added" in summary
    assert "Side by side 3.5 s, one after another 7.5 s; slowest: Website, 3.5 s." in summary
    outputs = (reports / "outputs").read_text()
    for name in ("validation", "edge_generation", "website"):
        assert re.search(f"^{name}<<end_.*\npassed\n", outputs, re.MULTILINE)


@pytest.mark.parametrize(
    ("left", "status", "words"),
    [
        (None, NOT_FINISHED, "left no exit code"),
        ("", NOT_FINISHED, "left no exit code"),
        ("\n", NOT_FINISHED, "left no exit code"),
        ("zero", NOT_FINISHED, "left no exit code"),
        ("-1", NOT_FINISHED, "left no exit code"),
        ("0 0", NOT_FINISHED, "left no exit code"),
        ("٠", NOT_FINISHED, "left no exit code"),
        ("137\n", NOT_FINISHED, "killed by SIGKILL"),
        ("143", NOT_FINISHED, "killed by SIGTERM"),
        ("130", NOT_FINISHED, "killed by SIGINT"),
        ("255", NOT_FINISHED, "ended with code 255"),
        ("1\n", FAILED, "found errors"),
        ("2", FAILED, "wrong usage or configuration"),
        ("3", FAILED, "stopped by a bug"),
        ("42", FAILED, "ended with code 42"),
        ("126", FAILED, "could not be started"),
        ("127", FAILED, "command not found"),
        ("0\n", PASSED, ""),
        ("0", PASSED, ""),
    ],
)
@pytest.mark.parametrize("name", ["validation", "edge_generation", "website"])
def test_exit_files(reports, name, left, status, words):
    path = reports / f"{name}.exit"
    path.unlink()
    if left is not None:
        path.write_text(left, encoding="utf-8")
    result = by_name(reports)[name]
    assert result.status == status
    assert words in result.detail
    assert milestone_results.passed(list(by_name(reports).values())) == (
        status == PASSED or name != "validation"
    )


@pytest.mark.parametrize("name", ["validation", "edge_generation", "website"])
def test_only_validation_fails_the_step(step, reports, name):
    (reports / f"{name}.exit").write_text("1")
    code, summary, output = step()
    assert code == (1 if name == "validation" else 0)
    level = "error" if name == "validation" else "warning"
    other = "warning" if name == "validation" else "error"
    assert f"::{level}::" in output
    assert f"::{other}::" not in output
    assert len(re.findall("^[|] [✅❌⛔]", summary, re.MULTILINE)) == 3
    assert f"last line of {name}".replace("_", "\\_") in summary


@pytest.mark.parametrize("torn", [None, "", "{", "[]", "null", '{"checks": "x"}', "\x00\xff"])
@pytest.mark.parametrize("report", ["validation_report.json", "edge_stats.json"])
def test_a_torn_report_does_not_crash(step, reports, report, torn):
    (reports / report).unlink()
    if torn is not None:
        (reports / report).write_bytes(torn.encode("latin-1"))
    unreadable = torn != '{"checks": "x"}'
    code, summary, _ = step()
    assert code == int(unreadable and report.startswith("validation"))
    assert (f"left no readable {report}".replace("_", "\\_") in summary) == unreadable


@pytest.mark.parametrize(
    "times", [None, "", "100.5\n", "x\ny\n", "100\n", "1e5\n1e6\n", "-1\n-2\n", "nan\nnan\n"]
)
def test_unknown_times(reports, times):
    path = reports / "website.time"
    path.unlink()
    if times is not None:
        path.write_text(times)
    assert by_name(reports)["website"].seconds is None
    assert "slowest: Edges, 2.5 s" in milestone_summary.times(milestone_results.read(reports))


@pytest.mark.parametrize(
    ("times", "seconds"),
    [("1763.25\n1764.75\n", 1.5), ("1763,25\n1764,75\n", 1.5), ("3\n5\n", 2), ("5\n3\n", 0)],
)
def test_times_of_any_bash_and_locale(reports, times, seconds):
    (reports / "website.time").write_text(times)
    assert by_name(reports)["website"].seconds == seconds


def test_no_files_at_all(tmp_path):
    results = milestone_results.read(tmp_path)
    assert {result.status for result in results} == {NOT_FINISHED}
    assert milestone_summary.times(results) == "No times were recorded."
    schemas.check("milestone_results", milestone_results.as_json(results, 1), "results")


def test_logs_cannot_give_commands_or_markup(step, reports):
    evil = "::error::forged\n##[error]forged\n| </td><script>alert(1)</script> `x` [y](z)"
    (reports / "website.log").write_text(evil)
    (reports / "website.exit").write_text("1")
    _, summary, output = step()
    assert "<script>" not in summary
    row = next(line for line in summary.splitlines() if "Website" in line)
    assert len(re.findall(r"(?<!\\)\|", row)) == 7
    stopped = re.search("::stop-commands::([0-9a-f]{32})\n(::error::forged.*)", output, re.DOTALL)
    assert stopped
    stop, rest = stopped.groups()
    assert f"\n::{stop}::\n" in rest
    assert rest.index("##[error]forged") < rest.index(f"\n::{stop}::\n")


def test_each_log_has_its_group_and_its_own_token(step):
    _, _, output = step()
    assert re.findall("^::group::(.*)$", output, re.MULTILINE) == [
        "validation.log",
        "edge_generation.log",
        "website.log",
    ]
    assert len(set(re.findall("::stop-commands::(.*)", output))) == 3


def test_a_long_log_shows_its_end(step, reports):
    (reports / "website.log").write_bytes(b"begin\n" + b"x\n" * 200_000 + b"\xffend\n")
    _, _, output = step()
    assert "(the beginning is in the artifact)" in output
    assert "end\n" in output
    assert "begin\n" not in output.replace("beginning", "")


def test_on_a_laptop_the_table_is_text(reports, capsys, monkeypatch):
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(reports)
    assert summarize_milestone.main([]) == 0
    output = capsys.readouterr().out
    assert "::" not in output
    assert re.search(
        r"^Validation +yes +passed +3 checks, 2 errors, 3 warnings +1.5 s$", output, re.MULTILINE
    )


def test_a_site_without_a_new_milestone_says_so(step, reports):
    status = STATUS | {"is_milestone": False, "crossed": []}
    (reports / "milestone_status.json").write_text(json.dumps(status))
    _, summary, _ = step()
    assert "### A site without a new milestone\n" in summary
    assert json.loads((reports / "milestone_results.json").read_text())["milestone_number"] == 0
    history = reports / "history"
    flags = [f"--{name}={reports}/milestone_{name}.json" for name in ("status", "results")]
    assert record_milestone.main([*flags, f"--milestone-history={history}"]) == 0
    assert not history.exists()


def test_no_milestone_no_results(reports, capsys, monkeypatch):
    status = STATUS | {"is_milestone": False, "runs_actions": False}
    (reports / "milestone_status.json").write_text(json.dumps(status))
    monkeypatch.chdir(reports)
    assert summarize_milestone.main([]) == 0
    assert not (reports / "milestone_results.json").exists()


@pytest.mark.parametrize("status", [None, "", "{}", '{"milestone_number": "$(id)"}'])
def test_an_unusable_status_is_a_clear_error(reports, monkeypatch, status):
    (reports / "milestone_status.json").unlink()
    if status is not None:
        (reports / "milestone_status.json").write_text(status)
    monkeypatch.chdir(reports)
    with pytest.raises(ConfigError, match=r"milestone_status\.json"):
        summarize_milestone.main([])


@given(exit_file=st.binary(max_size=8), time=st.binary(max_size=30), report=st.binary(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_files_give_valid_results(reports, exit_file, time, report):
    (reports / "validation.exit").write_bytes(exit_file)
    (reports / "validation.time").write_bytes(time)
    (reports / "validation_report.json").write_bytes(report)
    results = milestone_results.read(reports)
    schemas.check("milestone_results", milestone_results.as_json(results, 1), "results")
    assert results[0].status != PASSED or exit_file.strip(b"\t\n\v\f\r \x1c\x1d\x1e\x1f0") == b""
    milestone_summary.markdown(results, 1)
