// Reads the site's data files and caches the most recently used ones.
import { root } from "./words";

const CACHED = 24;
const read = new Map<string, Promise<unknown>>();

/** Read a data file by its path from the site's root; null if it does not exist.
 *
 * Rejects on network errors and invalid JSON; the next call tries again. */
export function json<T>(path: string): Promise<T | null> {
  const cached = read.get(path) as Promise<T | null> | undefined;
  const answer = cached ?? request<T>(path);
  read.delete(path);
  read.set(path, answer); // now the most recently used
  for (const oldest of read.keys()) {
    if (read.size <= CACHED) break;
    read.delete(oldest);
  }
  answer.catch(() => read.delete(path));
  return answer;
}

/** Read a data file without caching it; null if it does not exist. */
export async function request<T>(path: string): Promise<T | null> {
  const response = await fetch(root + path);
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** Encode letters for a file name: all but a-z and 0-9 become their code point in hex. */
export function fileName(letters: string): string {
  return Array.from(letters, (letter) =>
    /[a-z0-9]/.test(letter) ? letter : `_${letter.codePointAt(0)?.toString(16)}`,
  ).join("");
}
