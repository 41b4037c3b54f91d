// The sounds that the view needs: loaded as one comes near, coloured by the filter, joined by threads.
import { type Filter, isFiltering, type Kind, NO_FILTER } from "./address";
import { estimate, matcher, type Places } from "./filters";
import { Loader } from "./loader";
import type { Members } from "./members";
import { drawNames, NAMED_FROM } from "./names";
import type { Community, Overview } from "./overview";
import type { Look, Stage } from "./stage";
import { MOST_SOUNDS, type Thread, threads } from "./threads";

const PAUSE = 120; // milliseconds until communities that have come are drawn
const SOUNDS_FROM = 4; // pixels per map unit from which sounds show,
const NEARER = 0.7; // and a camera ratio: the whole map is communities
const IN_VIEW = 30_000; // sounds loaded for one view
const FOR_FILTER = 24; // communities loaded for a user, a pack or a tag

interface Uses {
  /** Something is drawn anew: what is said of it may have changed. */
  changed(): void;
  failed(communities: Community[]): void;
  /** The selected sound, its name and its threads. */
  selected(): { id: number | null; name: string; threads: Thread[] };
}

export class Crowd implements Look {
  readonly loader: Loader;
  /** Threads drawn of each kind; null when there are too many sounds to draw all. */
  drawn: Record<Kind, number> | null = null;
  private filter: Filter = NO_FILTER;
  private places: Places | null = null;
  private kinds: Kind[] = [];
  private tests = new Map<Members, (row: number) => boolean>();
  private counts = new Map<Members, number>();
  private woven = "";
  private arrivals: Members[] = [];
  private timer = 0;
  private stopped = false;

  constructor(
    private readonly stage: Stage,
    private readonly overview: Overview,
    private readonly uses: Uses,
  ) {
    this.loader = new Loader(overview, {
      loaded: (members) => this.arrived(members),
      dropped: (all) => this.left(all),
      failed: (communities) => uses.failed(communities),
    });
    this.repaint();
    stage.sigma.on("afterRender", () => this.names());
  }

  /** Show this filter; `places` tells where sounds of its user, pack and tag are. */
  sift(filter: Filter, where: Places | null): void {
    this.filter = filter;
    this.places = where;
    this.tests.clear();
    this.counts.clear();
    this.repaint();
    this.look();
  }

  /** Draw threads of these kinds. */
  weave(kinds: Kind[]): void {
    this.kinds = kinds;
    this.draw();
  }

  /** Load what the view shows now, and draw its threads. */
  look(): void {
    if (this.stopped) return;
    const near = this.wanted();
    const found = this.found().filter((one) => !near.includes(one));
    const { id } = this.uses.selected();
    const home = [...this.loader.loaded.values()].find((each) => id !== null && each.row(id) >= 0);
    this.loader.want([...near, ...found], home ? [home.community.id] : []);
    this.draw();
  }

  /** Draw the threads anew where they have changed. */
  draw(): void {
    if (this.stopped) return;
    const { id, threads: own } = this.uses.selected();
    const shown = this.visible().flatMap((one) => this.loader.loaded.get(one.id) ?? []);
    const few = sum(shown.map((each) => each.size)) <= MOST_SOUNDS;
    const names = few ? shown.map((each) => each.community.id).sort() : [];
    const key = JSON.stringify([id, own.length, this.kinds, few, names, this.stage.colors.paper]);
    if (key !== this.woven) {
      this.woven = key;
      const all = few ? threads(shown, this.kinds, (each) => this.matches(each)) : [];
      this.stage.weave([...all, ...own]);
      this.drawn = few ? { user: 0, pack: 0, similar: 0 } : null;
      if (this.drawn) for (const each of all) this.drawn[each.kind] += 1;
    }
    this.uses.changed();
  }

  /** Colour all anew. */
  repaint(): void {
    this.woven = "";
    this.stage.paint(this, this.loader.loaded.values());
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.loader.want([]);
  }

  isLoaded(id: number): boolean {
    return this.loader.loaded.has(id);
  }

  matches(members: Members): (row: number) => boolean {
    const known = this.tests.get(members);
    const test = known ?? (isFiltering(this.filter) ? matcher(this.filter, members) : () => true);
    if (!known) this.tests.set(members, test);
    return test;
  }

  share(community: Community): number {
    return this.matching(community) / Math.max(community.size, 1);
  }

  /** How many sounds of a community match: exactly when it is loaded, else at most. */
  matching(community: Community): number {
    const members = this.loader.loaded.get(community.id);
    if (!members) return estimate(this.filter, community, this.overview, this.places);
    const known = this.counts.get(members);
    if (known !== undefined) return known;
    const test = this.matches(members);
    const count = members.ids.filter((_, row) => test(row)).length;
    this.counts.set(members, count);
    return count;
  }

  /** Return a circle around all sounds that match and are loaded; null when there is none. */
  around(): { x: number; y: number; radius: number } | null {
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

  /** Return the loaded, matching sound nearest to a point of the map. */
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

  /** Several come one after the other: they are shown together, for each time costs a drawing. */
  private arrived(members: Members): void {
    if (this.stopped) return;
    this.arrivals.push(members);
    this.timer ||= window.setTimeout(() => this.admit(), PAUSE);
  }

  /** Show the sounds that have come. */
  admit(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.stopped) return;
    for (const members of this.arrivals.splice(0)) {
      if (this.loader.loaded.get(members.community.id) !== members) continue;
      this.stage.add(members, this.matches(members));
      this.stage.paintArea(this, members.community);
    }
    this.draw();
  }

  private left(all: Members[]): void {
    if (this.stopped) return;
    this.woven = ""; // their threads went with them
    this.stage.drop(all);
    for (const members of all) {
      this.tests.delete(members);
      this.counts.delete(members);
      this.stage.paintArea(this, members.community);
    }
  }

  private names(): void {
    const { id, name } = this.uses.selected();
    drawNames(this.stage, {
      communities: this.inView()
        .filter((one) => one.radius * this.stage.scale >= NAMED_FROM)
        .sort((one, other) => other.radius - one.radius),
      loaded: this.loader.loaded,
      matches: (members) => this.matches(members),
      selected: id,
      selectedName: name,
    });
  }

  private inView(): Community[] {
    const { left, right, bottom, top } = this.stage.view();
    return this.overview.communities.filter(
      ({ x, y, radius: r }) => x + r > left && x - r < right && y + r > bottom && y - r < top,
    );
  }

  /** The communities that the view shows, nearest to its middle first. */
  private visible(): Community[] {
    const { left, right, bottom, top } = this.stage.view();
    const [x, y] = [(left + right) / 2, (bottom + top) / 2];
    const away = (one: Community) => Math.hypot(one.x - x, one.y - y) - one.radius;
    return this.inView().sort((one, other) => away(one) - away(other));
  }

  private wanted(): Community[] {
    const { together, communities } = this.overview;
    if (together) return communities;
    if (this.stage.scale < SOUNDS_FROM || this.stage.spot.ratio > NEARER) return [];
    let room = IN_VIEW;
    return this.visible().filter((one, at) => {
      room -= one.size;
      return at === 0 || room >= 0;
    });
  }

  /** The communities that have most sounds of the filter's user, pack or tag. */
  private found(): Community[] {
    const most = [...(this.places ?? [])].sort(([, one], [, other]) => other - one);
    const communities = most.flatMap(([id]) => this.overview.byId.get(id) ?? []);
    let room = IN_VIEW;
    return communities.slice(0, FOR_FILTER).filter((one) => {
      room -= one.size;
      return room >= 0;
    });
  }
}

function sum(counts: number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
