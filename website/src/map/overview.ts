// The map's overview file: its communities with their counts by license and length.
import { request } from "../shared/fetch";

export interface Community {
  id: number;
  /** The circle, in map units. */
  x: number;
  y: number;
  radius: number;
  size: number;
  label: string;
  /** 0 to 8: the colors --c0 to --c8. */
  color: number;
  /** Number of sounds by license family, and by length class. */
  families: number[];
  seconds: number[];
}

interface File {
  sounds: number;
  radius: number;
  licenses: { name: string; family: string; deed: string | null }[];
  families: string[];
  seconds: number[];
  communities: { [key in keyof Community]: Community[key][] };
  together: boolean;
  prefix: number;
}

export interface Overview extends Omit<File, "communities" | "radius"> {
  /** The square around all circles: its center, and half its side. */
  x: number;
  y: number;
  half: number;
  communities: Community[];
  byId: Map<number, Community>;
}

/** Read the overview; rejects on failure. */
export async function overview(): Promise<Overview> {
  const file = await request<File>("map/overview.json");
  if (!file) throw new Error("map/overview.json does not exist");
  const columns = file.communities;
  const communities = columns.id.map(
    (_, at) =>
      Object.fromEntries(
        Object.entries(columns).map(([key, column]) => [key, column[at]]),
      ) as unknown as Community,
  );
  const byId = new Map(communities.map((one) => [one.id, one]));
  return { ...file, ...square(communities), communities, byId };
}

function square(circles: Community[]): { x: number; y: number; half: number } {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y, radius } of circles) {
    [left, right] = [Math.min(left, x - radius), Math.max(right, x + radius)];
    [bottom, top] = [Math.min(bottom, y - radius), Math.max(top, y + radius)];
  }
  const half = Math.max(right - left, top - bottom, 2) / 2;
  return circles.length
    ? { x: (left + right) / 2, y: (bottom + top) / 2, half }
    : { x: 0, y: 0, half: 1 };
}
