// The player at the foot of the page: it appears with the first preview that is played.
import { bdi, el } from "../shared/dom";
import { player, silence } from "../shared/player";
import { t } from "../shared/words";
import { say } from "./said";
import { previewsOf } from "./table";

let deck: HTMLElement | null = null;
let audio: HTMLAudioElement | null = null;
let current: Element | null = null;

/** Play the preview of a row's button; pause it when it plays already. */
export function toggle(button: Element, name: string): void {
  if (button !== current) load(button, name);
  if (!audio) return;
  if (audio.paused)
    audio.play().catch(() => {}); // `failed` tells it
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
  deck = el("section", { class: "deck", "aria-label": t("list.player") });
  deck.append(el("p", {}, bdi(name)), audio, shut);
  document.body.append(deck);
}

function mark(): void {
  current?.setAttribute("aria-pressed", String(audio !== null && !audio.paused));
}

function close(): void {
  silence();
  current?.setAttribute("aria-pressed", "false");
  deck?.remove();
  current = audio = deck = null;
}
