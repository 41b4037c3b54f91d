// The player at the bottom of the page. It appears when the first preview is played.
import { bdi, el } from "../shared/dom";
import { player, silence } from "../shared/player";
import { t } from "../shared/words";
import { say } from "./message";
import { previewsOf } from "./table";

let bar: HTMLElement | null = null;
let audio: HTMLAudioElement | null = null;
let current: Element | null = null;

/** Play the preview of a row's button, or pause it if it is playing. */
export function toggle(button: Element, name: string): void {
  if (button !== current) load(button, name);
  if (!audio) return;
  if (audio.paused)
    audio.play().catch(() => {}); // reported by the player's error callback
  else audio.pause();
}

function load(button: Element, name: string): void {
  close();
  const label = t("list.play-of", { name });
  audio = player(previewsOf(button), label, () => say(t("list.no-preview")));
  if (!audio) return;
  current = button;
  for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, mark);
  const shut = el("button", { type: "button", class: "shut", "aria-label": t("list.close") }, "×");
  shut.addEventListener("click", () => {
    const before = current;
    close();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });
  bar = el("section", { class: "player", "aria-label": t("list.player") });
  bar.append(el("p", {}, bdi(name)), audio, shut);
  document.body.append(bar);
}

function mark(): void {
  current?.setAttribute("aria-pressed", String(audio !== null && !audio.paused));
}

function close(): void {
  silence();
  current?.setAttribute("aria-pressed", "false");
  bar?.remove();
  current = audio = bar = null;
}
