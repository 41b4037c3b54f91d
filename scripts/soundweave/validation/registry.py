"""All checks by name, in the order of the report, and how much each counts."""

from collections.abc import Callable, Iterator, Mapping

from soundweave.errors import ConfigError
from soundweave.validation import history, layout, milestones, network, records, storage
from soundweave.validation.finding import Finding
from soundweave.validation.subject import Subject

Check = Callable[[Subject], Iterator[Finding]]

CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (
        storage.integrity,
        storage.schema,
        storage.indexes,
        storage.foreign_keys,
        storage.damaged_histories,
        storage.torn_histories,
        records.required_fields,
        records.ranges,
        records.preview_urls,
        records.known_licenses,
        records.dates,
        records.date_order,
        records.future_dates,
        records.tags,
        records.encodings,
        records.duplicates,
        records.unique_users,
        records.pack_owners,
        network.edge_ends,
        network.removed_edges,
        network.membership,
        network.missing_edges,
        network.hub_sizes,
        network.similarity_loops,
        network.similarity_ends,
        network.similarity_scores,
        network.similarity_symmetry,
        network.similarity_answers,
        layout.positions,
        layout.coordinates,
        layout.community_sizes,
        history.metrics_lines,
        history.counts_against_metrics,
        history.sudden_shrink,
        history.growth_within_quota,
        history.missing_nights,
        history.night_order,
        history.nodes_add_up,
        milestones.milestone_lines,
        milestones.milestone_order,
        milestones.milestone_repeats,
        milestones.milestone_numbers,
        milestones.milestone_crossings,
    )
}


def levels(configured: Mapping[str, str | bool]) -> dict[str, str]:
    """Return the level of each check: error | warning | off; one not configured is an error.

    Raises ConfigError for a check that there is not.
    """
    unknown = sorted(configured.keys() - CHECKS.keys())
    if unknown:
        raise ConfigError(
            f"validation.levels: there is no check {', '.join(unknown)}; the checks are"
            f" {', '.join(CHECKS)}"
        )
    # YAML reads a bare `off` as false.
    return {name: str(configured.get(name, "error") or "off") for name in CHECKS}
