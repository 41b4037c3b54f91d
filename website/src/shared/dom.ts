// Elements made from parts. Foreign text goes in as text nodes only, never as markup.

type Part = Node | string | null | false;

/** Return a new element with these properties and children; `class` and `aria-*` are attributes. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean> = {},
  ...children: Part[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((part) => part !== null && part !== false));
  return made;
}

/** Return foreign text kept apart from the direction of the text around it. */
export function bdi(text: string): HTMLElement {
  return el("bdi", {}, text);
}

/** Return the element with this id; the template promises that it is there. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}
