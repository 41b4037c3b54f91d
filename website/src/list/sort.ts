// The heads of the columns: while results are shown, they sort these and do not lead elsewhere.
import { fold } from "../shared/texts";
import type { Result } from "./results";
import { table } from "./table";

type Direction = "ascending" | "descending";

const links = [...(table?.tHead?.querySelectorAll<HTMLAnchorElement>("a[data-sort]") ?? [])];
const own = links.map((link) => head(link)?.getAttribute("aria-sort") ?? null);

const keys: Record<string, (one: Result) => string | number> = {
  name: (one) => fold(one.details?.name ?? ""),
  length: (one) => one.details?.duration ?? -1,
  uploaded: (one) => one.details?.created ?? "",
  downloads: (one) => one.details?.num_downloads ?? -1,
  links: (one) => (one.details as { connections?: number } | null)?.connections ?? -1,
};

/** Call back with the column whose head was clicked; the callback says whether it took it. */
export function onSort(take: (column: string, title: string) => boolean): void {
  for (const link of links) {
    link.addEventListener("click", (event) => {
      if (take(link.dataset.sort ?? "", link.textContent ?? "")) event.preventDefault();
    });
  }
}

/** Sort results by a column, the other way round when they are sorted by it; mark its head. */
export function sort(results: Result[], column: string): Result[] {
  const link = links.find((one) => one.dataset.sort === column);
  const before = link && head(link)?.getAttribute("aria-sort");
  const first: Direction = column === "name" ? "ascending" : "descending";
  const other: Direction = column === "name" ? "descending" : "ascending";
  const direction = before === first ? other : first;
  unmark();
  if (link) head(link)?.setAttribute("aria-sort", direction);
  const key = keys[column] ?? (() => 0);
  const sign = direction === "ascending" ? 1 : -1;
  const order = new Map(results.map((one) => [one, key(one)]));
  return [...results].sort((a, b) => sign * compare(order.get(a), order.get(b)));
}

/** Take the marks off the heads: results come in an order of their own. */
export function unmark(): void {
  for (const link of links) head(link)?.removeAttribute("aria-sort");
}

/** Mark the heads as they were when the page came. */
export function remark(): void {
  links.forEach((link, at) => {
    const value = own[at];
    if (value) head(link)?.setAttribute("aria-sort", value);
    else head(link)?.removeAttribute("aria-sort");
  });
}

function head(link: Element): Element | null {
  return link.closest("th");
}

function compare(one: string | number = 0, other: string | number = 0): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
