// Which sounds match: exactly where they are loaded, by the overview's counts where they are not.
import { fileName, json } from "../shared/fetch";
import { words } from "../shared/search";
import { fold } from "../shared/texts";
import type { Filter } from "./address";
import type { Members } from "./members";
import type { Community, Overview } from "./overview";

/** How many sounds match in each community, for a user, a pack or a tag; no others have any. */
export type Places = Map<number, number>;

/** Return a test for the rows of a community. */
export function matcher(filter: Filter, members: Members): (row: number) => boolean {
  const { family, user, pack, tag, min, max } = filter;
  const families = new Set(family);
  const tagged = tag ? likely(members.file.tags.names, tag) : -1;
  const named = user ? likely(members.file.user.names, user) : -1;
  const wanted = pack ? fold(pack) : "";
  const packs = members.file.pack.names.map((name) => name === pack || fold(name) === wanted);
  return (row) =>
    (!families.size || families.has(members.family(row))) &&
    (!user || members.file.user.of[row] === named) &&
    (!pack || (packs[members.file.pack.of[row] ?? -1] ?? false)) &&
    (!tag || members.hasTag(row, tagged)) &&
    (min === null || members.seconds(row) >= min) &&
    (max === null || (members.seconds(row) >= 0 && members.seconds(row) <= max));
}

/** Return how many sounds of a community may match, from its counts; the true number is not more. */
export function estimate(
  filter: Filter,
  community: Community,
  overview: Overview,
  places: Places | null,
): number {
  const { family, min, max } = filter;
  let most = places ? (places.get(community.id) ?? 0) : community.size;
  if (family.length) {
    const counts = overview.families.map((name, at) =>
      family.includes(name) ? (community.families[at] ?? 0) : 0,
    );
    most = Math.min(most, total(counts));
  }
  if (min !== null || max !== null) {
    const bounds = [0, ...overview.seconds, Number.POSITIVE_INFINITY];
    const counts = community.seconds.filter(
      (_, at) => (bounds[at + 1] ?? 0) >= (min ?? 0) && (bounds[at] ?? 0) <= (max ?? Infinity),
    );
    most = Math.min(most, total(counts));
  }
  return most;
}

/** Return where sounds of the filter's user, pack and tag are; null when it names none.
 *
 * Rejects when the files cannot be read. */
export async function places(filter: Filter, prefix: number): Promise<Places | null> {
  const named = (["user", "pack", "tag"] as const).filter((kind) => filter[kind]);
  const each = await Promise.all(named.map((kind) => where(kind, filter[kind], prefix)));
  const [first, ...rest] = each;
  if (!first) return null;
  const both = new Map(first);
  for (const [id, count] of first) {
    const least = Math.min(count, ...rest.map((other) => other.get(id) ?? 0));
    if (least) both.set(id, least);
    else both.delete(id);
  }
  return both;
}

async function where(kind: string, name: string, prefix: number): Promise<Places> {
  const first = words(name)[0];
  const bucket = first ? fileName(Array.from(first).slice(0, prefix).join("")) : "_";
  const known = await json<Record<string, string[]>>("map/where/index.json");
  if (!known?.[kind]?.includes(bucket)) return new Map();
  const file = await json<Record<string, [number, number][]>>(`map/where/${kind}-${bucket}.json`);
  const entries = Object.entries(file ?? {});
  const names = entries.map(([key]) => key);
  return new Map(entries[likely(names, name)]?.[1] ?? []);
}

/** Return the place of a name among others: itself, else the first that differs in case or accents. */
function likely(names: string[], name: string): number {
  const exact = names.indexOf(name);
  const folded = fold(name);
  return exact >= 0 ? exact : names.findIndex((each) => fold(each) === folded);
}

function total(counts: number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
