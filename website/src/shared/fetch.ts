// The site's own data files. What has been read is kept, the newest few of each kind.
import { root } from "./words";

const KEPT = 24;
const read = new Map<string, Promise<unknown>>();

/** Return a data file by its path from the site's root; null when there is none.
 *
 * Rejects when the network fails or the file is no JSON; the next call tries again. */
export function json<T>(path: string): Promise<T | null> {
  const known = read.get(path) as Promise<T | null> | undefined;
  const answer = known ?? request<T>(path);
  read.delete(path);
  read.set(path, answer); // now it is the newest
  for (const oldest of read.keys()) {
    if (read.size <= KEPT) break;
    read.delete(oldest);
  }
  answer.catch(() => read.delete(path));
  return answer;
}

/** Return a data file without keeping it; null when there is none. */
export async function request<T>(path: string): Promise<T | null> {
  const response = await fetch(root + path);
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** Return letters as a part of a file name: what is not a-z or 0-9 becomes its code point in hex. */
export function fileName(letters: string): string {
  return Array.from(letters, (letter) =>
    /[a-z0-9]/.test(letter) ? letter : `_${letter.codePointAt(0)?.toString(16)}`,
  ).join("");
}
