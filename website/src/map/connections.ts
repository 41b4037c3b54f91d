// Connections between sounds: same author, same pack, or similar.
import type { Similar } from "../shared/details";
import type { Kind } from "./address";
import type { Members } from "./members";

export interface Connection {
  /** Node keys: a sound's id, or "c" followed by a community's id. */
  from: string;
  to: string;
  kind: Kind;
  /** Belongs to the selected sound. */
  strong: boolean;
}

export const FULL = 12; // groups up to this size are fully connected;
const NEXT = 3; // in larger ones each sound is connected with the next few by id
export const MOST_SOUNDS = 4000; // in view; above this only the selected sound's are drawn
const MOST = 9000;

/** The connections of the enabled kinds among the matching sounds of these communities. */
export function connections(
  communities: Members[],
  kinds: Kind[],
  matches: (members: Members) => (row: number) => boolean,
): Connection[] {
  const result: Connection[] = [];
  const sounds = new Map(
    communities.map((members) => [members, matching(members, matches(members))]),
  );
  if (kinds.includes("similar")) {
    const all = new Set([...sounds.values()].flat().map((sound) => String(sound.id)));
    for (const members of communities) result.push(...alike(members, all));
  }
  const packs = kinds.includes("pack");
  if (packs) join(result, groups(sounds, packOf), "pack");
  if (kinds.includes("user")) join(result, groups(sounds, userOf), "user", packs);
  return result.slice(0, MOST);
}

interface Sound {
  id: number;
  row: number;
  pack: number;
}

function matching(members: Members, test: (row: number) => boolean): Sound[] {
  return members.ids.flatMap((id, row) =>
    test(row) ? { id, row, pack: members.packId(row) } : [],
  );
}

function packOf(members: Members, row: number): number | null {
  const pack = members.packId(row);
  return pack < 0 ? null : pack;
}

function userOf(members: Members, row: number): string | null {
  return members.user(row) || null;
}

function groups<K>(
  all: Map<Members, Sound[]>,
  key: (members: Members, row: number) => K | null,
): Iterable<Sound[]> {
  const grouped = new Map<K, Sound[]>();
  for (const [members, sounds] of all) {
    for (const sound of sounds) {
      const group = key(members, sound.row);
      if (group === null) continue;
      const siblings = grouped.get(group);
      if (siblings) siblings.push(sound);
      else grouped.set(group, [sound]);
    }
  }
  return grouped.values();
}

/** Connect the sounds of each group; with `packed`, skip pairs in the same pack. */
function join(result: Connection[], all: Iterable<Sound[]>, kind: Kind, packed = false): void {
  for (const group of all) {
    group.sort((sound, other) => sound.id - other.id);
    const reach = group.length <= FULL ? FULL : NEXT;
    group.forEach((sound, index) => {
      for (const other of group.slice(index + 1, index + 1 + reach)) {
        if (packed && sound.pack >= 0 && sound.pack === other.pack) continue;
        result.push({ from: String(sound.id), to: String(other.id), kind, strong: false });
      }
    });
  }
}

function alike(members: Members, all: Set<string>): Connection[] {
  const { similar, outside } = members.file;
  const inside = similar.map(([a, b]) => [members.id(a), members.id(b)]);
  const across = outside
    .map(([row, , id]) => [members.id(row), id] as const)
    .filter(([a, b]) => a < b); // the other community lists the pair as well
  return [...inside, ...across].flatMap((pair) => {
    const [from = "", to = ""] = pair.map(String);
    return all.has(from) && all.has(to) ? { from, to, kind: "similar", strong: false } : [];
  });
}

/** The connections of a sound. A similar sound that is not loaded is represented by its community. */
export function connectionsOf(
  id: number,
  around: { pack: { id: number }[]; user: { id: number }[]; similar: Similar[] },
  outside: Map<number, number>,
  loaded: (id: number) => boolean,
  kinds: Kind[],
): Connection[] {
  const result: Connection[] = [];
  const add = (kind: Kind, to: string) => result.push({ from: String(id), to, kind, strong: true });
  for (const kind of kinds) {
    for (const other of around[kind]) {
      const community = outside.get(other.id);
      if (loaded(other.id)) add(kind, String(other.id));
      else if (community !== undefined) add(kind, `c${community}`);
    }
  }
  return result;
}
