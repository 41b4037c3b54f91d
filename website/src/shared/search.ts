// Full-text search in names, tags and authors, using small index files instead of a server.
import { fileName, json } from "./fetch";
import { fold } from "./texts";

export interface FoundSound {
  id: number;
  /** -1 if it is not on the map. */
  community: number;
  name: string;
  author: string;
}

export interface Found {
  /** The most downloaded first. */
  sounds: FoundSound[];
  /** Whether there are more than the index lists. */
  more: boolean;
}

type Row = [id: number, community: number, name: string, author: string];

interface Index {
  /** Number of letters in a bucket's name. */
  prefix: number;
  buckets: string[];
}

interface Bucket {
  words: Record<string, [total: number, ...rest: [number[]]]>;
  sounds: Row[];
}

interface Hits {
  /** The rank of each sound, by id; 0 is the most downloaded. */
  places: Map<number, number>;
  rows: Map<number, Row>;
  cut: boolean;
}

const LONGEST = 40;

/** Split a text into words like the index, built by website/frame/buckets.py.
 *
 * A single character counts only in scripts without case: a Chinese one can be a word. */
export function words(text: string): string[] {
  const parts = fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => Array.from(word).length > 1 || /^\p{Lo}$/u.test(word))
    .map((word) => Array.from(word).slice(0, LONGEST).join(""));
  return [...new Set(parts)];
}

/** Find the sounds that have all words of a query; its last word may be a prefix.
 *
 * Rejects if the index cannot be read (from file://, or offline). */
export async function search(query: string): Promise<Found> {
  const queryWords = words(query);
  const about = queryWords.length ? await json<Index>("search/index.json") : null;
  if (!about) return { sounds: [], more: false };
  const last = queryWords.length - 1;
  const hits = await Promise.all(
    queryWords.map((word, index) => find(word, index === last, about)),
  );
  return together(queryWords, hits);
}

async function find(word: string, last: boolean, { prefix, buckets }: Index): Promise<Hits> {
  const letters = Array.from(word);
  const name = fileName(letters.slice(0, prefix).join(""));
  const bucket = buckets.includes(name) ? await json<Bucket>(`search/${name}.json`) : null;
  const hits: Hits = { places: new Map(), rows: new Map(), cut: false };
  if (!bucket) return hits;
  // A prefix shorter than a bucket's name would match words in many buckets.
  const matches = last && letters.length >= prefix;
  for (const [key, entry] of Object.entries(bucket.words)) {
    if (key === word || (matches && key.startsWith(word))) add(hits, bucket, entry, key !== word);
  }
  return hits;
}

function add(hits: Hits, bucket: Bucket, entry: Bucket["words"][string], longer: boolean): void {
  const [total, places] = entry;
  if (total > places.length) hits.cut = true;
  places.forEach((index, place) => {
    const row = bucket.sounds[index];
    if (!row) return;
    const rank = longer ? place + 0.5 : place; // exact matches before prefix matches of the same rank
    hits.places.set(row[0], Math.min(rank, hits.places.get(row[0]) ?? rank));
    hits.rows.set(row[0], row);
  });
}

function together(queryWords: string[], hits: Hits[]): Found {
  const rarest = hits.reduce((least, hit) => (hit.places.size < least.places.size ? hit : least));
  const ranked: { row: Row; rank: number }[] = [];
  for (const row of rarest.rows.values()) {
    const ranks = hits.map(
      (hit, index) => hit.places.get(row[0]) ?? unlisted(hit, queryWords[index], row),
    );
    const rank = ranks.reduce((sum, place) => sum + place, 0);
    if (rank < Number.POSITIVE_INFINITY) ranked.push({ row, rank });
  }
  ranked.sort((a, b) => a.rank - b.rank || a.row[0] - b.row[0]);
  const sounds = ranked.map(({ row: [id, community, name, author] }) => {
    return { id, community, name, author };
  });
  return { sounds, more: hits.some((hit) => hit.cut) };
}

/** The rank of a sound that has the word but is missing from the word's truncated list. */
function unlisted(hits: Hits, word = "", [, , name, author]: Row): number {
  const has = hits.cut && words(`${name} ${author}`).some((text) => text.startsWith(word));
  return has ? hits.places.size : Number.POSITIVE_INFINITY;
}
