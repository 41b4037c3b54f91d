// Which sounds match a filter: exact for loaded sounds, estimated from the overview for others.
import { fileName, json } from "../shared/fetch";
import { words } from "../shared/search";
import { fold } from "../shared/texts";
import type { Filter } from "./address";
import type { Members } from "./members";
import type { Community, Overview } from "./overview";

/** Matching sounds per community for a user, a pack or a tag; missing communities have none. */
export type CommunityCounts = Map<number, number>;

/** Make a test for the rows of a community. */
export function matcher(filter: Filter, members: Members): (row: number) => boolean {
  const { family, user, pack, tag, min, max } = filter;
  const families = new Set(family);
  const tagged = tag ? indexOfName(members.file.tags.names, tag) : -1;
  const named = user ? indexOfName(members.file.user.names, user) : -1;
  const foldedPack = pack ? fold(pack) : "";
  const packs = members.file.pack.names.map((name) => name === pack || fold(name) === foldedPack);
  return (row) =>
    (!families.size || families.has(members.family(row))) &&
    (!user || members.file.user.of[row] === named) &&
    (!pack || (packs[members.file.pack.of[row] ?? -1] ?? false)) &&
    (!tag || members.hasTag(row, tagged)) &&
    (min === null || members.seconds(row) >= min) &&
    (max === null || (members.seconds(row) >= 0 && members.seconds(row) <= max));
}

/** An upper bound of the matching sounds in a community, from its counts. */
export function estimate(
  filter: Filter,
  community: Community,
  overview: Overview,
  counts: CommunityCounts | null,
): number {
  const { family, min, max } = filter;
  let most = counts ? (counts.get(community.id) ?? 0) : community.size;
  if (family.length) {
    const counts = overview.families.map((name, index) =>
      family.includes(name) ? (community.families[index] ?? 0) : 0,
    );
    most = Math.min(most, total(counts));
  }
  if (min !== null || max !== null) {
    const bounds = [0, ...overview.seconds, Number.POSITIVE_INFINITY];
    const counts = community.seconds.filter(
      (_, index) =>
        (bounds[index + 1] ?? 0) >= (min ?? 0) && (bounds[index] ?? 0) <= (max ?? Infinity),
    );
    most = Math.min(most, total(counts));
  }
  return most;
}

/** Count the sounds of the filter's user, pack and tag per community; null if it has none of these.
 *
 * Rejects when the files cannot be read. */
export async function countMatches(
  filter: Filter,
  prefix: number,
): Promise<CommunityCounts | null> {
  const named = (["user", "pack", "tag"] as const).filter((kind) => filter[kind]);
  const countsByName = await Promise.all(
    named.map((kind) => readCounts(kind, filter[kind], prefix)),
  );
  const [first, ...rest] = countsByName;
  if (!first) return null;
  const both = new Map(first);
  for (const [id, count] of first) {
    const least = Math.min(count, ...rest.map((other) => other.get(id) ?? 0));
    if (least) both.set(id, least);
    else both.delete(id);
  }
  return both;
}

async function readCounts(kind: string, name: string, prefix: number): Promise<CommunityCounts> {
  const first = words(name)[0];
  const bucket = first ? fileName(Array.from(first).slice(0, prefix).join("")) : "_";
  const buckets = await json<Record<string, string[]>>("map/where/index.json");
  if (!buckets?.[kind]?.includes(bucket)) return new Map();
  const file = await json<Record<string, [number, number][]>>(`map/where/${kind}-${bucket}.json`);
  const entries = Object.entries(file ?? {});
  const names = entries.map(([key]) => key);
  return new Map(entries[indexOfName(names, name)]?.[1] ?? []);
}

/** The index of a name: an exact match, else the first that differs only in case or accents. */
function indexOfName(names: string[], name: string): number {
  const exact = names.indexOf(name);
  const folded = fold(name);
  return exact >= 0 ? exact : names.findIndex((other) => fold(other) === folded);
}

function total(counts: number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
