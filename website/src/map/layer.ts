// The sounds on the map: loaded for the current view, colored by the filter, with connections.
import { type Filter, isFiltering, type Kind, NO_FILTER } from "./address";
import { estimate, matcher, type CommunityCounts } from "./filters";
import { Loader } from "./loader";
import type { Members } from "./members";
import { drawNames, NAMED_FROM } from "./names";
import type { Community, Overview } from "./overview";
import type { Look, Renderer } from "./renderer";
import { MOST_SOUNDS, type Connection, connections } from "./connections";

const PAUSE = 120; // milliseconds; communities that arrive within it are drawn together
const SOUNDS_FROM = 4; // pixels per map unit from which sounds are shown,
const NEARER = 0.7; // and the camera ratio below which they are: farther out only communities show
const IN_VIEW = 30_000; // sounds loaded for one view
const FOR_FILTER = 24; // communities loaded for a user, a pack or a tag

interface Callbacks {
  /** The drawing has changed, so the status may have too. */
  changed(): void;
  failed(communities: Community[]): void;
  /** The selected sound, its name and its connections. */
  selected(): { id: number | null; name: string; connections: Connection[] };
}

export class SoundLayer implements Look {
  readonly loader: Loader;
  /** Connections drawn, by kind; null when there are too many sounds to draw them all. */
  drawn: Record<Kind, number> | null = null;
  private filter: Filter = NO_FILTER;
  private matchCounts: CommunityCounts | null = null;
  private kinds: Kind[] = [];
  private tests = new Map<Members, (row: number) => boolean>();
  private counts = new Map<Members, number>();
  private drawnKey = "";
  private arrivals: Members[] = [];
  private timer = 0;
  private stopped = false;

  constructor(
    private readonly renderer: Renderer,
    private readonly overview: Overview,
    private readonly callbacks: Callbacks,
  ) {
    this.loader = new Loader(overview, {
      loaded: (members) => this.onLoaded(members),
      dropped: (all) => this.onDropped(all),
      failed: (communities) => callbacks.failed(communities),
    });
    this.repaint();
    renderer.sigma.on("afterRender", () => this.names());
  }

  /** Apply a filter; `counts` has the matches of its user, pack and tag per community. */
  setFilter(filter: Filter, counts: CommunityCounts | null): void {
    this.filter = filter;
    this.matchCounts = counts;
    this.tests.clear();
    this.counts.clear();
    this.repaint();
    this.loadView();
  }

  /** Draw connections of these kinds. */
  setKinds(kinds: Kind[]): void {
    this.kinds = kinds;
    this.draw();
  }

  /** Load the sounds in view and draw their connections. */
  loadView(): void {
    if (this.stopped) return;
    const near = this.nearby();
    const distant = this.withMatches().filter((community) => !near.includes(community));
    const { id } = this.callbacks.selected();
    const home = [...this.loader.loaded.values()].find(
      (members) => id !== null && members.row(id) >= 0,
    );
    this.loader.request([...near, ...distant], home ? [home.community.id] : []);
    this.draw();
  }

  /** Redraw the connections if they have changed. */
  draw(): void {
    if (this.stopped) return;
    const { id, connections: own } = this.callbacks.selected();
    const visible = this.visible().flatMap(
      (community) => this.loader.loaded.get(community.id) ?? [],
    );
    const few = sum(visible.map((members) => members.size)) <= MOST_SOUNDS;
    const names = few ? visible.map((members) => members.community.id).sort() : [];
    const key = JSON.stringify([
      id,
      own.length,
      this.kinds,
      few,
      names,
      this.renderer.colors.paper,
    ]);
    if (key !== this.drawnKey) {
      this.drawnKey = key;
      const all = few ? connections(visible, this.kinds, (members) => this.matches(members)) : [];
      this.renderer.drawConnections([...all, ...own]);
      this.drawn = few ? { user: 0, pack: 0, similar: 0 } : null;
      if (this.drawn) for (const connection of all) this.drawn[connection.kind] += 1;
    }
    this.callbacks.changed();
  }

  /** Recolor everything. */
  repaint(): void {
    this.drawnKey = "";
    this.renderer.paint(this, this.loader.loaded.values());
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.loader.request([]);
  }

  isLoaded(id: number): boolean {
    return this.loader.loaded.has(id);
  }

  matches(members: Members): (row: number) => boolean {
    const cached = this.tests.get(members);
    const test = cached ?? (isFiltering(this.filter) ? matcher(this.filter, members) : () => true);
    if (!cached) this.tests.set(members, test);
    return test;
  }

  share(community: Community): number {
    return this.matching(community) / Math.max(community.size, 1);
  }

  /** Matching sounds in a community: exact if it is loaded, else an upper bound. */
  matching(community: Community): number {
    const members = this.loader.loaded.get(community.id);
    if (!members) return estimate(this.filter, community, this.overview, this.matchCounts);
    const cached = this.counts.get(members);
    if (cached !== undefined) return cached;
    const test = this.matches(members);
    const count = members.ids.filter((_, row) => test(row)).length;
    this.counts.set(members, count);
    return count;
  }

  /** A circle around all loaded sounds that match; null if there are none. */
  matchingCircle(): { x: number; y: number; radius: number } | null {
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const members of this.loader.loaded.values()) {
      const test = this.matches(members);
      members.ids.forEach((_, row) => {
        if (!test(row)) return;
        const [x, y] = [members.x[row] ?? 0, members.y[row] ?? 0];
        [left, right] = [Math.min(left, x), Math.max(right, x)];
        [bottom, top] = [Math.min(bottom, y), Math.max(top, y)];
      });
    }
    if (left > right) return null;
    const radius = Math.max(right - left, top - bottom) / 2;
    return { x: (left + right) / 2, y: (bottom + top) / 2, radius };
  }

  /** The loaded, matching sound nearest to a point of the map. */
  nearest(x: number, y: number): number | null {
    let [best, found]: [number, number | null] = [Number.POSITIVE_INFINITY, null];
    for (const members of this.loader.loaded.values()) {
      const test = this.matches(members);
      members.ids.forEach((id, row) => {
        const away = Math.hypot((members.x[row] ?? 0) - x, (members.y[row] ?? 0) - y);
        if (away < best && test(row)) [best, found] = [away, id];
      });
    }
    return found;
  }

  /** Collect communities that arrive shortly after each other, because each redraw is slow. */
  private onLoaded(members: Members): void {
    if (this.stopped) return;
    this.arrivals.push(members);
    this.timer ||= window.setTimeout(() => this.showArrivals(), PAUSE);
  }

  /** Show the sounds that have arrived. */
  showArrivals(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.stopped) return;
    for (const members of this.arrivals.splice(0)) {
      if (this.loader.loaded.get(members.community.id) !== members) continue;
      this.renderer.add(members, this.matches(members));
      this.renderer.paintArea(this, members.community);
    }
    this.draw();
  }

  private onDropped(all: Members[]): void {
    if (this.stopped) return;
    this.drawnKey = ""; // their connections are gone too
    this.renderer.drop(all);
    for (const members of all) {
      this.tests.delete(members);
      this.counts.delete(members);
      this.renderer.paintArea(this, members.community);
    }
  }

  private names(): void {
    const { id, name } = this.callbacks.selected();
    drawNames(this.renderer, {
      communities: this.inView()
        .filter((community) => community.radius * this.renderer.scale >= NAMED_FROM)
        .sort((a, b) => b.radius - a.radius),
      loaded: this.loader.loaded,
      matches: (members) => this.matches(members),
      selected: id,
      selectedName: name,
    });
  }

  private inView(): Community[] {
    const { left, right, bottom, top } = this.renderer.view();
    return this.overview.communities.filter(
      ({ x, y, radius: r }) => x + r > left && x - r < right && y + r > bottom && y - r < top,
    );
  }

  /** The communities in view, nearest to the center first. */
  private visible(): Community[] {
    const { left, right, bottom, top } = this.renderer.view();
    const [x, y] = [(left + right) / 2, (bottom + top) / 2];
    const away = (a: Community) => Math.hypot(a.x - x, a.y - y) - a.radius;
    return this.inView().sort((a, b) => away(a) - away(b));
  }

  private nearby(): Community[] {
    const { together, communities } = this.overview;
    if (together) return communities;
    if (this.renderer.scale < SOUNDS_FROM || this.renderer.position.ratio > NEARER) return [];
    let room = IN_VIEW;
    return this.visible().filter((community, index) => {
      room -= community.size;
      return index === 0 || room >= 0;
    });
  }

  /** The communities with the most sounds of the filter's user, pack or tag. */
  private withMatches(): Community[] {
    const most = [...(this.matchCounts ?? [])].sort(([, a], [, b]) => b - a);
    const communities = most.flatMap(([id]) => this.overview.byId.get(id) ?? []);
    let room = IN_VIEW;
    return communities.slice(0, FOR_FILTER).filter((community) => {
      room -= community.size;
      return room >= 0;
    });
  }
}

function sum(counts: number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
