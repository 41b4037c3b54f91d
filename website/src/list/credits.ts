// The button of a row that copies the sound's credit.
import { creditText } from "../shared/credit";
import { sound } from "../shared/details";
import { t } from "../shared/words";
import { say } from "./said";
import { type Row, read } from "./table";

const SHOWN = 2000; // milliseconds that a button says what it did

/** Copy the credit of the row's sound, and say so; where nothing can be copied, show it. */
export async function copy(button: HTMLButtonElement, row: HTMLTableRowElement): Promise<void> {
  const credit = creditText(await whole(read(row)));
  try {
    await navigator.clipboard.writeText(credit);
  } catch {
    say(t("list.not-copied", { credit }));
    return;
  }
  say(t("list.copied-of", { credit }));
  button.textContent = t("list.copied");
  setTimeout(() => {
    button.textContent = t("list.credit");
  }, SHOWN);
}

/** Look up a sound of which the row shows only the beginning of a text. */
async function whole(row: Row): Promise<Row> {
  const isCut = [row.name, row.username, row.license].some((text) => text.endsWith("…"));
  if (!isCut || location.protocol === "file:") return row;
  return (await sound(row.id).catch(() => null)) ?? row;
}
