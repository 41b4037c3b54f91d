// All that is known of one sound, from the files that the site offers to everybody.
import { json } from "./fetch";

export interface Similar {
  id: number;
  name: string;
  username: string;
  /** 0 to 1, the higher the more alike. */
  score: number;
}

export interface Details {
  id: number;
  name: string;
  username: string;
  license: string;
  created: string;
  tags: string[];
  /** Seconds; null when it is not known. */
  duration: number | null;
  type: string;
  num_downloads: number;
  pack: { id: number; name: string } | null;
  previews: { mp3: string | null; ogg: string | null };
  /** Its Freesound page. */
  url: string;
  community: number | null;
  similar: Similar[];
  /** Pages of this site, as paths in the page's language. */
  pages: { user: string | null; pack: string | null };
}

const SHARD = 1000;

/** Return a sound; null when there is none with this number. Rejects when the network fails. */
export async function sound(id: number): Promise<Details | null> {
  if (!Number.isSafeInteger(id) || id < 0) return null;
  const name = `${Math.floor(id / SHARD)}.json`;
  const index = await json<{ shards: { file: string }[] }>("api/sounds/index.json");
  if (!index?.shards.some(({ file }) => file === name)) return null;
  const shard = await json<{ sounds: Details[] }>(`api/sounds/${name}`);
  return shard?.sounds.find((one) => one.id === id) ?? null;
}
