// All facts about one sound, from the site's public data files.
import { json } from "./fetch";

export interface Similar {
  id: number;
  name: string;
  username: string;
  /** 0 to 1; higher is more similar. */
  score: number;
}

export interface Details {
  id: number;
  name: string;
  username: string;
  license: string;
  created: string;
  tags: string[];
  /** Seconds; null if unknown. */
  duration: number | null;
  type: string;
  num_downloads: number;
  is_explicit: boolean | null;
  /** The author's wish on AI training, as Freesound names it; null if unknown. */
  gen_ai_preference: string | null;
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

/** Load a sound; null if no sound has this id. Rejects on network errors. */
export async function sound(id: number): Promise<Details | null> {
  if (!Number.isSafeInteger(id) || id < 0) return null;
  const name = `${Math.floor(id / SHARD)}.json`;
  const index = await json<{ shards: { file: string }[] }>("api/sounds/index.json");
  if (!index?.shards.some(({ file }) => file === name)) return null;
  const shard = await json<{ sounds: Details[] }>(`api/sounds/${name}`);
  return shard?.sounds.find((entry) => entry.id === id) ?? null;
}
