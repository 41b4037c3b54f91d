// Search in the sounds' names, tags and authors: a few small files, no server.
import { fileName, json } from "./fetch";
import { fold } from "./texts";

export interface FoundSound {
  id: number;
  /** -1 when it is not on the map. */
  community: number;
  name: string;
  author: string;
}

export interface Found {
  /** The best first: those downloaded most. */
  sounds: FoundSound[];
  /** There are more than the files tell. */
  more: boolean;
}

type Row = [id: number, community: number, name: string, author: string];

interface Index {
  /** How many letters the name of a bucket has. */
  prefix: number;
  buckets: string[];
}

interface Bucket {
  words: Record<string, [total: number, ...rest: [number[]]]>;
  sounds: Row[];
}

interface Hits {
  /** The sounds by id, with their place among the word's; 0 is downloaded most. */
  places: Map<number, number>;
  rows: Map<number, Row>;
  cut: boolean;
}

const LONGEST = 40;

/** Return the words of a text as the index has them: see buckets.py, which makes it.
 *
 * A single character counts only where letters have no case: a Chinese one can be a word. */
export function words(text: string): string[] {
  const parts = fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => Array.from(word).length > 1 || /^\p{Lo}$/u.test(word))
    .map((word) => Array.from(word).slice(0, LONGEST).join(""));
  return [...new Set(parts)];
}

/** Find the sounds that have all words of a query; its last word may be the beginning of one.
 *
 * Rejects when the index cannot be read (from file://, or without a network). */
export async function search(query: string): Promise<Found> {
  const wanted = words(query);
  const about = wanted.length ? await json<Index>("search/index.json") : null;
  if (!about) return { sounds: [], more: false };
  const last = wanted.length - 1;
  const hits = await Promise.all(wanted.map((word, at) => find(word, at === last, about)));
  return together(wanted, hits);
}

async function find(word: string, last: boolean, { prefix, buckets }: Index): Promise<Hits> {
  const letters = Array.from(word);
  const name = fileName(letters.slice(0, prefix).join(""));
  const bucket = buckets.includes(name) ? await json<Bucket>(`search/${name}.json`) : null;
  const found: Hits = { places: new Map(), rows: new Map(), cut: false };
  if (!bucket) return found;
  // Words that begin with fewer letters than a bucket's name lie in many buckets.
  const matches = last && letters.length >= prefix;
  for (const [key, entry] of Object.entries(bucket.words)) {
    if (key === word || (matches && key.startsWith(word))) add(found, bucket, entry, key !== word);
  }
  return found;
}

function add(found: Hits, bucket: Bucket, entry: Bucket["words"][string], longer: boolean): void {
  const [total, places] = entry;
  if (total > places.length) found.cut = true;
  places.forEach((index, place) => {
    const row = bucket.sounds[index];
    if (!row) return;
    const rank = longer ? place + 0.5 : place; // the word itself before a longer one at its place
    found.places.set(row[0], Math.min(rank, found.places.get(row[0]) ?? rank));
    found.rows.set(row[0], row);
  });
}

function together(wanted: string[], hits: Hits[]): Found {
  const all = hits.reduce((least, one) => (one.places.size < least.places.size ? one : least));
  const found: { row: Row; rank: number }[] = [];
  for (const row of all.rows.values()) {
    const ranks = hits.map((one, at) => one.places.get(row[0]) ?? unlisted(one, wanted[at], row));
    const rank = ranks.reduce((sum, each) => sum + each, 0);
    if (rank < Number.POSITIVE_INFINITY) found.push({ row, rank });
  }
  found.sort((one, other) => one.rank - other.rank || one.row[0] - other.row[0]);
  const sounds = found.map(({ row: [id, community, name, author] }) => {
    return { id, community, name, author };
  });
  return { sounds, more: hits.some((one) => one.cut) };
}

/** Return a place for a sound that has the word, though the word's cut list does not name it. */
function unlisted(hits: Hits, word = "", [, , name, author]: Row): number {
  const has = hits.cut && words(`${name} ${author}`).some((each) => each.startsWith(word));
  return has ? hits.places.size : Number.POSITIVE_INFINITY;
}
