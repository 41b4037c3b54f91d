// The table of sounds on the page: what its rows say, and what scripts add to them.
import type { Details } from "../shared/details";
import { el } from "../shared/dom";
import { t } from "../shared/words";

export interface Row {
  id: number;
  name: string;
  username: string;
  /** The address of a deed, or a text of its author's own. */
  license: string;
}

export const table = document.getElementById("rows") as HTMLTableElement | null;
export const body = table?.tBodies[0] ?? null;

const previews = new WeakMap<Element, Details["previews"]>();

/** Return what the cells of a row say of its sound. */
export function read(row: HTMLTableRowElement): Row {
  const [name, author, licence] = row.cells;
  const deed = licence?.querySelector("a")?.href;
  return {
    id: Number(name?.querySelector("a")?.id.slice(1)),
    name: name?.textContent ?? "",
    username: author?.textContent ?? "",
    license: deed ?? licence?.querySelector("bdi")?.textContent ?? "",
  };
}

/** Return the previews that a play button of a row is for. */
export function previewsOf(button: Element): Details["previews"] {
  return previews.get(button) ?? { mp3: null, ogg: null };
}

/** Add a row's buttons, and a button in place of its player: one player serves them all. */
export function enhance(row: HTMLTableRowElement): void {
  const { name } = read(row);
  const credit = t("list.credit-of", { name });
  row.cells[2]?.append(
    " ",
    el("button", { class: "copy", type: "button", "aria-label": credit }, t("list.credit")),
  );
  const audio = row.querySelector("audio");
  if (audio) audio.replaceWith(playButton(name, fromAddress(audio.src)));
  keepRoles(row);
}

/** Return a button that plays a sound's preview. */
export function playButton(name: string, offered: Details["previews"]): HTMLButtonElement {
  const label = t("list.play-of", { name });
  const button = el("button", { class: "play", type: "button", "aria-label": label });
  button.setAttribute("aria-pressed", "false");
  previews.set(button, offered);
  return button;
}

/** Say what the parts of the table are: a card's `display` makes some browsers forget it. */
export function keepRoles(row: HTMLTableRowElement): void {
  row.setAttribute("role", "row");
  for (const cell of row.cells) {
    const head = cell.scope === "col" ? "columnheader" : "rowheader";
    cell.setAttribute("role", cell.tagName === "TH" ? head : "cell");
  }
}

function fromAddress(src: string): Details["previews"] {
  return src.endsWith(".ogg") ? { mp3: null, ogg: src } : { mp3: src, ogg: null };
}
