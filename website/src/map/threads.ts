// The threads between sounds: of one author, of one pack, or alike.
import type { Similar } from "../shared/details";
import type { Kind } from "./address";
import type { Members } from "./members";

export interface Thread {
  /** Nodes: a sound's number, or "c" and a community's. */
  from: string;
  to: string;
  kind: Kind;
  /** Of the selected sound. */
  strong: boolean;
}

export const FULL = 12; // a group up to this size is joined in full,
const NEXT = 3; // in a larger one each sound with its next few in the order of upload
export const MOST_SOUNDS = 4000; // with more in view, only the selected sound's threads are drawn
const MOST = 9000;

/** Return the threads among these communities' sounds that match, of each kind that is on. */
export function threads(
  shown: Members[],
  kinds: Kind[],
  matches: (members: Members) => (row: number) => boolean,
): Thread[] {
  const found: Thread[] = [];
  const sounds = new Map(shown.map((each) => [each, matching(each, matches(each))]));
  if (kinds.includes("similar")) {
    const all = new Set([...sounds.values()].flat().map((one) => String(one.id)));
    for (const each of shown) found.push(...alike(each, all));
  }
  const packs = kinds.includes("pack");
  if (packs) join(found, groups(sounds, packOf), "pack");
  if (kinds.includes("user")) join(found, groups(sounds, userOf), "user", packs);
  return found.slice(0, MOST);
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
  const found = new Map<K, Sound[]>();
  for (const [members, sounds] of all) {
    for (const sound of sounds) {
      const group = key(members, sound.row);
      if (group === null) continue;
      const there = found.get(group);
      if (there) there.push(sound);
      else found.set(group, [sound]);
    }
  }
  return found.values();
}

/** Join each group; `packed` sounds of one pack are joined already. */
function join(found: Thread[], all: Iterable<Sound[]>, kind: Kind, packed = false): void {
  for (const group of all) {
    group.sort((one, other) => one.id - other.id);
    const reach = group.length <= FULL ? FULL : NEXT;
    group.forEach((one, at) => {
      for (const other of group.slice(at + 1, at + 1 + reach)) {
        if (packed && one.pack >= 0 && one.pack === other.pack) continue;
        found.push({ from: String(one.id), to: String(other.id), kind, strong: false });
      }
    });
  }
}

function alike(members: Members, all: Set<string>): Thread[] {
  const { similar, outside } = members.file;
  const inside = similar.map(([one, other]) => [members.id(one), members.id(other)]);
  const across = outside
    .map(([row, , id]) => [members.id(row), id] as const)
    .filter(([one, other]) => one < other); // the other one's community has it too
  return [...inside, ...across].flatMap((pair) => {
    const [from = "", to = ""] = pair.map(String);
    return all.has(from) && all.has(to) ? { from, to, kind: "similar", strong: false } : [];
  });
}

/** Return the threads of one sound; one that is alike but not loaded is stood for by its community. */
export function threadsOf(
  id: number,
  around: { pack: { id: number }[]; user: { id: number }[]; similar: Similar[] },
  outside: Map<number, number>,
  loaded: (id: number) => boolean,
  kinds: Kind[],
): Thread[] {
  const found: Thread[] = [];
  const add = (kind: Kind, to: string) => found.push({ from: String(id), to, kind, strong: true });
  for (const kind of kinds) {
    for (const other of around[kind]) {
      const community = outside.get(other.id);
      if (loaded(other.id)) add(kind, String(other.id));
      else if (community !== undefined) add(kind, `c${community}`);
    }
  }
  return found;
}
