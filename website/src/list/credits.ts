// Copies a sound's credit from the button in its row.
import { creditText } from "../shared/credit";
import { sound } from "../shared/details";
import { t } from "../shared/words";
import { say } from "./message";
import { type Row, read } from "./table";

const SHOWN = 2000; // milliseconds that the button shows "Copied"

/** Copy the credit of the row's sound; show it as a message when copying fails. */
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

/** Look up the full texts of a sound whose row shows some of them shortened. */
async function whole(row: Row): Promise<Row> {
  const isCut = [row.name, row.username, row.license].some((text) => text.endsWith("…"));
  if (!isCut || location.protocol === "file:") return row;
  return (await sound(row.id).catch(() => null)) ?? row;
}
