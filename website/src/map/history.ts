// Browser history: choices add an entry, camera movements update the current one.
import { type Address, format, parse } from "./address";

const PAUSE = 250; // milliseconds; browsers limit how often the URL may change

export class History {
  private timer = 0;
  private seen = location.hash;

  constructor(
    private readonly now: () => Address,
    restore: (address: Address) => void,
  ) {
    window.addEventListener("popstate", () => {
      clearTimeout(this.timer);
      this.seen = location.hash;
      restore(parse(location.hash));
    });
  }

  /** Add an entry for the view after `change`. */
  push(change: () => void): void {
    this.write(); // save the camera in the old entry
    change();
    const address = format(this.now());
    if (address !== (location.hash || "#")) history.pushState(null, "", address);
    this.seen = location.hash;
  }

  /** Update the entry to the camera soon. */
  follow(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.write(), PAUSE);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private write(): void {
    clearTimeout(this.timer);
    if (location.hash !== this.seen) return; // another URL is about to be restored
    const address = format(this.now());
    if (address !== (location.hash || "#")) history.replaceState(null, "", address);
    this.seen = location.hash;
  }
}
