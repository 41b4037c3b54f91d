// The table of sounds: reads its rows and adds buttons to them.
import type { Details } from "../shared/details";
import { el } from "../shared/dom";
import { t } from "../shared/words";

export interface Row {
  id: number;
  name: string;
  username: string;
  /** The URL of a license deed, or free text. */
  license: string;
}

export const table = document.getElementById("rows") as HTMLTableElement | null;
export const body = table?.tBodies[0] ?? null;

const previews = new WeakMap<Element, Details["previews"]>();

/** Read a sound from the cells of its row. */
export function read(row: HTMLTableRowElement): Row {
  const [name, author, license] = row.cells;
  const deed = license?.querySelector("a")?.href;
  return {
    id: Number(name?.querySelector("a")?.id.slice(1)),
    name: name?.textContent ?? "",
    username: author?.textContent ?? "",
    license: deed ?? license?.querySelector("bdi")?.textContent ?? "",
  };
}

/** The previews of a play button. */
export function previewsOf(button: Element): Details["previews"] {
  return previews.get(button) ?? { mp3: null, ogg: null };
}

/** Add a copy button, and replace the row's player with a button for the shared player. */
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

/** Make a button that plays a sound's preview. */
export function playButton(name: string, offered: Details["previews"]): HTMLButtonElement {
  const label = t("list.play-of", { name });
  const button = el("button", { class: "play", type: "button", "aria-label": label });
  button.setAttribute("aria-pressed", "false");
  previews.set(button, offered);
  return button;
}

/** Set table roles explicitly: some browsers drop them when cells are displayed as cards. */
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
