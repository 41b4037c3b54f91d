// The search on the list: its results take the place of the page's own rows, and its words are in
// the address, so that "back" works and a link can be shared.
import { type Found, search } from "../shared/search";
import { fold } from "../shared/texts";
import { t } from "../shared/words";
import { type Result, result } from "./results";
import { say } from "./said";
import { onSort, remark, sort, unmark } from "./sort";
import { body, table } from "./table";

const MOST = 50; // results that are shown
const PAUSE = 250; // milliseconds without a key before the search begins

const input = document.getElementById("seek") as HTMLInputElement | null;
const pager = document.querySelector<HTMLElement>(".pager");
const ownRows = [...(body?.rows ?? [])];
const ownCaption = table?.caption?.textContent ?? "";
const fills = new WeakMap<Element, () => void>();
const screen = new IntersectionObserver(appear, { rootMargin: "300px" });

let results: Result[] | null = null;
let latest = 0;
let timer = 0;

/** Make the search box work; does nothing on a page without one. */
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
  for (const event of ["popstate", "hashchange"]) window.addEventListener(event, follow);
  onSort(sortResults);
  follow();
}

function go(query: string): void {
  clearTimeout(timer);
  const wanted = query.trim();
  const present = fromAddress();
  if (wanted === present) return;
  const address = wanted ? `#q=${encodeURIComponent(wanted)}` : location.pathname;
  // Each search is one step back, not each of its letters.
  if (wanted && present) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  show(wanted);
}

/** Show what the address says; the same address twice is one search. */
function follow(): void {
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
  // Files may not read one another, so from a folder there are only the page's own rows.
  const found = location.protocol === "file:" ? null : await search(query).catch(() => null);
  if (mine !== latest) return; // another search began meanwhile
  if (found) showFound(query, found);
  else filter(query);
}

function showFound(query: string, { sounds, more }: Found): void {
  const shown = sounds.slice(0, MOST);
  screen.disconnect();
  results = shown.map((one) => result(one, watch));
  unmark();
  put(
    results.map((one) => one.row),
    t("list.results", { query }),
  );
  const key = more || sounds.length > MOST ? "list.found-first" : "list.found";
  say(t(shown.length ? key : "list.found-none", { query, count: shown.length }));
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
  remark();
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
  for (const one of sorted) fills.get(one.row)?.();
  Promise.all(sorted.map((one) => one.filled)).then(() => {
    if (sorted !== results) return;
    results = sort(sorted, column);
    body?.replaceChildren(...results.map((one) => one.row));
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
