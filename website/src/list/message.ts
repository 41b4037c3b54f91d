// The status line above the table; screen readers read it out.
const line = document.getElementById("message");

export function say(text: string): void {
  if (line) line.textContent = text;
}
