// Reads the site's data files and caches the most recently used ones.
import { el } from "./dom";
import { root, t } from "./words";

const CACHED = 24;
const read = new Map<string, Promise<unknown>>();
/** Which site this page reads from, and the check of which one is online now. */
let ours: Promise<string> | null = null;
let check: Promise<string> | null = null;

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

/** Read a data file without caching it; null if it does not exist.
 *
 * Rejects if another site than before was put online meanwhile: its files do not fit together
 * with those that were read from the old one. */
export async function request<T>(path: string): Promise<T | null> {
  ours ??= online().catch((error) => {
    ours = null;
    throw error;
  });
  const before = await ours;
  // Not from the browser's cache without asking: it keeps the old site's files for a while.
  const response = await fetch(root + path, { cache: "no-cache" });
  if (!response.ok && response.status !== 404) throw new Error(`${path}: ${response.status}`);
  const answer = response.ok ? await response.json() : null;
  if ((await online()) === before) return answer;
  offerReload();
  throw new Error(`${path}: the site was updated`);
}

/** Ask which site is online; questions of the same moment share an answer. */
function online(): Promise<string> {
  check ??= new Promise((done) => setTimeout(done)).then(async () => {
    check = null;
    const response = await fetch(`${root}made-of.json`, { cache: "no-store" });
    if (!response.ok) throw new Error(`made-of.json: ${response.status}`);
    return response.text();
  });
  return check;
}

function offerReload(): void {
  if (document.querySelector(".updated")) return;
  const again = el("button", { type: "button" }, t("updated.reload"));
  again.addEventListener("click", () => location.reload());
  document.body.prepend(
    el("p", { class: "updated", role: "alert" }, t("updated.notice"), " ", again),
  );
}

/** Encode letters for a file name: all but a-z and 0-9 become their code point in hex. */
export function fileName(letters: string): string {
  return Array.from(letters, (letter) =>
    /[a-z0-9]/.test(letter) ? letter : `_${letter.codePointAt(0)?.toString(16)}`,
  ).join("");
}
