// The map from the keyboard: arrows move, + and - zoom, 0 shows all, Enter opens what is in the middle.
import type { Stage } from "./stage";

const STEP = 0.2; // of the view
const ZOOM = 1.5;

interface Uses {
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

/** Change the zoom by a factor; below 1 is nearer. */
export function zoom(stage: Stage, factor: number): void {
  const { x, y, ratio } = stage.aim; // a second key need not wait for the first one's movement
  stage.go({ x, y, ratio: ratio * factor });
}

export function zoomIn(stage: Stage): void {
  zoom(stage, 1 / ZOOM);
}

export function zoomOut(stage: Stage): void {
  zoom(stage, ZOOM);
}

/** Listen to the keys on the map. */
export function listen(stage: Stage, uses: Uses): void {
  const plain: Record<string, () => void> = {
    "+": () => zoomIn(stage),
    "=": () => zoomIn(stage),
    "-": () => zoomOut(stage),
    "0": uses.whole,
    Home: uses.whole,
    Enter: uses.open,
    Escape: uses.close,
  };
  stage.container.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    const action = plain[event.key];
    if (move) pan(stage, move);
    else if (action) action();
    else return;
    event.preventDefault();
  };
}

function pan(stage: Stage, [right, up]: [number, number]): void {
  const { left, right: end, bottom, top } = stage.view();
  const { x, y, ratio } = stage.aim;
  const step = (STEP * ratio) / stage.spot.ratio;
  stage.go({ x: x + right * step * (end - left), y: y + up * step * (top - bottom), ratio });
}
