// Search results as table rows that look like the page's own.
import { license } from "../shared/credit";
import { type Details, sound } from "../shared/details";
import { bdi, el } from "../shared/dom";
import type { FoundSound } from "../shared/search";
import { duration, oneLine, wellFormed } from "../shared/texts";
import { enhance, playButton, table } from "./table";

export interface Result {
  id: number;
  row: HTMLTableRowElement;
  details: Details | null;
  hasFailed: boolean;
  /** Settles when the row is complete. */
  filled: Promise<void>;
}

const TAGS = 3; // shown per sound
const COLUMNS = 10;
const NOTHING = "–";

/** Make a row from the search index; the rest is loaded when the row scrolls into view. */
export function result(hit: FoundSound, watch: (row: Element, fill: () => void) => void): Result {
  const row = el("tr");
  const entry: Result = {
    id: hit.id,
    row,
    details: null,
    hasFailed: false,
    filled: Promise.resolve(),
  };
  const page = `https://freesound.org/s/${hit.id}/`;
  row.append(head(hit.id, hit.name, page), el("td", {}, bdi(oneLine(hit.author, "?"))));
  while (row.cells.length < COLUMNS) row.append(el("td"));
  let fill: () => void = () => {};
  entry.filled = new Promise<void>((resolve) => {
    fill = () =>
      sound(hit.id)
        .then(
          (details) => complete(entry, details),
          () => {
            entry.hasFailed = true;
          },
        )
        .then(resolve);
  });
  watch(row, fill);
  return entry;
}

function complete(entry: Result, details: Details | null): void {
  if (!details) return;
  entry.details = details;
  const hadFocus = entry.row.contains(document.activeElement);
  entry.row.replaceChildren(...cells(details));
  enhance(entry.row);
  if (hadFocus) entry.row.querySelector("a")?.focus();
}

function cells(details: Details): HTMLTableCellElement[] {
  const person = `https://freesound.org/people/${encodeURIComponent(wellFormed(details.username))}`;
  const name = oneLine(details.name, `#${details.id}`);
  const author = bdi(oneLine(details.username, "?"));
  const { name: licenseName, deed } = license(details.license);
  const named = deed
    ? el("a", { rel: "license", href: deed }, licenseName)
    : bdi(oneLine(licenseName, NOTHING));
  const pages = table?.dataset.pages ?? "";
  const number = { class: "n" };
  const isHeard = details.previews.mp3 ?? details.previews.ogg;
  const map = `../map.html#sound=${details.id}`;
  return [
    head(details.id, details.name, `${person}/sounds/${details.id}/`),
    el(
      "td",
      {},
      details.pages.user ? el("a", { href: pages + details.pages.user }, author) : author,
    ),
    el("td", {}, named),
    el("td", number, duration(details.duration)),
    el("td", {}, el("time", {}, details.created.slice(0, 10))),
    el("td", number, grouped(details.num_downloads)),
    el("td", number, connections(details)),
    el("td", {}, ...tags(details.tags)),
    el("td", {}, isHeard ? playButton(name, details.previews) : NOTHING),
    el("td", {}, el("a", { href: map, "aria-labelledby": `map s${details.id}` })),
  ];
}

function head(id: number, name: string, href: string): HTMLTableCellElement {
  const link = el("a", { id: `s${id}`, href }, bdi(oneLine(name, `#${id}`)));
  return el("th", { scope: "row" }, link);
}

function tags(all: string[]): (Node | string)[] {
  const some = all.slice(0, TAGS).flatMap((tag) => [bdi(oneLine(tag, NOTHING)), " "]);
  return all.length > TAGS ? [...some, el("small", {}, `+${all.length - TAGS}`)] : some;
}

function connections(details: Details): string {
  const count = (details as { connections?: unknown }).connections;
  return typeof count === "number" ? grouped(count) : NOTHING;
}

/** Format a number like the rows do in all languages: 1234, 12 345. */
function grouped(value: number): string {
  return value < 10_000 ? String(value) : value.toLocaleString("en").replaceAll(",", "\u202f");
}
