// Credits, worded like Freesound's own "attribution" box (MTG/freesound, sounds/models.py,
// attribution_texts), with Freesound's names of the licenses.
import type { Details } from "./details";
import { wellFormed } from "./texts";

export interface License {
  /** On this site: CC BY 4.0. */
  name: string;
  /** On Freesound: Attribution 4.0. */
  formal: string;
  deed: string | null;
}

const DEEDS: [path: string, name: string, formal: string][] = [
  ["publicdomain/zero/1.0/", "CC0 1.0", "Creative Commons 0"],
  ["licenses/by/3.0/", "CC BY 3.0", "Attribution 3.0"],
  ["licenses/by/4.0/", "CC BY 4.0", "Attribution 4.0"],
  ["licenses/by-nc/3.0/", "CC BY-NC 3.0", "Attribution NonCommercial 3.0"],
  ["licenses/by-nc/4.0/", "CC BY-NC 4.0", "Attribution NonCommercial 4.0"],
  ["licenses/sampling+/1.0/", "Sampling+ 1.0", "Sampling+"],
];

/** Find the license of a deed's URL; an unknown one keeps its text and has no link. */
export function license(text: string): License {
  const address = text.trim().replace(/^https?:\/\//, "");
  const normalized = `${address.replace(/\/+$/, "")}/`;
  for (const [path, name, formal] of DEEDS) {
    const deed = `creativecommons.org/${path}`;
    if (normalized === deed) return { name, formal, deed: `https://${deed}` };
  }
  return { name: text, formal: text, deed: null };
}

type Credited = Pick<Details, "id" | "name" | "username" | "license">;

/** The credit as one line of plain text. */
export function creditText(sound: Credited): string {
  const address = `https://freesound.org/s/${sound.id}/`;
  const { formal } = license(sound.license);
  return `${line(sound.name)} by ${line(sound.username)} -- ${address} -- License: ${line(formal)}`;
}

/** The credit as HTML with links to the sound, its author and its license. */
export function creditHtml(sound: Credited): string {
  const author = `https://freesound.org/people/${encodeURIComponent(wellFormed(sound.username))}/`;
  const { formal, deed } = license(sound.license);
  const named = deed ? link(deed, formal) : escaped(formal);
  return `${link(`${author}sounds/${sound.id}/`, sound.name)} by ${link(author, sound.username)} | License: ${named}`;
}

function link(address: string, text: string): string {
  return `<a href="${escaped(address)}">${escaped(text)}</a>`;
}

function escaped(text: string): string {
  const signs: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#x27;",
  };
  return line(text).replace(/[&<>"']/g, (sign) => signs[sign] ?? sign);
}

function line(text: string): string {
  return wellFormed(text).replace(/\p{Cc}+/gu, " ");
}
