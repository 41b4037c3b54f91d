// Helpers to build elements. Untrusted text is added as text nodes only, never as markup.

type Part = Node | string | null | false;

/** Make an element with these attributes and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean> = {},
  ...children: Part[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((part) => part !== null && part !== false));
  return element;
}

/** Untrusted text, isolated from the direction of the text around it. */
export function bdi(text: string): HTMLElement {
  return el("bdi", {}, text);
}

/** The element with this id, which the template must have. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as T;
}
