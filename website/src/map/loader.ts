// Which communities are loaded: those asked for, a few at a time; the longest unused make room.
import { type Members, members } from "./members";
import type { Community, Overview } from "./overview";

const MOST_SOUNDS = 60_000;
const LEFT = 48_000; // after some had to go: they go rarely, and many at once
const OPEN = 6; // requests at once

interface Listener {
  loaded(members: Members): void;
  dropped(all: Members[]): void;
  /** Something failed, or nothing is failed any more. */
  failed(communities: Community[]): void;
}

export class Loader {
  /** By community; the longest unused first. */
  readonly loaded = new Map<number, Members>();
  private readonly open = new Map<number, Promise<Members | null>>();
  private readonly broken = new Map<number, Community>();
  private queue: Community[] = [];
  private kept = new Set<number>();
  private idle: (() => void)[] = [];

  constructor(
    private readonly overview: Overview,
    private readonly listener: Listener,
  ) {}

  get sounds(): number {
    let sum = 0;
    for (const each of this.loaded.values()) sum += each.size;
    return sum;
  }

  /** Load these, the first ones first, instead of what was still waiting; keep them and `also`. */
  want(communities: Community[], also: number[] = []): void {
    this.kept = new Set([...communities.map((one) => one.id), ...also]);
    for (const id of this.kept) this.touch(id);
    this.queue = communities.filter((one) => !this.has(one.id) && !this.broken.has(one.id));
    this.pump();
  }

  /** Load one now; null when that fails, or there is none with this number. */
  async load(id: number): Promise<Members | null> {
    const community = this.overview.byId.get(id);
    if (!community) return null;
    this.kept.add(id);
    const there = this.loaded.get(id);
    if (there) return there;
    if (this.broken.delete(id)) this.listener.failed([...this.broken.values()]);
    return this.open.get(id) ?? this.start(community);
  }

  /** Try what failed once more. */
  retry(): void {
    this.queue.push(...this.broken.values());
    this.broken.clear();
    this.listener.failed([]);
    this.pump();
  }

  /** Resolves when nothing is being loaded. */
  settled(): Promise<void> {
    if (!this.open.size && !this.queue.length) return Promise.resolve();
    return new Promise((done) => this.idle.push(done));
  }

  private has(id: number): boolean {
    return this.loaded.has(id) || this.open.has(id);
  }

  private touch(id: number): void {
    const there = this.loaded.get(id);
    if (!there) return;
    this.loaded.delete(id);
    this.loaded.set(id, there);
  }

  private pump(): void {
    while (this.open.size < OPEN) {
      const next = this.queue.shift();
      if (!next) break;
      if (!this.has(next.id)) void this.start(next);
    }
    if (!this.open.size && !this.queue.length) for (const done of this.idle.splice(0)) done();
  }

  private start(community: Community): Promise<Members | null> {
    const answer = members(community, this.overview).then(
      (found) => {
        this.loaded.set(community.id, found);
        this.listener.loaded(found);
        this.makeRoom(community.id);
        return found;
      },
      () => {
        this.broken.set(community.id, community);
        this.listener.failed([...this.broken.values()]);
        return null;
      },
    );
    this.open.set(community.id, answer);
    void answer.finally(() => {
      this.open.delete(community.id);
      this.pump();
    });
    return answer;
  }

  private makeRoom(newest: number): void {
    let sum = this.sounds;
    if (sum <= MOST_SOUNDS) return;
    const going: Members[] = [];
    for (const [id, each] of this.loaded) {
      if (sum <= LEFT) break;
      if (id === newest || this.kept.has(id)) continue;
      this.loaded.delete(id);
      going.push(each);
      sum -= each.size;
    }
    if (going.length) this.listener.dropped(going);
  }
}
