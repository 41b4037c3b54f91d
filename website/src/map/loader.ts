// Loads the requested communities, a few at a time, and drops the least recently used ones.
import { type Members, members } from "./members";
import type { Community, Overview } from "./overview";

const MOST_SOUNDS = 60_000;
const KEEP_SOUNDS = 48_000; // sounds left after dropping; drop rarely, and many at once
const PARALLEL = 6; // requests at once

interface Listener {
  loaded(members: Members): void;
  dropped(all: Members[]): void;
  /** The list of failed communities has changed; it may be empty. */
  failed(communities: Community[]): void;
}

export class Loader {
  /** By community id, least recently used first. */
  readonly loaded = new Map<number, Members>();
  private readonly pending = new Map<number, Promise<Members | null>>();
  private readonly failures = new Map<number, Community>();
  private queue: Community[] = [];
  private pinned = new Set<number>();
  private idle: (() => void)[] = [];

  constructor(
    private readonly overview: Overview,
    private readonly listener: Listener,
  ) {}

  get sounds(): number {
    let sum = 0;
    for (const members of this.loaded.values()) sum += members.size;
    return sum;
  }

  /** Load these in order, replacing the queue; never drop them or `also`. */
  request(communities: Community[], also: number[] = []): void {
    this.pinned = new Set([...communities.map((community) => community.id), ...also]);
    for (const id of this.pinned) this.markUsed(id);
    this.queue = communities.filter(
      (community) => !this.has(community.id) && !this.failures.has(community.id),
    );
    this.startNext();
  }

  /** Load one now; null if that fails or the community does not exist. */
  async load(id: number): Promise<Members | null> {
    const community = this.overview.byId.get(id);
    if (!community) return null;
    this.pinned.add(id);
    const members = this.loaded.get(id);
    if (members) return members;
    if (this.failures.delete(id)) this.listener.failed([...this.failures.values()]);
    return this.pending.get(id) ?? this.start(community);
  }

  /** Retry what failed. */
  retry(): void {
    this.queue.push(...this.failures.values());
    this.failures.clear();
    this.listener.failed([]);
    this.startNext();
  }

  /** Resolves when loading has finished. */
  settled(): Promise<void> {
    if (!this.pending.size && !this.queue.length) return Promise.resolve();
    return new Promise((done) => this.idle.push(done));
  }

  private has(id: number): boolean {
    return this.loaded.has(id) || this.pending.has(id);
  }

  private markUsed(id: number): void {
    const members = this.loaded.get(id);
    if (!members) return;
    this.loaded.delete(id);
    this.loaded.set(id, members);
  }

  private startNext(): void {
    while (this.pending.size < PARALLEL) {
      const next = this.queue.shift();
      if (!next) break;
      if (!this.has(next.id)) void this.start(next);
    }
    if (!this.pending.size && !this.queue.length) for (const done of this.idle.splice(0)) done();
  }

  private start(community: Community): Promise<Members | null> {
    const answer = members(community, this.overview).then(
      (members) => {
        this.loaded.set(community.id, members);
        this.listener.loaded(members);
        this.makeRoom(community.id);
        return members;
      },
      () => {
        this.failures.set(community.id, community);
        this.listener.failed([...this.failures.values()]);
        return null;
      },
    );
    this.pending.set(community.id, answer);
    void answer.finally(() => {
      this.pending.delete(community.id);
      this.startNext();
    });
    return answer;
  }

  private makeRoom(newest: number): void {
    let sum = this.sounds;
    if (sum <= MOST_SOUNDS) return;
    const going: Members[] = [];
    for (const [id, members] of this.loaded) {
      if (sum <= KEEP_SOUNDS) break;
      if (id === newest || this.pinned.has(id)) continue;
      this.loaded.delete(id);
      going.push(members);
      sum -= members.size;
    }
    if (going.length) this.listener.dropped(going);
  }
}
