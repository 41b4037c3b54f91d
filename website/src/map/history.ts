// The address bar: choices make a new entry, the camera changes the one that is there.
import { type Address, format, parse } from "./address";

const PAUSE = 250; // browsers allow few changes a second

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

  /** Make a new entry for the view as `change` makes it. */
  push(change: () => void): void {
    this.write(); // the old entry keeps the camera as it was
    change();
    const address = format(this.now());
    if (address !== (location.hash || "#")) history.pushState(null, "", address);
    this.seen = location.hash;
  }

  /** Keep the entry in step with the camera, soon. */
  follow(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.write(), PAUSE);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private write(): void {
    clearTimeout(this.timer);
    if (location.hash !== this.seen) return; // another address has come and is about to be restored
    const address = format(this.now());
    if (address !== (location.hash || "#")) history.replaceState(null, "", address);
    this.seen = location.hash;
  }
}
