// The map application: responds to the URL, the forms, the keyboard and the pointer.
import { byId } from "../shared/dom";
import { oneLine } from "../shared/texts";
import { t } from "../shared/words";
import { type Address, type Filter, format, isFiltering, parse } from "./address";
import { Controls } from "./controls";
import { SoundLayer } from "./layer";
import { countMatches } from "./filters";
import { History } from "./history";
import { listen, zoomIn, zoomOut } from "./keys";
import type { Community, Overview } from "./overview";
import { SearchBox } from "./searchbox";
import { Selection } from "./selection";
import { Renderer } from "./renderer";
import { Status } from "./status";
import { Tip } from "./tip";

const PAUSE = 120; // milliseconds without camera movement before the view is loaded

export class App {
  private readonly renderer: Renderer;
  private readonly layer: SoundLayer;
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
    this.renderer = new Renderer(byId("map"), overview);
    this.status = new Status(overview, () => this.layer.loader.retry());
    this.layer = new SoundLayer(this.renderer, overview, {
      changed: () => this.report(),
      failed: (communities) => this.status.failed(communities),
      selected: () => this.selected(),
    });
    this.selection = new Selection(this.layer.loader, {
      close: () => this.close(),
      choose: (id) => this.choose(id),
      address: (kind, value) => format({ ...this.now(), [kind]: value }),
    });
    this.controls = new Controls(overview, {
      filter: (filter) => this.history.push(() => void this.applyFilter(filter)),
      connections: (edges) => this.history.push(() => this.setKinds(edges)),
      visit: (community) => this.visit(community),
      loaded: () => this.layer.loader.loaded.values(),
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

  /** Show the view of a URL; resolves when it is loaded. */
  async restore(address: Address): Promise<void> {
    this.address = address;
    const turn = ++this.restored;
    this.controls.set(address, address.edges);
    this.search.query = address.q;
    if (address.at || address.sound === null)
      this.renderer.go(address.at ?? this.renderer.home, true);
    this.layer.setKinds(address.edges);
    const opened = this.open(address.sound, address.at === null, false);
    await Promise.all([this.applyFilter(address), opened]);
    await this.layer.loader.settled();
    this.layer.showArrivals();
    if (turn === this.restored && !address.at && address.sound === null) this.showMatches(address);
  }

  /** For a link to an author, a pack or a tag: zoom to its sounds and open the filters. */
  private showMatches({ user, pack, tag }: Filter): void {
    const circle = user || pack || tag ? this.layer.matchingCircle() : null;
    if (!circle) return;
    this.renderer.go(this.renderer.fit(circle), true);
    this.controls.showFilters();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.history.stop();
    this.layer.stop();
    this.scheme.onchange = null;
    this.renderer.kill();
  }

  /** The current view. */
  private now(): Address {
    const { x, y, ratio } = this.renderer.destination;
    const { x: middle, y: height, half } = this.overview;
    const whole = Math.abs(ratio - 1) < 0.001 && Math.hypot(x - middle, y - height) < 0.001 * half;
    const at = whole && this.address.sound === null ? null : { x, y, ratio };
    return { ...this.address, at };
  }

  private listen(): void {
    const { sigma } = this.renderer;
    sigma.getCamera().on("updated", () => this.moved());
    sigma.on("clickNode", ({ node }) => this.click(node));
    sigma.on("enterNode", ({ node, event }) => this.point(node, event));
    sigma.on("leaveNode", () => this.tip.hide());
    sigma.on("resize", () => this.moved());
    listen(this.renderer, {
      whole: () => this.renderer.go(this.renderer.home),
      open: () => this.openMiddle(),
      close: () => this.close(),
    });
    byId("zoom").onclick = (event) => {
      const button = event.target instanceof Element && event.target.closest("button");
      if (!button) return;
      if (button.value === "in") zoomIn(this.renderer);
      else if (button.value === "out") zoomOut(this.renderer);
      else this.renderer.go(this.renderer.home);
    };
    this.scheme.onchange = () => {
      this.renderer.readColors();
      this.layer.repaint();
      this.layer.draw();
    };
  }

  private moved(): void {
    this.tip.hide();
    this.history.follow();
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.layer.loadView(), PAUSE);
  }

  private type(q: string): void {
    this.address = { ...this.address, q };
    this.history.follow();
  }

  private setKinds(edges: Address["edges"]): void {
    this.address = { ...this.address, edges };
    this.layer.setKinds(edges);
  }

  private async applyFilter(filter: Filter): Promise<void> {
    const { family, user, pack, tag, min, max } = filter;
    this.address = { ...this.address, family, user, pack, tag, min, max };
    const mine = this.address;
    let counts = null;
    try {
      counts = await countMatches(filter, this.overview.prefix);
      this.status.filterFailed(false);
    } catch {
      this.status.filterFailed(true);
    }
    const { family: now, ...rest } = this.address;
    const same =
      now === mine.family && rest.user === user && rest.pack === pack && rest.tag === tag;
    if (same && rest.min === min && rest.max === max) this.layer.setFilter(filter, counts);
  }

  /** Select a sound in the panel, on the map and in the URL. */
  private choose(id: number): void {
    this.history.push(() => {
      this.address = { ...this.address, sound: id };
    });
    void this.open(id, true, true);
  }

  private async open(id: number | null, move: boolean, focus: boolean): Promise<void> {
    if (id === null) {
      this.selection.close();
      this.layer.draw();
      this.renderer.refresh();
      return;
    }
    const place = await this.selection.open(id, focus);
    this.layer.showArrivals();
    if (place && move) {
      const { members, row } = place;
      this.renderer.approach({ x: members.x[row] ?? 0, y: members.y[row] ?? 0 }, byId("panel"));
    }
    this.layer.draw();
    this.renderer.refresh();
  }

  private close(): void {
    if (this.address.sound === null) return;
    this.history.push(() => {
      this.address = { ...this.address, sound: null };
    });
    void this.open(null, false, false);
  }

  private visit(community: Community): void {
    this.history.push(() => this.renderer.go(this.renderer.fit(community)));
  }

  private click(node: string): void {
    const target = this.renderer.target(node);
    if (!target) return;
    if ("sound" in target) return this.choose(target.sound);
    // A click on an area that already fills the view is a click on the background.
    const position = this.renderer.fit(target.community);
    if (this.renderer.position.ratio > position.ratio * 1.1) this.visit(target.community);
  }

  private openMiddle(): void {
    const { x, y } = this.renderer.position;
    const sound = this.layer.nearest(x, y);
    const away = (community: Community) =>
      Math.hypot(community.x - x, community.y - y) - community.radius;
    const [nearest] = [...this.overview.communities].sort((a, b) => away(a) - away(b));
    if (sound !== null) this.choose(sound);
    else if (nearest) this.visit(nearest);
  }

  private point(node: string, at: { x: number; y: number }): void {
    const target = this.renderer.target(node);
    const frame = byId("frame");
    if (!target) return;
    if ("sound" in target) {
      for (const members of this.layer.loader.loaded.values()) {
        const row = members.row(target.sound);
        if (row >= 0) this.tip.show(members.name(row), members.author(row), at, frame);
      }
      return;
    }
    const { label, size } = target.community;
    const matching = this.layer.matching(target.community);
    const key = isFiltering(this.address) ? "map.tip-matching" : "map.tip-community";
    this.tip.show(oneLine(label, "–"), t(key, { size, matching }), at, frame);
  }

  private selected() {
    const { id, name } = this.selection;
    const connections = this.selection.connections(this.address.edges, (id) =>
      this.renderer.has(id),
    );
    return { id, name, connections };
  }

  private report(): void {
    const filtering = () => isFiltering(this.address);
    this.status.report(
      this.layer.loader.loaded,
      (community) => this.layer.matching(community),
      filtering,
    );
    this.status.connections(this.layer.drawn);
  }
}
