// The sounds of one community, stored as columns: row i of every column is the same sound.
import { request } from "../shared/fetch";
import { oneLine } from "../shared/texts";
import type { Community, Overview } from "./overview";

const FINE = 1000; // positions in a file are in 1/1000 of the radius

interface File {
  id: number[];
  x: number[];
  y: number[];
  name: string[];
  user: { names: string[]; of: number[] };
  pack: { ids: number[]; names: string[]; of: number[] };
  license: number[];
  seconds: number[];
  tags: { names: string[]; of: number[][] };
  similar: [number, number][];
  outside: [number, number, number][];
}

export class Members {
  readonly ids: number[];
  /** In map units. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  private rows: Map<number, number> | null = null;

  constructor(
    readonly community: Community,
    private readonly overview: Overview,
    readonly file: File,
  ) {
    let id = 0;
    this.ids = file.id.map((step) => {
      id += step;
      return id;
    });
    const { x, y, radius } = community;
    this.x = Float32Array.from(file.x, (part) => x + (part * radius) / FINE);
    this.y = Float32Array.from(file.y, (part) => y + (part * radius) / FINE);
  }

  get size(): number {
    return this.ids.length;
  }

  /** A sound's row; -1 if it is not in this community. */
  row(id: number): number {
    this.rows ??= new Map(this.ids.map((id, row) => [id, row]));
    return this.rows.get(id) ?? -1;
  }

  id(row: number): number {
    return this.ids[row] ?? 0;
  }

  /** The sound's name as one line, safe to show. */
  name(row: number): string {
    return oneLine(this.file.name[row] ?? "", `#${this.ids[row]}`);
  }

  /** The author's name, unchanged. */
  user(row: number): string {
    return this.file.user.names[this.file.user.of[row] ?? -1] ?? "";
  }

  author(row: number): string {
    return oneLine(this.user(row), "?");
  }

  /** The pack's id; -1 if the sound has no pack. */
  packId(row: number): number {
    return this.file.pack.ids[this.file.pack.of[row] ?? -1] ?? -1;
  }

  seconds(row: number): number {
    return this.file.seconds[row] ?? -1;
  }

  family(row: number): string {
    return this.overview.licenses[this.file.license[row] ?? -1]?.family ?? "other";
  }

  /** Whether a sound has a tag, given by its index in this file. */
  hasTag(row: number, tag: number): boolean {
    return this.file.tags.of[row]?.includes(tag) ?? false;
  }
}

/** Read a community's sounds; rejects on failure. */
export async function members(community: Community, overview: Overview): Promise<Members> {
  const file = await request<File>(`map/${community.id}.json`);
  if (!file) throw new Error(`map/${community.id}.json does not exist`);
  return new Members(community, overview, file);
}
