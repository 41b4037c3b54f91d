// The map at work: what the address, the forms, the keys and the pointer ask for is done here.
import { byId } from "../shared/dom";
import { foreign } from "../shared/texts";
import { t } from "../shared/words";
import { type Address, type Filter, format, isFiltering, parse } from "./address";
import { Controls } from "./controls";
import { Crowd } from "./crowd";
import { places } from "./filters";
import { History } from "./history";
import { listen, zoomIn, zoomOut } from "./keys";
import type { Community, Overview } from "./overview";
import { SearchBox } from "./searchbox";
import { Selection } from "./selection";
import { Stage } from "./stage";
import { Status } from "./status";
import { Tip } from "./tip";

const PAUSE = 120; // milliseconds of a still camera until the view is loaded

export class App {
  private readonly stage: Stage;
  private readonly crowd: Crowd;
  private readonly selection: Selection;
  private readonly controls: Controls;
  private readonly search: SearchBox;
  private readonly history: History;
  private readonly status: Status;
  private readonly tip = new Tip();
  private readonly scheme = matchMedia("(prefers-color-scheme: dark)");
  private address: Address = parse("");
  private timer = 0;
  private restored = 0;

  constructor(private readonly overview: Overview) {
    this.stage = new Stage(byId("map"), overview);
    this.status = new Status(overview, () => this.crowd.loader.retry());
    this.crowd = new Crowd(this.stage, overview, {
      changed: () => this.tell(),
      failed: (communities) => this.status.failed(communities),
      selected: () => this.selected(),
    });
    this.selection = new Selection(this.crowd.loader, {
      close: () => this.close(),
      choose: (id) => this.choose(id),
      address: (kind, value) => format({ ...this.now(), [kind]: value }),
    });
    this.controls = new Controls(overview, {
      filter: (filter) => this.history.push(() => void this.sift(filter)),
      threads: (edges) => this.history.push(() => this.weave(edges)),
      visit: (community) => this.visit(community),
      loaded: () => this.crowd.loader.loaded.values(),
    });
    this.search = new SearchBox({
      choose: (sound) => this.choose(sound.id),
      typed: (q) => this.type(q),
    });
    this.history = new History(
      () => this.now(),
      (address) => void this.restore(address),
    );
    this.listen();
  }

  /** Show what an address says; resolves when it is loaded. */
  async restore(address: Address): Promise<void> {
    this.address = address;
    const turn = ++this.restored;
    this.controls.set(address, address.edges);
    this.search.query = address.q;
    if (address.at || address.sound === null) this.stage.go(address.at ?? this.stage.home, true);
    this.crowd.weave(address.edges);
    const opened = this.open(address.sound, address.at === null, false);
    await Promise.all([this.sift(address), opened]);
    await this.crowd.loader.settled();
    this.crowd.admit();
    if (turn === this.restored && !address.at && address.sound === null) this.showMatches(address);
  }

  /** Who comes for an author, a pack or a tag sees their sounds, and what is asked for. */
  private showMatches({ user, pack, tag }: Filter): void {
    const circle = user || pack || tag ? this.crowd.around() : null;
    if (!circle) return;
    this.stage.go(this.stage.around(circle), true);
    this.controls.showFilters();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.history.stop();
    this.crowd.stop();
    this.scheme.onchange = null;
    this.stage.kill();
  }

  /** The address of what is shown now. */
  private now(): Address {
    const { x, y, ratio } = this.stage.aim;
    const { x: middle, y: height, half } = this.overview;
    const whole = Math.abs(ratio - 1) < 0.001 && Math.hypot(x - middle, y - height) < 0.001 * half;
    const at = whole && this.address.sound === null ? null : { x, y, ratio };
    return { ...this.address, at };
  }

  private listen(): void {
    const { sigma } = this.stage;
    sigma.getCamera().on("updated", () => this.moved());
    sigma.on("clickNode", ({ node }) => this.click(node));
    sigma.on("enterNode", ({ node, event }) => this.point(node, event));
    sigma.on("leaveNode", () => this.tip.hide());
    sigma.on("resize", () => this.moved());
    listen(this.stage, {
      whole: () => this.stage.go(this.stage.home),
      open: () => this.openMiddle(),
      close: () => this.close(),
    });
    byId("zoom").onclick = (event) => {
      const button = event.target instanceof Element && event.target.closest("button");
      if (!button) return;
      if (button.value === "in") zoomIn(this.stage);
      else if (button.value === "out") zoomOut(this.stage);
      else this.stage.go(this.stage.home);
    };
    this.scheme.onchange = () => {
      this.stage.dye();
      this.crowd.repaint();
      this.crowd.draw();
    };
  }

  private moved(): void {
    this.tip.hide();
    this.history.follow();
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.crowd.look(), PAUSE);
  }

  private type(q: string): void {
    this.address = { ...this.address, q };
    this.history.follow();
  }

  private weave(edges: Address["edges"]): void {
    this.address = { ...this.address, edges };
    this.crowd.weave(edges);
  }

  private async sift(filter: Filter): Promise<void> {
    const { family, user, pack, tag, min, max } = filter;
    this.address = { ...this.address, family, user, pack, tag, min, max };
    const mine = this.address;
    let where = null;
    try {
      where = await places(filter, this.overview.prefix);
      this.status.lost(false);
    } catch {
      this.status.lost(true);
    }
    const { family: now, ...rest } = this.address;
    const same =
      now === mine.family && rest.user === user && rest.pack === pack && rest.tag === tag;
    if (same && rest.min === min && rest.max === max) this.crowd.sift(filter, where);
  }

  /** Select a sound: in its panel, on the map, and in the address. */
  private choose(id: number): void {
    this.history.push(() => {
      this.address = { ...this.address, sound: id };
    });
    void this.open(id, true, true);
  }

  private async open(id: number | null, move: boolean, focus: boolean): Promise<void> {
    if (id === null) {
      this.selection.close();
      this.crowd.draw();
      this.stage.refresh();
      return;
    }
    const place = await this.selection.open(id, focus);
    this.crowd.admit();
    if (place && move) {
      const { members, row } = place;
      this.stage.approach({ x: members.x[row] ?? 0, y: members.y[row] ?? 0 }, byId("panel"));
    }
    this.crowd.draw();
    this.stage.refresh();
  }

  private close(): void {
    if (this.address.sound === null) return;
    this.history.push(() => {
      this.address = { ...this.address, sound: null };
    });
    void this.open(null, false, false);
  }

  private visit(community: Community): void {
    this.history.push(() => this.stage.go(this.stage.around(community)));
  }

  private click(node: string): void {
    const target = this.stage.target(node);
    if (!target) return;
    if ("sound" in target) return this.choose(target.sound);
    // An area that fills the view already is the ground one stands on.
    const spot = this.stage.around(target.community);
    if (this.stage.spot.ratio > spot.ratio * 1.1) this.visit(target.community);
  }

  private openMiddle(): void {
    const { x, y } = this.stage.spot;
    const sound = this.crowd.nearest(x, y);
    const away = (one: Community) => Math.hypot(one.x - x, one.y - y) - one.radius;
    const [nearest] = [...this.overview.communities].sort((one, other) => away(one) - away(other));
    if (sound !== null) this.choose(sound);
    else if (nearest) this.visit(nearest);
  }

  private point(node: string, at: { x: number; y: number }): void {
    const target = this.stage.target(node);
    const frame = byId("frame");
    if (!target) return;
    if ("sound" in target) {
      for (const members of this.crowd.loader.loaded.values()) {
        const row = members.row(target.sound);
        if (row >= 0) this.tip.show(members.name(row), members.author(row), at, frame);
      }
      return;
    }
    const { label, size } = target.community;
    const matching = this.crowd.matching(target.community);
    const key = isFiltering(this.address) ? "map.tip-matching" : "map.tip-community";
    this.tip.show(foreign(label, "–"), t(key, { size, matching }), at, frame);
  }

  private selected() {
    const { id, name } = this.selection;
    const threads = this.selection.threads(this.address.edges, (one) => this.stage.has(one));
    return { id, name, threads };
  }

  private tell(): void {
    const filtering = () => isFiltering(this.address);
    this.status.tell(this.crowd.loader.loaded, (one) => this.crowd.matching(one), filtering);
    this.status.threads(this.crowd.drawn);
  }
}
