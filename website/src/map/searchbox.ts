// The search field: a combobox with results from the search index.
import { bdi, byId, el } from "../shared/dom";
import { type FoundSound, search, words } from "../shared/search";
import { oneLine } from "../shared/texts";
import { t } from "../shared/words";

const SHOWN = 20;
const PAUSE = 180; // milliseconds after the last keystroke

interface Callbacks {
  choose(sound: FoundSound): void;
  /** The text in the field has changed. */
  typed(query: string): void;
}

export class SearchBox {
  private readonly field = byId<HTMLInputElement>("query");
  private readonly list = byId("found");
  private readonly state = byId("found-count");
  private sounds: FoundSound[] = [];
  private active = -1;
  private turn = 0;
  private timer = 0;

  constructor(private readonly callbacks: Callbacks) {
    this.field.addEventListener("input", () => this.later());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("focus", () => void this.find());
    this.field.addEventListener("blur", () => this.close());
    // Keep the focus in the field while the list is clicked.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.click(event));
    byId("search").addEventListener("submit", (event) => event.preventDefault());
    document.addEventListener("keydown", (event) => this.slash(event));
  }

  set query(text: string) {
    if (this.field.value !== text) this.field.value = text;
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.callbacks.typed(this.field.value);
      void this.find();
    }, PAUSE);
  }

  private async find(): Promise<void> {
    const turn = ++this.turn;
    const query = this.field.value;
    if (!words(query).length) return this.close();
    try {
      const results = await search(query);
      if (turn !== this.turn || document.activeElement !== this.field) return;
      this.show(results.sounds.slice(0, SHOWN));
      const count = results.sounds.length;
      const more = results.more || count > SHOWN;
      const key = more ? "map.found-more" : count ? "map.found" : "map.found-none";
      this.say(t(key, { count: Math.min(count, SHOWN) }), !count);
    } catch {
      if (turn !== this.turn) return;
      this.show([]);
      this.say(t("map.search-failed"), true);
    }
  }

  private say(text: string, visibly: boolean): void {
    this.state.textContent = text;
    this.state.classList.toggle("hidden", !visibly);
  }

  private show(sounds: FoundSound[]): void {
    this.sounds = sounds;
    this.active = -1;
    this.list.replaceChildren(...sounds.map(option));
    this.list.hidden = !sounds.length;
    this.field.setAttribute("aria-expanded", String(sounds.length > 0));
    this.field.removeAttribute("aria-activedescendant");
  }

  private close(): void {
    this.turn += 1; // ignore pending results
    this.show([]);
    this.say("", false);
  }

  private key(event: KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step && this.sounds.length) {
      event.preventDefault();
      this.move(step);
    } else if (event.key === "ArrowDown") {
      void this.find();
    } else if (event.key === "Enter") {
      event.preventDefault();
      void this.enter();
    } else if (event.key === "Escape") {
      if (!this.list.hidden) this.close();
      else this.clear();
    }
  }

  private clear(): void {
    this.field.value = "";
    this.callbacks.typed("");
    this.close();
  }

  /** Choose the active result, or else the first one for the current text. */
  private async enter(): Promise<void> {
    clearTimeout(this.timer);
    if (this.active < 0) await this.find();
    this.choose(Math.max(this.active, 0));
  }

  private move(step: number): void {
    const count = this.sounds.length;
    const from = this.active < 0 && step < 0 ? count : this.active;
    this.active = (from + step + count) % count;
    this.list.querySelectorAll("[role=option]").forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === this.active));
      if (index === this.active) item.scrollIntoView({ block: "nearest" });
    });
    this.field.setAttribute("aria-activedescendant", `found-${this.active}`);
  }

  private click(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (target) this.choose([...this.list.children].indexOf(target));
  }

  private choose(index: number): void {
    const sound = this.sounds[index];
    if (!sound) return;
    this.close();
    this.callbacks.typed(this.field.value);
    this.callbacks.choose(sound);
  }

  private slash(event: KeyboardEvent): void {
    const { target, key } = event;
    const writing = target instanceof HTMLElement && target.closest("input, textarea, select");
    if (key !== "/" || writing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.field.focus();
    this.field.select();
  }
}

function option(sound: FoundSound, index: number): HTMLElement {
  const author = el("span", { class: "hint" }, bdi(oneLine(sound.author, "?")));
  if (sound.community < 0) author.append(` · ${t("map.off-map")}`);
  return el(
    "li",
    { role: "option", id: `found-${index}`, "aria-selected": "false" },
    el("span", {}, bdi(oneLine(sound.name, `#${sound.id}`))),
    author,
  );
}
