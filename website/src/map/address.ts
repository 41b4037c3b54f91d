// The view of the map as a URL fragment, for links and for "back".

export const KINDS = ["user", "pack", "similar"] as const;
export type Kind = (typeof KINDS)[number];

/** The center of the view in map units, and the camera ratio: 1 shows the whole map, less zooms in. */
export interface Position {
  x: number;
  y: number;
  ratio: number;
}

export interface Filter {
  /** License families; an empty list means all. */
  family: string[];
  user: string;
  pack: string;
  tag: string;
  /** Seconds. */
  min: number | null;
  max: number | null;
}

export interface Address extends Filter {
  sound: number | null;
  at: Position | null;
  edges: Kind[];
  q: string;
}

const FAMILIES = ["zero", "by", "by-nc", "sampling", "other"];
export const NO_FILTER: Filter = { family: [], user: "", pack: "", tag: "", min: null, max: null };
const LONGEST = 300;

/** Parse a URL fragment and ignore invalid values. Never throws. */
export function parse(hash: string): Address {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const text = (key: string) => (values.get(key) ?? "").slice(0, LONGEST);
  const edges = values.get("edges");
  return {
    sound: whole(values.get("sound")),
    at: position(values.get("at")),
    family: FAMILIES.filter((family) => listed(text("family")).includes(family)),
    user: text("user"),
    pack: text("pack"),
    tag: text("tag"),
    min: seconds(values.get("min")),
    max: seconds(values.get("max")),
    edges: edges === null ? [...KINDS] : KINDS.filter((kind) => listed(edges).includes(kind)),
    q: text("q"),
  };
}

/** Format a view as a URL fragment; "#" for the default view. */
export function format(view: Address): string {
  const values = new URLSearchParams();
  if (view.sound !== null) values.set("sound", String(view.sound));
  if (view.at)
    values.set(
      "at",
      [short(view.at.x), short(view.at.y), Number(view.at.ratio.toPrecision(4))].join(),
    );
  if (view.family.length) values.set("family", view.family.join());
  for (const key of ["user", "pack", "tag", "q"] as const)
    if (view[key]) values.set(key, view[key]);
  if (view.min !== null) values.set("min", String(view.min));
  if (view.max !== null) values.set("max", String(view.max));
  if (view.edges.length < KINDS.length) values.set("edges", view.edges.join());
  return `#${values.toString().replaceAll("%2C", ",")}`;
}

/** Whether a filter hides anything. */
export function isFiltering(filter: Filter): boolean {
  const { family, user, pack, tag, min, max } = filter;
  return Boolean(family.length || user || pack || tag || min !== null || max !== null);
}

function listed(text: string): string[] {
  return [...new Set(text.split(",").filter(Boolean))].sort();
}

function whole(text: string | null): number | null {
  return text && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function seconds(text: string | null): number | null {
  return text && /^\d{1,9}(\.\d{1,3})?$/.test(text) ? Number(text) : null;
}

function position(text: string | null): Position | null {
  const [x, y, ratio, ...rest] = (text ?? "").split(",").map((part) => (part ? Number(part) : NaN));
  if (x === undefined || y === undefined || ratio === undefined || rest.length) return null;
  const sound = [x, y, ratio].every((value) => Number.isFinite(value) && Math.abs(value) < 1e6);
  return sound && ratio > 0 ? { x, y, ratio } : null;
}

function short(value: number): number {
  return Math.round(value * 1000) / 1000 + 0; // no -0
}
