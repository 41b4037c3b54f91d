// The tooltip at the pointer. Keyboard users find the same facts in the panel.
import { bdi, byId, el } from "../shared/dom";

export class Tip {
  private readonly box = byId("tip");

  show(title: string, more: string, at: { x: number; y: number }, frame: HTMLElement): void {
    this.box.replaceChildren(el("strong", {}, bdi(title)), el("span", {}, bdi(more)));
    this.box.hidden = false;
    const { width, height } = this.box.getBoundingClientRect();
    const x = at.x + 16 + width > frame.clientWidth ? at.x - width - 12 : at.x + 16;
    const y = Math.min(Math.max(at.y - height / 2, 4), frame.clientHeight - height - 4);
    this.box.style.transform = `translate(${Math.max(x, 4)}px, ${y}px)`;
  }

  hide(): void {
    this.box.hidden = true;
  }
}
