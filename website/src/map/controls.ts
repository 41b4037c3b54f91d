// The forms beside the map: filters, connections, and the list of communities.
import { byId, el } from "../shared/dom";
import { count } from "../shared/words";
import { type Filter, type Kind, KINDS } from "./address";
import type { Members } from "./members";
import type { Community, Overview } from "./overview";

const LISTED = 10; // communities in the list
const OFFERED = 300; // suggestions per field
const FIELDS = ["user", "pack", "tag"] as const;

interface Callbacks {
  filter(filter: Filter): void;
  connections(kinds: Kind[]): void;
  visit(community: Community): void;
  loaded(): Iterable<Members>;
}

export class Controls {
  private readonly form = byId<HTMLFormElement>("filter");
  private readonly kinds = byId("connections").querySelectorAll<HTMLInputElement>("[name=edges]");
  private readonly families = this.form.querySelectorAll<HTMLInputElement>("[name=family]");

  constructor(
    private readonly overview: Overview,
    private readonly callbacks: Callbacks,
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
    for (const box of this.kinds) box.addEventListener("change", () => this.applyKinds());
    for (const field of FIELDS)
      this.field(field).addEventListener("focus", () => this.offer(field));
    this.list();
    this.fold();
  }

  /** Set the forms to a filter and the enabled kinds of connections. */
  set(filter: Filter, kinds: Kind[]): void {
    for (const box of this.families) box.checked = filter.family.includes(box.value);
    for (const field of FIELDS) this.field(field).value = filter[field];
    this.field("min").value = filter.min === null ? "" : String(filter.min);
    this.field("max").value = filter.max === null ? "" : String(filter.max);
    for (const box of this.kinds) box.checked = kinds.includes(box.value as Kind);
  }

  /** Open the filters and scroll to them, if the tools are a column beside the map. */
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
    this.callbacks.filter({
      family: [...this.families].filter((box) => box.checked).map((box) => box.value),
      user: this.field("user").value,
      pack: this.field("pack").value,
      tag: this.field("tag").value,
      min: seconds("min"),
      max: seconds("max"),
    });
  }

  private applyKinds(): void {
    const on = [...this.kinds].filter((box) => box.checked).map((box) => box.value);
    this.callbacks.connections(KINDS.filter((kind) => on.includes(kind)));
  }

  /** Suggest the most common names among the loaded sounds. */
  private offer(field: (typeof FIELDS)[number]): void {
    const often = new Map<string, number>();
    for (const { file } of this.callbacks.loaded()) {
      const { names } = field === "tag" ? file.tags : file[field];
      for (const at of file[field === "tag" ? "tags" : field].of.flat()) {
        const name = names[at];
        if (name) often.set(name, (often.get(name) ?? 0) + 1);
      }
    }
    const names = [...often].sort(([, a], [, b]) => b - a).slice(0, OFFERED);
    const options = names.map(([name]) => el("option", { value: name }));
    byId(`known-${field}`).replaceChildren(...options);
  }

  private list(): void {
    const largest = [...this.overview.communities].sort((a, b) => b.size - a.size);
    const items = largest.slice(0, LISTED).map((community) => {
      const button = el(
        "button",
        { type: "button" },
        el("i", { class: `swatch c${community.color}` }),
        el("bdi", {}, community.label),
        el("span", { class: "n" }, count(community.size)),
      );
      button.addEventListener("click", () => this.callbacks.visit(community));
      return el("li", {}, button);
    });
    byId("legend").replaceChildren(...items);
  }

  /** Keep the short parts open on wide screens. */
  private fold(): void {
    const wide = matchMedia("(min-width: 64rem)");
    const set = () => {
      for (const id of ["communities", "connections"])
        byId<HTMLDetailsElement>(id).open = wide.matches;
    };
    set();
    wide.addEventListener("change", set);
  }
}
