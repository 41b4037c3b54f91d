// Labels on the map: as many as fit without overlapping, communities first.
import type { Members } from "./members";
import type { Community } from "./overview";
import type { Renderer } from "./renderer";

export const NAMED_FROM = 13; // radius in pixels from which a community is labeled
const READABLE = 22; // pixels per map unit from which sounds are labeled
const MOST_NAMES = 90;
const MOST_DOTS = 600;
const LONGEST = 30; // characters of a name
const HALO = 3.5;

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** What is drawn over the dots: labels, and a ring around the selected sound. */
export interface Scene {
  communities: Community[];
  loaded: Map<number, Members>;
  matches(members: Members): (row: number) => boolean;
  selected: number | null;
  selectedName: string;
}

/** Draw the labels on sigma's canvas for them. */
export function drawNames(renderer: Renderer, scene: Scene): void {
  const canvas = renderer.sigma.getCanvases().labels;
  const context = canvas?.getContext("2d");
  if (!context) return;
  const writer = new Writer(context, renderer);
  const selected = scene.selected === null ? null : renderer.point(scene.selected);
  if (selected) writer.ring(renderer.pixel(selected), scene.selectedName);
  for (const community of scene.communities)
    writer.community(community, scene.loaded.has(community.id));
  if (renderer.scale < READABLE) return;
  const near = scene.communities.flatMap((community) => scene.loaded.get(community.id) ?? []);
  for (const members of near) writer.keep(members);
  for (const members of near) writer.sounds(members, scene.matches(members));
}

class Writer {
  private readonly taken: Box[] = [];
  private readonly width: number;
  private readonly height: number;
  private names = 0;

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly renderer: Renderer,
  ) {
    const { width, height } = renderer.sigma.getDimensions();
    this.width = width;
    this.height = height;
    context.lineJoin = "round";
    context.textBaseline = "middle";
  }

  ring(center: { x: number; y: number }, name: string): void {
    const { colors } = this.renderer;
    const radius = Math.max(9, 0.5 * this.renderer.scale);
    this.context.beginPath();
    this.context.arc(center.x, center.y, radius, 0, 2 * Math.PI);
    this.context.lineWidth = 5;
    this.context.strokeStyle = colors.paper;
    this.context.stroke();
    this.context.lineWidth = 2.5;
    this.context.strokeStyle = colors.ink;
    this.context.stroke();
    this.font(15, `italic 600`, colors.serif);
    this.write([cut(name)], center.x + radius + 6, center.y, 15, "left", colors.ink, true);
  }

  community(community: Community, loaded: boolean): void {
    const { colors, scale } = this.renderer;
    const radius = community.radius * scale;
    const center = this.renderer.pixel(community);
    if (!this.sees(center, radius)) return;
    const size = Math.min(Math.max(radius * 0.26, 12), 26);
    this.font(size, "italic 400", colors.serif);
    const tags = community.label.split(", ").map(cut);
    if (loaded) {
      const top = center.y - radius - size * 0.7;
      const ink = radius > 420 ? colors.soft : colors.ink;
      for (const count of [tags.length, 2, 1]) {
        const text = tags.slice(0, count).join(", ");
        const wide = this.context.measureText(text).width;
        if (wide > radius * 2.4 && count > 1) continue;
        // Keep the label in view at the top edge while the circle is visible.
        const y = radius > 200 ? Math.max(top, size) : top;
        this.write([text], this.inside(center.x, wide, radius), y, size, "center", ink, false);
        return;
      }
    }
    const lines = tags.slice(0, Math.max(1, Math.floor((radius * 1.5) / (size * 1.15))));
    const wide = Math.max(...lines.map((line) => this.context.measureText(line).width));
    if (wide > radius * 3.4) return; // it would overlap the neighbors
    this.write(lines, center.x, center.y, size, "center", colors.ink, false);
  }

  /** Reserve room for the dots, so that no label covers them. */
  keep(members: Members): void {
    const radius = 0.3 * this.renderer.scale;
    for (let row = 0; row < members.size && this.taken.length < MOST_DOTS; row++) {
      const { x, y } = this.renderer.pixel({ x: members.x[row] ?? 0, y: members.y[row] ?? 0 });
      if (!this.sees({ x, y }, 0)) continue;
      const [left, right, top, bottom] = [x - radius, x + radius, y - radius, y + radius];
      this.taken.push({ left, right, top, bottom });
    }
  }

  sounds(members: Members, matches: (row: number) => boolean): void {
    const { colors, scale } = this.renderer;
    this.font(12.5, "400", colors.sans);
    for (let row = 0; row < members.size && this.names < MOST_NAMES; row++) {
      if (!matches(row)) continue;
      const point = this.renderer.pixel({ x: members.x[row] ?? 0, y: members.y[row] ?? 0 });
      if (!this.sees(point, 0)) continue;
      const x = point.x + 0.42 * scale + 3;
      if (this.write([cut(members.name(row))], x, point.y, 12.5, "left", colors.ink, false)) {
        this.names += 1;
      }
    }
  }

  /** Move a label inward at the edge of the view. */
  private inside(x: number, wide: number, radius: number): number {
    const least = wide / 2 + 6;
    const moved = Math.min(Math.max(x, least), this.width - least);
    return Math.abs(moved - x) < radius ? moved : x;
  }

  private font(size: number, style: string, family: string): void {
    this.context.font = `${style} ${size}px ${family}`;
  }

  private sees(point: { x: number; y: number }, radius: number): boolean {
    const { x, y } = point;
    return x > -radius && y > -radius && x < this.width + radius && y < this.height + radius;
  }

  /** Write lines around a point unless they would overlap others; returns whether it did. */
  private write(
    lines: string[],
    x: number,
    y: number,
    size: number,
    align: "left" | "center",
    color: string,
    always: boolean,
  ): boolean {
    const { context } = this;
    const wide = Math.max(...lines.map((line) => context.measureText(line).width));
    const left = align === "left" ? x : x - wide / 2;
    const high = lines.length * size * 1.15;
    const box = { left: left - 3, right: left + wide + 3, top: y - high / 2, bottom: y + high / 2 };
    if (!always && this.taken.some((other) => cross(box, other))) return false;
    this.taken.push(box);
    context.textAlign = align;
    context.lineWidth = HALO;
    context.strokeStyle = this.renderer.colors.paper;
    context.fillStyle = color;
    lines.forEach((line, index) => {
      const middle = box.top + (index + 0.5) * size * 1.15;
      context.strokeText(line, x, middle);
      context.fillText(line, x, middle);
    });
    return true;
  }
}

function cross(a: Box, b: Box): boolean {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}

/** Shorten a name and isolate its text direction. */
function cut(name: string): string {
  const letters = Array.from(name);
  const short = letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : name;
  return `\u2068${short}\u2069`;
}
