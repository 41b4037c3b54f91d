// The page's colours for the canvas: read from the style sheet, which knows day and night.

export interface Palette {
  communities: string[];
  bare: string;
  paper: string;
  ink: string;
  soft: string;
  mark: string;
  serif: string;
  sans: string;
  kinds: Record<string, string>;
}

/** Read the colours as they are now. */
export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string) => style.getPropertyValue(name).trim();
  return {
    communities: Array.from({ length: 9 }, (_, at) => value(`--c${at}`)),
    bare: value("--bare"),
    paper: value("--paper"),
    ink: value("--ink"),
    soft: value("--soft"),
    mark: value("--link"),
    serif: value("--serif"),
    sans: value("--sans"),
    kinds: {
      user: value("--thread-user"),
      pack: value("--thread-pack"),
      similar: value("--thread-similar"),
    },
  };
}

/** Return #rrggbb with an opacity, in the form that sigma blends rightly: multiplied with it. */
export function thin(color: string, opacity: number): string {
  const parts = [1, 3, 5].map((at) =>
    Math.round(Number.parseInt(color.slice(at, at + 2), 16) * opacity),
  );
  return `rgba(${parts.join()},${opacity})`;
}
