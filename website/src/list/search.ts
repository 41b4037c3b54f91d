// The search on the list. Results replace the page's own rows; the query is in the URL, so "back"
// works and links can be shared.
import { type Found, search } from "../shared/search";
import { fold } from "../shared/texts";
import { t } from "../shared/words";
import { type Result, result } from "./results";
import { say } from "./message";
import { onSort, restoreMarks, sort, unmark } from "./sort";
import { body, table } from "./table";

const MOST = 50; // results shown
const PAUSE = 250; // milliseconds after the last keystroke

const input = document.getElementById("seek") as HTMLInputElement | null;
const pager = document.querySelector<HTMLElement>(".pager");
const ownRows = [...(body?.rows ?? [])];
const ownCaption = table?.caption?.textContent ?? "";
const fills = new WeakMap<Element, () => void>();
const screen = new IntersectionObserver(appear, { rootMargin: "300px" });

let results: Result[] | null = null;
let latest = 0;
let timer = 0;

/** Set up the search box, if the page has one. */
export function startSearch(): void {
  if (!input) return;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => go(input.value), PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    input.value = "";
    go("");
  });
  input.form?.addEventListener("submit", (event) => {
    event.preventDefault();
    go(input.value);
  });
  for (const event of ["popstate", "hashchange"]) window.addEventListener(event, followAddress);
  onSort(sortResults);
  followAddress();
}

function go(query: string): void {
  clearTimeout(timer);
  const trimmed = query.trim();
  const present = fromAddress();
  if (trimmed === present) return;
  const address = trimmed ? `#q=${encodeURIComponent(trimmed)}` : location.pathname;
  // One history entry per search, not per keystroke.
  if (trimmed && present) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  show(trimmed);
}

/** Show the search in the URL. */
function followAddress(): void {
  const query = fromAddress();
  if (!input || (query === "" && results === null && latest === 0)) return;
  if (input.value.trim() !== query) input.value = query;
  show(query);
}

function fromAddress(): string {
  return new URLSearchParams(location.hash.slice(1)).get("q")?.trim() ?? "";
}

async function show(query: string): Promise<void> {
  latest += 1;
  const mine = latest;
  if (!query) {
    showOwn(ownRows, ownCaption);
    say(t("list.back"));
    return;
  }
  say(t("list.searching"));
  // Pages opened from disk cannot read other files, so only this page's rows can be searched.
  const hits = location.protocol === "file:" ? null : await search(query).catch(() => null);
  if (mine !== latest) return; // a newer search has started
  if (hits) showFound(query, hits);
  else filter(query);
}

function showFound(query: string, { sounds, more }: Found): void {
  const visible = sounds.slice(0, MOST);
  screen.disconnect();
  results = visible.map((sound) => result(sound, watch));
  unmark();
  put(
    results.map((entry) => entry.row),
    t("list.results", { query }),
  );
  const key = more || sounds.length > MOST ? "list.found-first" : "list.found";
  say(t(visible.length ? key : "list.found-none", { query, count: visible.length }));
}

function filter(query: string): void {
  const words = fold(query).split(/\s+/u);
  const fits = ownRows.filter((row) => {
    const text = fold(row.textContent ?? "");
    return words.every((word) => text.includes(word));
  });
  showOwn(fits, t("list.results", { query }));
  say(t("list.found-here", { query, count: fits.length }));
}

function showOwn(rows: HTMLTableRowElement[], caption: string): void {
  results = null;
  restoreMarks();
  put(rows, caption);
  if (pager) pager.hidden = rows !== ownRows;
}

function put(rows: HTMLTableRowElement[], caption: string): void {
  body?.replaceChildren(...rows);
  if (table?.caption) table.caption.textContent = caption;
  if (pager) pager.hidden = true;
}

function sortResults(column: string, title: string): boolean {
  if (!results) return false;
  const sorted = results;
  for (const entry of sorted) fills.get(entry.row)?.();
  Promise.all(sorted.map((entry) => entry.filled)).then(() => {
    if (sorted !== results) return;
    if (sorted.some((entry) => entry.hasFailed)) {
      say(t("list.not-sorted"));
      return;
    }
    results = sort(sorted, column);
    body?.replaceChildren(...results.map((entry) => entry.row));
    say(t("list.sorted", { order: title }));
  });
  return true;
}

function watch(row: Element, fill: () => void): void {
  fills.set(row, fill);
  screen.observe(row);
}

function appear(entries: IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    screen.unobserve(target);
    fills.get(target)?.();
    fills.delete(target);
  }
}
