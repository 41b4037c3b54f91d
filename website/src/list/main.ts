// Adds search, a player and copy buttons to the list, which is a complete table without this script.
import "../shared/enhanced";
import { copy } from "./credits";
import { toggle } from "./playerbar";
import { startSearch } from "./search";
import { body, enhance, keepRoles, read, table } from "./table";

if (table && body) {
  table.setAttribute("role", "table");
  for (const part of [table.tHead, body]) part?.setAttribute("role", "rowgroup");
  for (const row of table.tHead?.rows ?? []) keepRoles(row);
  for (const row of body.rows) enhance(row);
  body.addEventListener("click", (event) => {
    const button = (event.target as Element).closest("button");
    const row = button?.closest("tr");
    if (!button || !row) return;
    if (button.matches(".play")) toggle(button, read(row).name);
    if (button.matches(".copy")) copy(button, row);
  });
  startSearch();
}
