// What happened, for everybody: a line above the table that screen readers speak.
const line = document.getElementById("said");

export function say(text: string): void {
  if (line) line.textContent = text;
}
