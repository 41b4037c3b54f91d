// The search field: a combobox whose list is filled from the search files.
import { bdi, byId, el } from "../shared/dom";
import { type FoundSound, search, words } from "../shared/search";
import { foreign } from "../shared/texts";
import { t } from "../shared/words";

const SHOWN = 20;
const PAUSE = 180; // milliseconds without a key until it searches

interface Uses {
  choose(sound: FoundSound): void;
  /** The words in the field have changed. */
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

  constructor(private readonly uses: Uses) {
    this.field.addEventListener("input", () => this.later());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("focus", () => void this.find());
    this.field.addEventListener("blur", () => this.close());
    // The field keeps the focus while the pointer is on the list.
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
      this.uses.typed(this.field.value);
      void this.find();
    }, PAUSE);
  }

  private async find(): Promise<void> {
    const turn = ++this.turn;
    const query = this.field.value;
    if (!words(query).length) return this.close();
    try {
      const found = await search(query);
      if (turn !== this.turn || document.activeElement !== this.field) return;
      this.show(found.sounds.slice(0, SHOWN));
      const count = found.sounds.length;
      const more = found.more || count > SHOWN;
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
    this.turn += 1; // an answer under way comes too late
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
    this.uses.typed("");
    this.close();
  }

  /** Choose the active one; without one, the first of what the field says now. */
  private async enter(): Promise<void> {
    clearTimeout(this.timer);
    if (this.active < 0) await this.find();
    this.choose(Math.max(this.active, 0));
  }

  private move(step: number): void {
    const count = this.sounds.length;
    const from = this.active < 0 && step < 0 ? count : this.active;
    this.active = (from + step + count) % count;
    this.list.querySelectorAll("[role=option]").forEach((one, at) => {
      one.setAttribute("aria-selected", String(at === this.active));
      if (at === this.active) one.scrollIntoView({ block: "nearest" });
    });
    this.field.setAttribute("aria-activedescendant", `found-${this.active}`);
  }

  private click(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (target) this.choose([...this.list.children].indexOf(target));
  }

  private choose(at: number): void {
    const sound = this.sounds[at];
    if (!sound) return;
    this.close();
    this.uses.typed(this.field.value);
    this.uses.choose(sound);
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

function option(sound: FoundSound, at: number): HTMLElement {
  const author = el("span", { class: "hint" }, bdi(foreign(sound.author, "?")));
  if (sound.community < 0) author.append(` · ${t("map.off-map")}`);
  return el(
    "li",
    { role: "option", id: `found-${at}`, "aria-selected": "false" },
    el("span", {}, bdi(foreign(sound.name, `#${sound.id}`))),
    author,
  );
}
