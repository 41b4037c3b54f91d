// What is loaded, what matches, what is drawn and what failed, in words.
import { byId, el } from "../shared/dom";
import { t } from "../shared/words";
import type { Kind } from "./address";
import type { Members } from "./members";
import type { Community, Overview } from "./overview";

const PAUSE = 350; // a screen reader is told where things have come to rest
const LONGEST = 1500; // milliseconds without news while much is going on
const NAMED = 3; // communities that failed, by name

export class Status {
  private readonly trouble = byId("trouble");
  private broken: Community[] = [];
  private isLost = false;
  private timer = 0;
  private since = 0;

  constructor(
    private readonly overview: Overview,
    private readonly retry: () => void,
  ) {}

  /** Say how many sounds are loaded and, with a filter, how many of these match: by then. */
  tell(
    loaded: Map<number, Members>,
    matching: (community: Community) => number,
    filtering: () => boolean,
  ): void {
    const now = performance.now();
    if (!this.timer) this.since = now;
    if (this.timer && now - this.since > LONGEST) return; // it is said soon, come what may
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      let [count, matches] = [0, 0];
      for (const { size, community } of loaded.values()) {
        count += size;
        matches += matching(community);
      }
      const values = { loaded: count, matching: matches, sounds: this.overview.sounds };
      write(byId("status"), t(filtering() ? "map.matching" : "map.loaded", values));
    }, PAUSE);
  }

  threads(drawn: Record<Kind, number> | null): void {
    write(byId("drawn"), drawn ? t("map.drawn", drawn) : t("map.drawn-few"));
  }

  failed(communities: Community[]): void {
    this.broken = communities;
    this.show();
  }

  lost(isLost: boolean): void {
    this.isLost = isLost;
    this.show();
  }

  private show(): void {
    const names = this.broken.slice(0, NAMED).map((one) => `“\u2068${one.label}\u2069”`);
    if (this.broken.length > NAMED) names.push("…");
    const parts = names.length ? [t("map.failed", { communities: names.join(", ") })] : [];
    if (this.isLost) parts.push(t("map.where-failed"));
    const again = el("button", { type: "button" }, t("map.retry"));
    again.addEventListener("click", this.retry);
    this.trouble.replaceChildren(parts.join(" "), names.length ? again : "");
  }
}

function write(place: HTMLElement, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}
