// What a search found, as rows like those the page came with.
import { license } from "../shared/credit";
import { type Details, sound } from "../shared/details";
import { bdi, el } from "../shared/dom";
import type { FoundSound } from "../shared/search";
import { duration, foreign, wellFormed } from "../shared/texts";
import { enhance, playButton, table } from "./table";

export interface Result {
  id: number;
  row: HTMLTableRowElement;
  details: Details | null;
  /** Settled when the row says all that is known. */
  filled: Promise<void>;
}

const TAGS = 3; // shown of a sound's tags
const COLUMNS = 10;
const NOTHING = "–";

/** Return a row with what the search index knows; the rest comes when it is on the screen. */
export function result(found: FoundSound, watch: (row: Element, fill: () => void) => void): Result {
  const row = el("tr");
  const made: Result = { id: found.id, row, details: null, filled: Promise.resolve() };
  const page = `https://freesound.org/s/${found.id}/`;
  row.append(head(found.id, found.name, page), el("td", {}, bdi(foreign(found.author, "?"))));
  while (row.cells.length < COLUMNS) row.append(el("td"));
  let fill: () => void = () => {};
  made.filled = new Promise<void>((resolve) => {
    fill = () =>
      sound(found.id)
        .then(
          (details) => complete(made, details),
          () => {},
        )
        .then(resolve);
  });
  watch(row, fill);
  return made;
}

function complete(made: Result, details: Details | null): void {
  if (!details) return;
  made.details = details;
  const hadFocus = made.row.contains(document.activeElement);
  made.row.replaceChildren(...cells(details));
  enhance(made.row);
  if (hadFocus) made.row.querySelector("a")?.focus();
}

function cells(one: Details): HTMLTableCellElement[] {
  const person = `https://freesound.org/people/${encodeURIComponent(wellFormed(one.username))}`;
  const name = foreign(one.name, `#${one.id}`);
  const author = bdi(foreign(one.username, "?"));
  const { name: licence, deed } = license(one.license);
  const named = deed
    ? el("a", { rel: "license", href: deed }, licence)
    : bdi(foreign(licence, NOTHING));
  const pages = table?.dataset.pages ?? "";
  const number = { class: "n" };
  const isHeard = one.previews.mp3 ?? one.previews.ogg;
  const map = `../map.html#sound=${one.id}`;
  return [
    head(one.id, one.name, `${person}/sounds/${one.id}/`),
    el("td", {}, one.pages.user ? el("a", { href: pages + one.pages.user }, author) : author),
    el("td", {}, named),
    el("td", number, duration(one.duration)),
    el("td", {}, el("time", {}, one.created.slice(0, 10))),
    el("td", number, grouped(one.num_downloads)),
    el("td", number, connections(one)),
    el("td", {}, ...tags(one.tags)),
    el("td", {}, isHeard ? playButton(name, one.previews) : NOTHING),
    el("td", {}, el("a", { href: map, "aria-labelledby": `map s${one.id}` })),
  ];
}

function head(id: number, name: string, href: string): HTMLTableCellElement {
  const link = el("a", { id: `s${id}`, href }, bdi(foreign(name, `#${id}`)));
  return el("th", { scope: "row" }, link);
}

function tags(all: string[]): (Node | string)[] {
  const some = all.slice(0, TAGS).flatMap((tag) => [bdi(foreign(tag, NOTHING)), " "]);
  return all.length > TAGS ? [...some, el("small", {}, `+${all.length - TAGS}`)] : some;
}

function connections(one: Details): string {
  const known = (one as { connections?: unknown }).connections;
  return typeof known === "number" ? grouped(known) : NOTHING;
}

/** Return a number as the rows write it in all languages: 1234, 12 345. */
function grouped(value: number): string {
  return value < 10_000 ? String(value) : value.toLocaleString("en").replaceAll(",", "\u202f");
}
