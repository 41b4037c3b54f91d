"""All checks by name, in the order of the report, and their levels."""

from collections.abc import Callable, Iterator, Mapping

from soundweave.base.errors import ConfigError
from soundweave.validation import (
    edges,
    metrics,
    milestones,
    positions,
    records,
    repeats,
    storage,
    texts,
)
from soundweave.validation.finding import Finding
from soundweave.validation.subject import Subject

Check = Callable[[Subject], Iterator[Finding]]

# The checks of a group share what they read; groups run side by side.
GROUPS: tuple[tuple[Check, ...], ...] = (
    (
        storage.integrity,
        storage.schema,
        storage.indexes,
        storage.damaged_histories,
        storage.torn_histories,
    ),
    (
        records.foreign_keys,
        records.required_fields,
        records.ranges,
        records.known_licenses,
        records.known_preferences,
        records.dates,
        records.date_order,
        records.future_dates,
        records.tags,
        records.missing_edges,
    ),
    (
        texts.encodings,
        texts.preview_urls,
    ),
    (
        repeats.duplicates,
        repeats.unique_users,
        repeats.pack_owners,
    ),
    (
        edges.edge_ends,
        edges.removed_edges,
        edges.membership,
        edges.hub_sizes,
        edges.similarity_loops,
        edges.similarity_ends,
        edges.similarity_scores,
        edges.similarity_symmetry,
        edges.similarity_answers,
    ),
    (
        positions.positions,
        positions.coordinates,
        positions.community_sizes,
    ),
    (
        metrics.metrics_lines,
        metrics.counts_against_metrics,
        metrics.sudden_shrink,
        metrics.growth_within_quota,
        metrics.missing_nights,
        metrics.night_order,
        metrics.nodes_add_up,
    ),
    (
        milestones.milestone_lines,
        milestones.milestone_order,
        milestones.milestone_repeats,
        milestones.milestone_numbers,
        milestones.milestone_crossings,
    ),
)
CHECKS = {check.__name__: check for group in GROUPS for check in group}


def levels(configured: Mapping[str, str | bool]) -> dict[str, str]:
    """The level of each check: error | warning | off; error if not configured.

    Raises ConfigError for an unknown check.
    """
    unknown = sorted(configured.keys() - CHECKS.keys())
    if unknown:
        raise ConfigError(
            f"validation.levels: unknown check {', '.join(unknown)}; the checks are"
            f" {', '.join(CHECKS)}"
        )
    # YAML reads a bare `off` as false.
    return {name: str(configured.get(name, "error") or "off") for name in CHECKS}
