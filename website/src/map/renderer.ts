// Draws the map with sigma: communities as areas, sounds as dots, connections as lines. Moves its camera.
import { MultiUndirectedGraph } from "graphology";
import Sigma from "sigma";
import { EdgeRectangleProgram, NodeCircleProgram } from "sigma/rendering";
import type { Position } from "./address";
import type { Members } from "./members";
import type { Community, Overview } from "./overview";
import { type Palette, palette, thin } from "./palette";
import type { Connection } from "./connections";

const NEAREST = 64; // pixels per map unit when zoomed in fully
const CLOSE = 30; // pixels per map unit when a sound is selected
const GLIDE = { duration: 420 };
const [SMALL, LARGE] = [0.18, 0.42]; // radius of a dot in map units, by the sound's length

/** How communities and sounds are colored. */
export interface Look {
  /** Fraction of a community's sounds that match, 0 to 1. */
  share(community: Community): number;
  matches(members: Members): (row: number) => boolean;
  isLoaded(id: number): boolean;
}

/** What a node stands for: a community, or a sound by id. */
export type Target = { community: Community } | { sound: number };

class Unseen extends NodeCircleProgram {
  override renderProgram(): void {} // do not redraw an area under the pointer
}

export class Renderer {
  readonly sigma: Sigma;
  colors: Palette = palette();
  private readonly graph = new MultiUndirectedGraph();
  private goal: Position | null = null;
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(
    readonly container: HTMLElement,
    private readonly overview: Overview,
  ) {
    for (const community of overview.communities) {
      this.graph.addNode(`c${community.id}`, {
        x: community.x,
        y: community.y,
        size: community.radius,
        type: "area",
      });
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
      edgeProgramClasses: { connection: EdgeRectangleProgram, strong: EdgeRectangleProgram },
      defaultEdgeType: "connection",
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

  /** Current pixels per map unit. */
  get scale(): number {
    const { ratio } = this.sigma.getCamera();
    return this.whole / ratio;
  }

  /** Pixels per map unit when the whole map is shown. */
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

  /** Change many nodes at once: sigma would reindex everything for each removed node. */
  private quietly(change: () => void): void {
    this.sigma.setGraph(new MultiUndirectedGraph());
    change();
    this.sigma.setGraph(this.graph);
  }

  /** Recolor everything after a filter, a change of color scheme, or a load. */
  paint(look: Look, loaded: Iterable<Members>): void {
    this.quietly(() => {
      for (const community of this.overview.communities) this.paintArea(look, community);
      for (const members of loaded) this.paintSounds(look, members);
    });
  }

  paintArea(look: Look, community: Community): void {
    const share = look.share(community);
    const base = this.colors.communities[community.color] ?? this.colors.bare;
    const strength = look.isLoaded(community.id) ? 0.1 : 0.12 + 0.3 * share;
    const color = share > 0 ? thin(base, strength) : thin(this.colors.bare, 0.35);
    this.graph.mergeNodeAttributes(`c${community.id}`, { color });
  }

  private paintSounds(look: Look, members: Members): void {
    const dots = this.dots(members, look.matches(members));
    members.ids.forEach((id, row) => {
      if (this.graph.hasNode(id)) this.graph.mergeNodeAttributes(id, dots(row));
    });
  }

  private dots(members: Members, matches: (row: number) => boolean) {
    const color = this.colors.communities[members.community.color] ?? this.colors.bare;
    const shown = { color, type: "dot" };
    const hidden = { color: thin(this.colors.bare, 0.7), type: "dim" };
    return (row: number) => (matches(row) ? shown : hidden);
  }

  /** Draw exactly these connections; skip those with an end that is not loaded. */
  drawConnections(connections: Connection[]): void {
    this.graph.clearEdges();
    for (const { from, to, kind, strong } of connections) {
      if (!this.graph.hasNode(from) || !this.graph.hasNode(to)) continue;
      const color = thin(this.colors.kinds[kind] ?? this.colors.soft, strong ? 0.95 : 0.34);
      const size = strong ? 0.09 : 0.05;
      this.graph.addEdge(from, to, { color, size, type: strong ? "strong" : "connection" });
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

  point(node: string | number): { x: number; y: number } | null {
    if (!this.graph.hasNode(node)) return null;
    const { x, y } = this.graph.getNodeAttributes(node);
    return { x, y };
  }

  /** Convert a point of the map to pixels in the container. */
  pixel(point: { x: number; y: number }): { x: number; y: number } {
    return this.sigma.graphToViewport(point);
  }

  /** The visible rectangle, in map units. */
  view(): { left: number; right: number; bottom: number; top: number } {
    const { width, height } = this.sigma.getDimensions();
    const bottomLeft = this.sigma.viewportToGraph({ x: 0, y: height });
    const topRight = this.sigma.viewportToGraph({ x: width, y: 0 });
    return { left: bottomLeft.x, right: topRight.x, bottom: bottomLeft.y, top: topRight.y };
  }

  /** The position that shows the whole map. */
  get home(): Position {
    return { x: this.overview.x, y: this.overview.y, ratio: 1 };
  }

  get position(): Position {
    const { x, y, ratio } = this.sigma.getCamera();
    const side = 2 * this.overview.half;
    return {
      x: this.overview.x + (x - 0.5) * side,
      y: this.overview.y + (y - 0.5) * side,
      ratio,
    };
  }

  /** Where the camera is, or where it is moving to. */
  get destination(): Position {
    return this.goal && this.sigma.getCamera().isAnimated() ? this.goal : this.position;
  }

  /** Move the camera; without animation if `jump` is set or the user prefers reduced motion. */
  go(position: Position, jump = false): void {
    const camera = this.sigma.getCamera();
    const side = 2 * this.overview.half;
    const ratio = camera.getBoundedRatio(position.ratio);
    this.goal = { ...position, ratio };
    const state = {
      ratio,
      x: (position.x - this.overview.x) / side + 0.5,
      y: (position.y - this.overview.y) / side + 0.5,
    };
    if (jump || this.still.matches) camera.setState(state);
    else void camera.animate(state, GLIDE);
  }

  /** Zoom to a point and its surroundings, in the part of the map that `cover` leaves free. */
  approach(point: { x: number; y: number }, cover: HTMLElement): void {
    const { ratio } = this.position;
    const nearer = Math.min(ratio, this.whole / CLOSE);
    const scale = this.whole / nearer;
    const [map, covered] = [this.container.getBoundingClientRect(), cover.getBoundingClientRect()];
    const wide = covered.width < 0.8 * map.width;
    const right = wide ? Math.max(0, map.right - covered.left) / 2 / scale : 0;
    const up = wide
      ? 0
      : Math.min(Math.max(0, map.bottom - covered.top), 0.8 * map.height) / 2 / scale;
    this.go({ x: point.x + right, y: point.y - up, ratio: nearer });
  }

  /** The position that shows a circle of the map with some room around it. */
  fit(circle: { x: number; y: number; radius: number }): Position {
    const ratio = Math.max(circle.radius * 1.25, 2) / this.overview.half;
    return { x: circle.x, y: circle.y, ratio };
  }

  /** Read the colors of the style sheet again. */
  readColors(): void {
    this.colors = palette();
  }

  /** Redraw, for example when the labels have changed. */
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
