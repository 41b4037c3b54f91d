// The style sheet's colors, light or dark, for the canvas.

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

/** Read the current colors. */
export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string) => style.getPropertyValue(name).trim();
  return {
    communities: Array.from({ length: 9 }, (_, index) => value(`--c${index}`)),
    bare: value("--bare"),
    paper: value("--paper"),
    ink: value("--ink"),
    soft: value("--soft"),
    mark: value("--link"),
    serif: value("--serif"),
    sans: value("--sans"),
    kinds: {
      user: value("--connection-user"),
      pack: value("--connection-pack"),
      similar: value("--connection-similar"),
    },
  };
}

/** Add an opacity to #rrggbb, premultiplied as sigma expects it. */
export function thin(color: string, opacity: number): string {
  const parts = [1, 3, 5].map((start) =>
    Math.round(Number.parseInt(color.slice(start, start + 2), 16) * opacity),
  );
  return `rgba(${parts.join()},${opacity})`;
}
