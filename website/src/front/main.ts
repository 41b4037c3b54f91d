import "../shared/enhanced";
import { t } from "../shared/words";

const DAY = 24 * 60 * 60 * 1000;

/** Say how many days ago the last night was, when that is longer than the note's `data-most`. */
function noteAge(now: number): void {
  const last = document.querySelector<HTMLTimeElement>(".night time");
  const note = document.getElementById("late");
  const days = (now - Date.parse(last?.dateTime ?? "")) / DAY;
  if (!note || !(days > Number(note.dataset.most))) return; // no night: not a number, so not more
  note.textContent = t("front.late", { days: Math.floor(days) });
  note.hidden = false;
}

noteAge(Date.now());
