// Preview players: load on play, and play one at a time.
import type { Details } from "./details";
import { el } from "./dom";

let playing: HTMLAudioElement | null = null;

/** Make a player for a sound's preview; null if it has none.
 *
 * Nothing is requested before the user plays it. `failed` is called if that does not work. */
export function player(
  previews: Details["previews"],
  label: string,
  failed: () => void,
): HTMLAudioElement | null {
  const sources: [string | null, string][] = [
    [previews.mp3, "audio/mpeg"],
    [previews.ogg, "audio/ogg"],
  ];
  const offered = sources.filter((pair): pair is [string, string] => Boolean(pair[0]));
  if (!offered.length) return null;
  const audio = el("audio", { controls: true, preload: "none", "aria-label": label });
  for (const [src, type] of offered) audio.append(el("source", { src, type }));
  audio.lastElementChild?.addEventListener("error", failed); // fires when all sources have failed
  audio.addEventListener("play", () => {
    if (playing !== audio) playing?.pause();
    playing = audio;
  });
  return audio;
}

/** Stop what is playing, for example when its panel closes. */
export function silence(): void {
  playing?.pause();
  playing = null;
}
