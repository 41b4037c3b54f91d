// The panel of a sound: its facts, a player, and its credit.
import { creditHtml, creditText, license } from "./credit";
import type { Details } from "./details";
import { bdi, el } from "./dom";
import { player } from "./player";
import { day, duration, oneLine } from "./texts";
import { count, home, t } from "./words";

export interface Neighbor {
  id: number;
  name: string;
  author: string;
  /** 0 to 1, for similar sounds. */
  score?: number;
}

export interface Neighbors {
  similar: Neighbor[];
  pack: Neighbor[];
  user: Neighbor[];
}

type Kind = "user" | "pack" | "tag";

/** What the panel asks of the page. */
export interface Callbacks {
  close(): void;
  choose(id: number): void;
  /** The URL that shows only the sounds of a user, a pack or a tag. */
  address(kind: Kind, value: string): string;
}

/** Make the content of the panel; its heading has the id panel-name and can be focused. */
export function panel(
  sound: Details,
  around: Neighbors,
  note: string | null,
  callbacks: Callbacks,
): Node[] {
  const author = oneLine(sound.username, "?");
  const by = el("p", { class: "by" }, bdi(author));
  if (sound.pages.user) by.replaceChildren(el("a", { href: home + sound.pages.user }, bdi(author)));
  return [
    ...heading(oneLine(sound.name, `#${sound.id}`), callbacks),
    by,
    ...(note ? [el("p", { class: "hint" }, note)] : []),
    preview(sound),
    credit(sound),
    facts(sound, callbacks),
    tags(sound, callbacks),
    el("p", {}, el("a", { href: sound.url, rel: "external" }, t("panel.freesound"))),
    ...neighborList("panel.similar", around.similar, callbacks),
    ...neighborList("panel.same-pack", around.pack, callbacks),
    ...neighborList("panel.same-user", around.user, callbacks),
    around.pack.length || around.user.length
      ? el("p", { class: "hint" }, t("panel.loaded-only"))
      : document.createDocumentFragment(),
  ];
}

/** Make the heading and the close button. */
export function heading(text: string, callbacks: Pick<Callbacks, "close">): Node[] {
  const close = el("button", { type: "button", class: "close" }, t("panel.close"));
  close.addEventListener("click", callbacks.close);
  return [el("h2", { id: "panel-name", tabindex: "-1" }, bdi(text)), close];
}

function preview(sound: Details): Node {
  const state = el("p", { class: "hint", role: "status" });
  const label = t("panel.preview", { name: oneLine(sound.name, `#${sound.id}`) });
  const audio = player(sound.previews, label, () => {
    state.textContent = t("panel.preview-failed");
  });
  if (!audio) state.textContent = t("panel.no-preview");
  return el("div", { class: "preview" }, audio, state);
}

function credit(sound: Details): Node {
  const state = el("p", { class: "hint", role: "status" });
  const box = el("div", { class: "credit", role: "group", "aria-label": t("panel.credit") });
  const forms: [string, (sound: Details) => string][] = [
    ["panel.copy-text", creditText],
    ["panel.copy-html", creditHtml],
  ];
  for (const [key, form] of forms) {
    const button = el("button", { type: "button" }, t(key));
    button.addEventListener("click", () => void copy(form(sound), box, state));
    box.append(button);
  }
  box.append(state);
  return box;
}

async function copy(text: string, box: HTMLElement, state: HTMLElement): Promise<void> {
  box.querySelector("textarea")?.remove();
  state.textContent = "";
  try {
    await navigator.clipboard.writeText(text);
    state.textContent = t("panel.copied");
  } catch {
    // No permission, or no clipboard, which needs https.
    const field = el("textarea", {
      readonly: true,
      rows: "4",
      "aria-label": t("panel.credit-field"),
    });
    field.value = text;
    box.append(field);
    state.textContent = t("panel.copy-by-hand");
    field.focus();
    field.select();
  }
}

/** What authors may wish about training AI with a sound. */
const WISHES = new Map([
  ["no-additional-preferences", "panel.ai-license"],
  ["open-source-models", "panel.ai-open"],
  ["noncommercial-open-source-models", "panel.ai-noncommercial"],
  ["no-gen-ai", "panel.ai-no"],
]);

function facts(sound: Details, callbacks: Callbacks): Node {
  const { name, deed } = license(sound.license);
  const label = oneLine(name, t("sound.no-license"));
  const list = el("dl", { class: "panel-facts" });
  const add = (key: string, ...parts: (Node | string)[]) =>
    list.append(el("div", {}, el("dt", {}, t(key)), el("dd", {}, ...parts)));
  add("panel.license", deed ? el("a", { href: deed, rel: "license" }, label) : bdi(label));
  add("panel.length", duration(sound.duration));
  add("panel.date", day(sound.created) ?? t("sound.no-date"));
  add("panel.downloads", count(sound.num_downloads));
  if (sound.type) add("panel.type", bdi(oneLine(sound.type, "–")));
  if (sound.is_explicit) add("panel.explicit", t("panel.explicit-yes"));
  if (sound.gen_ai_preference) {
    const wish = WISHES.get(sound.gen_ai_preference);
    add("panel.ai-training", wish ? t(wish) : bdi(oneLine(sound.gen_ai_preference, "–")));
  }
  if (sound.pack) {
    const pack = oneLine(sound.pack.name, `#${sound.pack.id}`);
    const { pack: page } = sound.pages;
    add(
      "panel.pack",
      page ? el("a", { href: home + page }, bdi(pack)) : bdi(pack),
      el("br"),
      only("panel.only-pack", "pack", sound.pack.name, callbacks),
    );
  }
  add("panel.author", only("panel.only-user", "user", sound.username, callbacks));
  return list;
}

function only(key: string, kind: Kind, value: string, callbacks: Callbacks): Node {
  const link = narrowing(kind, value, callbacks, t(key));
  link.className = "only";
  return link;
}

/** Make a link to the sounds of a user, a pack or a tag, in the view at the time of the click. */
function narrowing(
  kind: Kind,
  value: string,
  callbacks: Callbacks,
  label: Node | string,
): HTMLAnchorElement {
  const link = el("a", { href: callbacks.address(kind, value) }, label);
  for (const event of ["click", "auxclick", "contextmenu"]) {
    link.addEventListener(event, () => (link.href = callbacks.address(kind, value)));
  }
  return link;
}

function tags(sound: Details, callbacks: Callbacks): Node {
  const list = el("ul", { class: "tags", "aria-label": t("panel.tags") });
  for (const tag of sound.tags) {
    const name = bdi(oneLine(tag, t("sound.blank")));
    list.append(el("li", {}, narrowing("tag", tag, callbacks, name)));
  }
  return sound.tags.length ? list : document.createDocumentFragment();
}

function neighborList(key: string, sounds: Neighbor[], callbacks: Callbacks): Node[] {
  if (!sounds.length) return [];
  const list = el("ul", { class: "neighbors" });
  for (const neighbor of sounds) {
    const button = el("button", { type: "button" }, bdi(oneLine(neighbor.name, `#${neighbor.id}`)));
    button.addEventListener("click", () => callbacks.choose(neighbor.id));
    const author = el("span", { class: "hint" }, " ", bdi(oneLine(neighbor.author, "?")));
    const score = neighbor.score === undefined ? null : Math.round(neighbor.score * 100);
    if (score !== null) author.append(` ${t("panel.score", { score })}`);
    list.append(el("li", {}, button, author));
  }
  return [el("h3", {}, t(key)), list];
}
