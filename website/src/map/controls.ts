// The forms beside the map: filters, threads, and the list of communities.
import { byId, el } from "../shared/dom";
import { count } from "../shared/words";
import { type Filter, type Kind, KINDS } from "./address";
import type { Members } from "./members";
import type { Community, Overview } from "./overview";

const LISTED = 10; // communities
const OFFERED = 300; // names in a list to choose from
const FIELDS = ["user", "pack", "tag"] as const;

interface Uses {
  filter(filter: Filter): void;
  threads(kinds: Kind[]): void;
  visit(community: Community): void;
  loaded(): Iterable<Members>;
}

export class Controls {
  private readonly form = byId<HTMLFormElement>("filter");
  private readonly kinds = byId("threads").querySelectorAll<HTMLInputElement>("[name=edges]");
  private readonly families = this.form.querySelectorAll<HTMLInputElement>("[name=family]");

  constructor(
    private readonly overview: Overview,
    private readonly uses: Uses,
  ) {
    this.form.addEventListener("change", () => this.apply());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.apply();
    });
    byId("clear").addEventListener("click", () => {
      this.form.reset();
      this.apply();
    });
    for (const box of this.kinds) box.addEventListener("change", () => this.weave());
    for (const field of FIELDS)
      this.field(field).addEventListener("focus", () => this.offer(field));
    this.list();
    this.fold();
  }

  /** Show a filter and the threads that are on, as an address told them. */
  set(filter: Filter, kinds: Kind[]): void {
    for (const box of this.families) box.checked = filter.family.includes(box.value);
    for (const field of FIELDS) this.field(field).value = filter[field];
    this.field("min").value = filter.min === null ? "" : String(filter.min);
    this.field("max").value = filter.max === null ? "" : String(filter.max);
    for (const box of this.kinds) box.checked = kinds.includes(box.value as Kind);
  }

  /** Open the filters where the tools are a column beside the map, and scroll them there. */
  showFilters(): void {
    const tools = byId("tools");
    if (getComputedStyle(tools).overflowY !== "auto") return;
    byId<HTMLDetailsElement>("filters").open = true;
    tools.scrollTop = byId("filters").offsetTop - tools.offsetTop;
  }

  private field(name: string): HTMLInputElement {
    return this.form.elements.namedItem(name) as HTMLInputElement;
  }

  private apply(): void {
    const seconds = (name: string) => {
      const value = this.field(name).valueAsNumber;
      return value >= 0 ? Math.min(Math.round(value * 1000) / 1000, 999_999_999) : null;
    };
    this.uses.filter({
      family: [...this.families].filter((box) => box.checked).map((box) => box.value),
      user: this.field("user").value,
      pack: this.field("pack").value,
      tag: this.field("tag").value,
      min: seconds("min"),
      max: seconds("max"),
    });
  }

  private weave(): void {
    const on = [...this.kinds].filter((box) => box.checked).map((box) => box.value);
    this.uses.threads(KINDS.filter((kind) => on.includes(kind)));
  }

  /** Offer the commonest names among the loaded sounds. */
  private offer(field: (typeof FIELDS)[number]): void {
    const often = new Map<string, number>();
    for (const { file } of this.uses.loaded()) {
      const { names } = field === "tag" ? file.tags : file[field];
      for (const at of file[field === "tag" ? "tags" : field].of.flat()) {
        const name = names[at];
        if (name) often.set(name, (often.get(name) ?? 0) + 1);
      }
    }
    const names = [...often].sort(([, one], [, other]) => other - one).slice(0, OFFERED);
    const options = names.map(([name]) => el("option", { value: name }));
    byId(`known-${field}`).replaceChildren(...options);
  }

  private list(): void {
    const largest = [...this.overview.communities].sort((one, other) => other.size - one.size);
    const items = largest.slice(0, LISTED).map((one) => {
      const button = el(
        "button",
        { type: "button" },
        el("i", { class: `swatch c${one.color}` }),
        el("bdi", {}, one.label),
        el("span", { class: "n" }, count(one.size)),
      );
      button.addEventListener("click", () => this.uses.visit(one));
      return el("li", {}, button);
    });
    byId("legend").replaceChildren(...items);
  }

  /** Where there is room, the short parts are open. */
  private fold(): void {
    const wide = matchMedia("(min-width: 64rem)");
    const set = () => {
      for (const id of ["places", "threads"]) byId<HTMLDetailsElement>(id).open = wide.matches;
    };
    set();
    wide.addEventListener("change", set);
  }
}
