// The column headers: they sort search results in place instead of opening another page.
import { fold } from "../shared/texts";
import type { Result } from "./results";
import { table } from "./table";

type Direction = "ascending" | "descending";

const links = [...(table?.tHead?.querySelectorAll<HTMLAnchorElement>("a[data-sort]") ?? [])];
const initialMarks = links.map((link) => head(link)?.getAttribute("aria-sort") ?? null);

const keys: Record<string, (entry: Result) => string | number> = {
  name: (entry) => fold(entry.details?.name ?? ""),
  length: (entry) => entry.details?.duration ?? -1,
  uploaded: (entry) => entry.details?.created ?? "",
  downloads: (entry) => entry.details?.num_downloads ?? -1,
  links: (entry) => (entry.details as { connections?: number } | null)?.connections ?? -1,
};

/** Call `take` with the clicked column; it returns whether it handled the click. */
export function onSort(take: (column: string, title: string) => boolean): void {
  for (const link of links) {
    link.addEventListener("click", (event) => {
      if (take(link.dataset.sort ?? "", link.textContent ?? "")) event.preventDefault();
    });
  }
}

/** Sort results by a column, or reverse them if already sorted by it, and mark its header. */
export function sort(results: Result[], column: string): Result[] {
  const link = links.find((header) => header.dataset.sort === column);
  const before = link && head(link)?.getAttribute("aria-sort");
  const first: Direction = column === "name" ? "ascending" : "descending";
  const other: Direction = column === "name" ? "descending" : "ascending";
  const direction = before === first ? other : first;
  unmark();
  if (link) head(link)?.setAttribute("aria-sort", direction);
  const key = keys[column] ?? (() => 0);
  const sign = direction === "ascending" ? 1 : -1;
  const order = new Map(results.map((entry) => [entry, key(entry)]));
  return [...results].sort((a, b) => sign * compare(order.get(a), order.get(b)));
}

/** Remove the sort marks: results are ordered by relevance at first. */
export function unmark(): void {
  for (const link of links) head(link)?.removeAttribute("aria-sort");
}

/** Restore the sort marks that the page was loaded with. */
export function restoreMarks(): void {
  links.forEach((link, index) => {
    const value = initialMarks[index];
    if (value) head(link)?.setAttribute("aria-sort", value);
    else head(link)?.removeAttribute("aria-sort");
  });
}

function head(link: Element): Element | null {
  return link.closest("th");
}

function compare(a: string | number = 0, b: string | number = 0): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
