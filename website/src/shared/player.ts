// Previews: loaded when they are played, one at a time.
import type { Details } from "./details";
import { el } from "./dom";

let playing: HTMLAudioElement | null = null;

/** Return a player for a sound's preview; null when it has none.
 *
 * `failed` is called when the preview cannot be played. Nothing is requested before. */
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
  audio.lastElementChild?.addEventListener("error", failed); // each source failed
  audio.addEventListener("play", () => {
    if (playing !== audio) playing?.pause();
    playing = audio;
  });
  return audio;
}

/** Stop what is playing, as when its sound leaves the page. */
export function silence(): void {
  playing?.pause();
  playing = null;
}
