import "../shared/enhanced";
import { t } from "../shared/words";

const DAY = 24 * 60 * 60 * 1000;

/** Show how long ago the last night was if it is more than the note's `data-most` days. */
function noteAge(now: number): void {
  const last = document.querySelector<HTMLTimeElement>(".night time");
  const note = document.getElementById("late");
  const days = (now - Date.parse(last?.dateTime ?? "")) / DAY;
  if (!note || !(days > Number(note.dataset.most))) return; // NaN when no night is recorded
  note.textContent = t("front.late", { days: Math.floor(days) });
  note.hidden = false;
}

noteAge(Date.now());
