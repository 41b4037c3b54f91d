// What sigma draws: communities as areas, sounds as dots, threads between them; and its camera.
import { MultiUndirectedGraph } from "graphology";
import Sigma from "sigma";
import { EdgeRectangleProgram, NodeCircleProgram } from "sigma/rendering";
import type { Spot } from "./address";
import type { Members } from "./members";
import type { Community, Overview } from "./overview";
import { type Palette, palette, thin } from "./palette";
import type { Thread } from "./threads";

const NEAREST = 64; // pixels a map unit takes at most: dots are large enough then
const CLOSE = 30; // pixels of a map unit at a sound that was chosen
const GLIDE = { duration: 420 };
const [SMALL, LARGE] = [0.18, 0.42]; // radius of a dot in map units, by the sound's length

/** How a community and its sounds look now. */
export interface Look {
  /** Share of a community's sounds that match, 0 to 1. */
  share(community: Community): number;
  matches(members: Members): (row: number) => boolean;
  isLoaded(id: number): boolean;
}

/** A node: a community, or a sound by its number. */
export type Target = { community: Community } | { sound: number };

class Unseen extends NodeCircleProgram {
  override renderProgram(): void {} // an area under the pointer is not drawn a second time
}

export class Stage {
  readonly sigma: Sigma;
  colors: Palette = palette();
  private readonly graph = new MultiUndirectedGraph();
  private goal: Spot | null = null;
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(
    readonly container: HTMLElement,
    private readonly overview: Overview,
  ) {
    for (const one of overview.communities) {
      this.graph.addNode(`c${one.id}`, { x: one.x, y: one.y, size: one.radius, type: "area" });
    }
    this.sigma = new Sigma(this.graph, container, {
      itemSizesReference: "positions",
      zoomToSizeRatioFunction: (ratio) => ratio,
      nodeProgramClasses: {
        area: NodeCircleProgram,
        dim: NodeCircleProgram,
        dot: NodeCircleProgram,
      },
      nodeHoverProgramClasses: { area: Unseen },
      edgeProgramClasses: { thread: EdgeRectangleProgram, strong: EdgeRectangleProgram },
      defaultEdgeType: "thread",
      defaultDrawNodeHover: () => {},
      renderLabels: false,
      minEdgeThickness: 1.2,
      stagePadding: 24,
      zoomingRatio: 1.5,
      maxCameraRatio: 2,
      doubleClickZoomingDuration: this.still.matches ? 0 : 200,
      inertiaDuration: this.still.matches ? 0 : 200,
    });
    const { x, y, half } = overview;
    this.sigma.setCustomBBox({ x: [x - half, x + half], y: [y - half, y + half] });
    this.sigma.refresh();
    this.limitZoom();
    this.sigma.on("resize", () => this.limitZoom());
  }

  /** The pixels that a map unit takes now. */
  get scale(): number {
    const { ratio } = this.sigma.getCamera();
    return this.whole / ratio;
  }

  /** The pixels that a map unit takes on the whole map. */
  private get whole(): number {
    const { width, height } = this.sigma.getDimensions();
    return Math.max(1, Math.min(width, height) - 48) / (2 * this.overview.half);
  }

  private limitZoom(): void {
    this.sigma.getCamera().minRatio = Math.min(1, this.whole / NEAREST);
  }

  add(members: Members, matches: (row: number) => boolean): void {
    const look = this.dots(members, matches);
    members.ids.forEach((id, row) => {
      if (this.graph.hasNode(id)) return;
      const [x, y] = [members.x[row] ?? 0, members.y[row] ?? 0];
      this.graph.addNode(id, { x, y, size: dot(members.seconds(row)), ...look(row) });
    });
  }

  drop(all: Members[]): void {
    this.quietly(() => {
      for (const { ids } of all) {
        for (const id of ids) if (this.graph.hasNode(id)) this.graph.dropNode(id);
      }
    });
  }

  /** Change much at once: sigma would take all in anew for each node that goes. */
  private quietly(change: () => void): void {
    this.sigma.setGraph(new MultiUndirectedGraph());
    change();
    this.sigma.setGraph(this.graph);
  }

  /** Colour everything anew: after a filter, a change of the colour scheme, or a load. */
  paint(look: Look, loaded: Iterable<Members>): void {
    this.quietly(() => {
      for (const one of this.overview.communities) this.paintArea(look, one);
      for (const members of loaded) this.paintSounds(look, members);
    });
  }

  paintArea(look: Look, one: Community): void {
    const share = look.share(one);
    const dye = this.colors.communities[one.color] ?? this.colors.bare;
    const strength = look.isLoaded(one.id) ? 0.1 : 0.12 + 0.3 * share;
    const color = share > 0 ? thin(dye, strength) : thin(this.colors.bare, 0.35);
    this.graph.mergeNodeAttributes(`c${one.id}`, { color });
  }

  private paintSounds(look: Look, members: Members): void {
    const dots = this.dots(members, look.matches(members));
    members.ids.forEach((id, row) => {
      if (this.graph.hasNode(id)) this.graph.mergeNodeAttributes(id, dots(row));
    });
  }

  private dots(members: Members, matches: (row: number) => boolean) {
    const dye = this.colors.communities[members.community.color] ?? this.colors.bare;
    const shown = { color: dye, type: "dot" };
    const hidden = { color: thin(this.colors.bare, 0.7), type: "dim" };
    return (row: number) => (matches(row) ? shown : hidden);
  }

  /** Draw these threads, and no others; an end that is not loaded is left out. */
  weave(threads: Thread[]): void {
    this.graph.clearEdges();
    for (const { from, to, kind, strong } of threads) {
      if (!this.graph.hasNode(from) || !this.graph.hasNode(to)) continue;
      const color = thin(this.colors.kinds[kind] ?? this.colors.soft, strong ? 0.95 : 0.34);
      const size = strong ? 0.09 : 0.05;
      this.graph.addEdge(from, to, { color, size, type: strong ? "strong" : "thread" });
    }
  }

  target(node: string): Target | null {
    if (!node.startsWith("c")) return { sound: Number(node) };
    const community = this.overview.byId.get(Number(node.slice(1)));
    return community ? { community } : null;
  }

  has(sound: number): boolean {
    return this.graph.hasNode(sound);
  }

  place(node: string | number): { x: number; y: number } | null {
    if (!this.graph.hasNode(node)) return null;
    const { x, y } = this.graph.getNodeAttributes(node);
    return { x, y };
  }

  /** Return where a point of the map is in the container, in pixels. */
  pixel(point: { x: number; y: number }): { x: number; y: number } {
    return this.sigma.graphToViewport(point);
  }

  /** Return what the view shows, in map units. */
  view(): { left: number; right: number; bottom: number; top: number } {
    const { width, height } = this.sigma.getDimensions();
    const one = this.sigma.viewportToGraph({ x: 0, y: height });
    const other = this.sigma.viewportToGraph({ x: width, y: 0 });
    return { left: one.x, right: other.x, bottom: one.y, top: other.y };
  }

  /** The spot of the whole map. */
  get home(): Spot {
    return { x: this.overview.x, y: this.overview.y, ratio: 1 };
  }

  get spot(): Spot {
    const { x, y, ratio } = this.sigma.getCamera();
    const side = 2 * this.overview.half;
    return {
      x: this.overview.x + (x - 0.5) * side,
      y: this.overview.y + (y - 0.5) * side,
      ratio,
    };
  }

  /** The spot that the camera is on its way to, or at. */
  get aim(): Spot {
    return this.goal && this.sigma.getCamera().isAnimated() ? this.goal : this.spot;
  }

  /** Move the camera; at once where motion is not wanted, or when `jump`. */
  go(spot: Spot, jump = false): void {
    const camera = this.sigma.getCamera();
    const side = 2 * this.overview.half;
    const ratio = camera.getBoundedRatio(spot.ratio);
    this.goal = { ...spot, ratio };
    const state = {
      ratio,
      x: (spot.x - this.overview.x) / side + 0.5,
      y: (spot.y - this.overview.y) / side + 0.5,
    };
    if (jump || this.still.matches) camera.setState(state);
    else void camera.animate(state, GLIDE);
  }

  /** Go to a point, near enough to see what is around it, beside what `cover` hides of the map. */
  approach(point: { x: number; y: number }, cover: HTMLElement): void {
    const { ratio } = this.spot;
    const nearer = Math.min(ratio, this.whole / CLOSE);
    const scale = this.whole / nearer;
    const [map, other] = [this.container.getBoundingClientRect(), cover.getBoundingClientRect()];
    const wide = other.width < 0.8 * map.width;
    const right = wide ? Math.max(0, map.right - other.left) / 2 / scale : 0;
    const up = wide
      ? 0
      : Math.min(Math.max(0, map.bottom - other.top), 0.8 * map.height) / 2 / scale;
    this.go({ x: point.x + right, y: point.y - up, ratio: nearer });
  }

  /** Return the spot that shows a circle of the map, with some room around it. */
  around(circle: { x: number; y: number; radius: number }): Spot {
    const ratio = Math.max(circle.radius * 1.25, 2) / this.overview.half;
    return { x: circle.x, y: circle.y, ratio };
  }

  /** Take the colours of the style sheet again. */
  dye(): void {
    this.colors = palette();
  }

  /** Draw once more, as when what lies over the dots has changed. */
  refresh(): void {
    this.sigma.scheduleRender();
  }

  kill(): void {
    this.sigma.kill();
  }
}

function dot(seconds: number): number {
  const share = Math.log(Math.min(Math.max(seconds, 0.2), 600) / 0.2) / Math.log(3000);
  return SMALL + (LARGE - SMALL) * share;
}
