// The whole map in one small file: its communities, and what there is of each licence and length.
import { request } from "../shared/fetch";

export interface Community {
  id: number;
  /** Of its circle, in map units. */
  x: number;
  y: number;
  radius: number;
  size: number;
  label: string;
  /** 0 to 8: the colours --c0 to --c8. */
  color: number;
  /** How many of its sounds have each licence family, and each class of length. */
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
  /** The square around all circles: its middle, and half its side. */
  x: number;
  y: number;
  half: number;
  communities: Community[];
  byId: Map<number, Community>;
}

/** Read the overview; rejects when there is none. */
export async function overview(): Promise<Overview> {
  const file = await request<File>("map/overview.json");
  if (!file) throw new Error("there is no map/overview.json");
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
