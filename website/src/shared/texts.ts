// Foreign texts and lengths as every page shows them; the generator has the same rules in texts.py.
import { lang } from "./words";

/** Return text with a sign in place of each half character, which no file and no address can hold. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, "\ufffd");
}

/** Return text from outside as one visible line; `otherwise` stands in when nothing is left. */
export function foreign(text: string, otherwise: string): string {
  const line = wellFormed(text)
    .replace(/\p{Cc}/gu, " ")
    .split(/\s+/u)
    .filter(Boolean)
    .join(" ");
  return /[^\p{C}\p{Z}\p{M}]/u.test(line) ? line : otherwise;
}

/** Return a length: 0.43 s, 12.3 s, 3:07 min, 1:02:03 h; a dash for none. */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60), whole % 60];
  if (hours < 1) return `${minutes}:${two(rest)} min`;
  return `${hours.toLocaleString("en")}:${two(minutes % 60)}:${two(rest)} h`;
}

/** Return a time of upload as a date in the page's language; null when it is none. */
export function day(stamp: string): string | null {
  const at = /^\d{4}-\d\d-\d\dT[\d:.]+$/.test(stamp) ? `${stamp}Z` : stamp;
  const time = Date.parse(at);
  if (!/^\d{4}-\d\d-\d\d/.test(stamp) || Number.isNaN(time)) return null;
  return new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeZone: "UTC" }).format(time);
}

/** Return text as words are compared: no accents, no capitals. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("ς", "σ");
}
