// Keyboard control: arrows move, + and - zoom, 0 shows the whole map, Enter opens the central sound.
import type { Renderer } from "./renderer";

const STEP = 0.2; // of the view
const ZOOM = 1.5;

interface Callbacks {
  whole(): void;
  open(): void;
  close(): void;
}

const MOVES: Record<string, [x: number, y: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Zoom by a factor; below 1 zooms in. */
export function zoom(renderer: Renderer, factor: number): void {
  const { x, y, ratio } = renderer.destination; // so that quick key presses add up
  renderer.go({ x, y, ratio: ratio * factor });
}

export function zoomIn(renderer: Renderer): void {
  zoom(renderer, 1 / ZOOM);
}

export function zoomOut(renderer: Renderer): void {
  zoom(renderer, ZOOM);
}

/** Handle keys while the map has focus. */
export function listen(renderer: Renderer, callbacks: Callbacks): void {
  const plain: Record<string, () => void> = {
    "+": () => zoomIn(renderer),
    "=": () => zoomIn(renderer),
    "-": () => zoomOut(renderer),
    "0": callbacks.whole,
    Home: callbacks.whole,
    Enter: callbacks.open,
    Escape: callbacks.close,
  };
  renderer.container.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    const action = plain[event.key];
    if (move) pan(renderer, move);
    else if (action) action();
    else return;
    event.preventDefault();
  };
}

function pan(renderer: Renderer, [right, up]: [number, number]): void {
  const { left, right: end, bottom, top } = renderer.view();
  const { x, y, ratio } = renderer.destination;
  const step = (STEP * ratio) / renderer.position.ratio;
  renderer.go({ x: x + right * step * (end - left), y: y + up * step * (top - bottom), ratio });
}
