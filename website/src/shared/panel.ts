// The details of one sound: what it is, who made it, how to hear it and how to credit it.
import { creditHtml, creditText, license } from "./credit";
import type { Details } from "./details";
import { bdi, el } from "./dom";
import { player } from "./player";
import { day, duration, foreign } from "./texts";
import { count, home, t } from "./words";

export interface Neighbour {
  id: number;
  name: string;
  author: string;
  /** 0 to 1, for one that is alike. */
  score?: number;
}

export interface Around {
  similar: Neighbour[];
  pack: Neighbour[];
  user: Neighbour[];
}

type Kind = "user" | "pack" | "tag";

/** What the page does for the panel. */
export interface Uses {
  close(): void;
  choose(id: number): void;
  /** Return the address that shows only the sounds of a user, a pack or a tag. */
  address(kind: Kind, value: string): string;
}

/** Return the content of a panel; its heading has the id panel-name and can be focused. */
export function panel(sound: Details, around: Around, note: string | null, uses: Uses): Node[] {
  const author = foreign(sound.username, "?");
  const by = el("p", { class: "by" }, bdi(author));
  if (sound.pages.user) by.replaceChildren(el("a", { href: home + sound.pages.user }, bdi(author)));
  return [
    ...heading(foreign(sound.name, `#${sound.id}`), uses),
    by,
    ...(note ? [el("p", { class: "hint" }, note)] : []),
    preview(sound),
    credit(sound),
    facts(sound, uses),
    tags(sound, uses),
    el("p", {}, el("a", { href: sound.url, rel: "external" }, t("panel.freesound"))),
    ...neighbours("panel.similar", around.similar, uses),
    ...neighbours("panel.same-pack", around.pack, uses),
    ...neighbours("panel.same-user", around.user, uses),
    around.pack.length || around.user.length
      ? el("p", { class: "hint" }, t("panel.loaded-only"))
      : document.createDocumentFragment(),
  ];
}

/** Return the top of a panel: its heading and the button that closes it. */
export function heading(text: string, uses: Pick<Uses, "close">): Node[] {
  const close = el("button", { type: "button", class: "close" }, t("panel.close"));
  close.addEventListener("click", uses.close);
  return [el("h2", { id: "panel-name", tabindex: "-1" }, bdi(text)), close];
}

function preview(sound: Details): Node {
  const state = el("p", { class: "hint", role: "status" });
  const label = t("panel.preview", { name: foreign(sound.name, `#${sound.id}`) });
  const audio = player(sound.previews, label, () => {
    state.textContent = t("panel.preview-failed");
  });
  if (!audio) state.textContent = t("panel.no-preview");
  return el("div", { class: "preview" }, audio, state);
}

function credit(sound: Details): Node {
  const state = el("p", { class: "hint", role: "status" });
  const box = el("div", { class: "credit", role: "group", "aria-label": t("panel.credit") });
  const forms: [string, (one: Details) => string][] = [
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
    // No permission, or no clipboard at all: that needs https.
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

function facts(sound: Details, uses: Uses): Node {
  const { name, deed } = license(sound.license);
  const shown = foreign(name, t("sound.no-licence"));
  const list = el("dl", { class: "panel-facts" });
  const add = (key: string, ...parts: (Node | string)[]) =>
    list.append(el("div", {}, el("dt", {}, t(key)), el("dd", {}, ...parts)));
  add("panel.licence", deed ? el("a", { href: deed, rel: "license" }, shown) : bdi(shown));
  add("panel.length", duration(sound.duration));
  add("panel.date", day(sound.created) ?? t("sound.no-date"));
  add("panel.downloads", count(sound.num_downloads));
  if (sound.type) add("panel.type", bdi(foreign(sound.type, "–")));
  if (sound.pack) {
    const pack = foreign(sound.pack.name, `#${sound.pack.id}`);
    const { pack: page } = sound.pages;
    add(
      "panel.pack",
      page ? el("a", { href: home + page }, bdi(pack)) : bdi(pack),
      el("br"),
      only("panel.only-pack", "pack", sound.pack.name, uses),
    );
  }
  add("panel.author", only("panel.only-user", "user", sound.username, uses));
  return list;
}

function only(key: string, kind: Kind, value: string, uses: Uses): Node {
  const link = narrowing(kind, value, uses, t(key));
  link.className = "only";
  return link;
}

/** Return a link to the sounds of a user, a pack or a tag, in the view that is there by then. */
function narrowing(kind: Kind, value: string, uses: Uses, label: Node | string): HTMLAnchorElement {
  const link = el("a", { href: uses.address(kind, value) }, label);
  for (const event of ["click", "auxclick", "contextmenu"]) {
    link.addEventListener(event, () => (link.href = uses.address(kind, value)));
  }
  return link;
}

function tags(sound: Details, uses: Uses): Node {
  const list = el("ul", { class: "tags", "aria-label": t("panel.tags") });
  for (const tag of sound.tags) {
    const name = bdi(foreign(tag, t("sound.blank")));
    list.append(el("li", {}, narrowing("tag", tag, uses, name)));
  }
  return sound.tags.length ? list : document.createDocumentFragment();
}

function neighbours(key: string, sounds: Neighbour[], uses: Uses): Node[] {
  if (!sounds.length) return [];
  const list = el("ul", { class: "neighbours" });
  for (const one of sounds) {
    const button = el("button", { type: "button" }, bdi(foreign(one.name, `#${one.id}`)));
    button.addEventListener("click", () => uses.choose(one.id));
    const author = el("span", { class: "hint" }, " ", bdi(foreign(one.author, "?")));
    const score = one.score === undefined ? null : Math.round(one.score * 100);
    if (score !== null) author.append(` ${t("panel.score", { score })}`);
    list.append(el("li", {}, button, author));
  }
  return [el("h3", {}, t(key)), list];
}
