// Status messages: what is loaded, matches, is drawn, or failed.
import { byId, el } from "../shared/dom";
import { t } from "../shared/words";
import type { Kind } from "./address";
import type { Members } from "./members";
import type { Community, Overview } from "./overview";

const PAUSE = 350; // milliseconds without changes before a message, so that screen readers are not flooded
const LONGEST = 1500; // milliseconds before a message even if changes continue
const NAMED = 3; // failed communities listed by name

export class Status {
  private readonly trouble = byId("trouble");
  private failures: Community[] = [];
  private hasFilterFailed = false;
  private timer = 0;
  private since = 0;

  constructor(
    private readonly overview: Overview,
    private readonly retry: () => void,
  ) {}

  /** Soon show how many sounds are loaded and, with a filter, how many of them match. */
  report(
    loaded: Map<number, Members>,
    matching: (community: Community) => number,
    filtering: () => boolean,
  ): void {
    const now = performance.now();
    if (!this.timer) this.since = now;
    if (this.timer && now - this.since > LONGEST) return; // keep the pending message
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

  connections(drawn: Record<Kind, number> | null): void {
    write(byId("drawn"), drawn ? t("map.drawn", drawn) : t("map.drawn-few"));
  }

  failed(communities: Community[]): void {
    this.failures = communities;
    this.show();
  }

  filterFailed(hasFilterFailed: boolean): void {
    this.hasFilterFailed = hasFilterFailed;
    this.show();
  }

  private show(): void {
    const names = this.failures
      .slice(0, NAMED)
      .map((community) => `“\u2068${community.label}\u2069”`);
    if (this.failures.length > NAMED) names.push("…");
    const parts = names.length ? [t("map.failed", { communities: names.join(", ") })] : [];
    if (this.hasFilterFailed) parts.push(t("map.filter-failed"));
    const again = el("button", { type: "button" }, t("map.retry"));
    again.addEventListener("click", this.retry);
    this.trouble.replaceChildren(parts.join(" "), names.length ? again : "");
  }
}

function write(place: HTMLElement, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}
