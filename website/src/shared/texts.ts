// Formats untrusted text, lengths and dates like the generator's base/text.py.
import { lang } from "./words";

/** Replace lone surrogates, which neither files nor URLs can hold. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, "\ufffd");
}

/** Turn untrusted text into one visible line, or `otherwise` if nothing visible is left. */
export function oneLine(text: string, otherwise: string): string {
  const line = wellFormed(text)
    .replace(/\p{Cc}/gu, " ")
    .split(/\s+/u)
    .filter(Boolean)
    .join(" ");
  return /[^\p{C}\p{Z}\p{M}]/u.test(line) ? line : otherwise;
}

/** Format a length: 0.43 s, 12.3 s, 3:07 min, 1:02:03 h; a dash if unknown. */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60), whole % 60];
  if (hours < 1) return `${minutes}:${two(rest)} min`;
  return `${hours.toLocaleString("en")}:${two(minutes % 60)}:${two(rest)} h`;
}

/** Format an upload time as a date in the page's language; null if invalid. */
export function day(stamp: string): string | null {
  const iso = /^\d{4}-\d\d-\d\dT[\d:.]+$/.test(stamp) ? `${stamp}Z` : stamp;
  const time = Date.parse(iso);
  if (!/^\d{4}-\d\d-\d\d/.test(stamp) || Number.isNaN(time)) return null;
  return new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeZone: "UTC" }).format(time);
}

/** Remove accents and case for comparisons. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("ς", "σ");
}
