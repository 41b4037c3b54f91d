// The page's texts in its language, which the generator writes into each page as JSON.

interface Page {
  lang: string;
  /** Paths from this page to the root of the site, and to the root of its language: "../" or "". */
  root: string;
  home: string;
  words: Record<string, string>;
}

const page: Page = JSON.parse(document.getElementById("page")?.textContent ?? "{}");

export const { lang, root, home } = page;

const numbers = new Intl.NumberFormat(lang);

/** The text of `key` with its {placeholders} filled in; numbers are formatted for the language. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = page.words[key];
  if (text === undefined) throw new Error(`the page has no text for ${key}`);
  return text.replace(/\{([a-z_]+)\}/g, (hole, name: string) => {
    const value = values[name];
    if (value === undefined) return hole;
    return typeof value === "number" ? numbers.format(value) : value;
  });
}

export function count(value: number): string {
  return numbers.format(value);
}
