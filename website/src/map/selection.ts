// The selected sound: its panel, its neighbors and its connections.
import { type Details, sound as details } from "../shared/details";
import { byId, el } from "../shared/dom";
import { type Neighbors, heading, type Neighbor, panel } from "../shared/panel";
import { silence } from "../shared/player";
import { oneLine } from "../shared/texts";
import { t } from "../shared/words";
import type { Kind } from "./address";
import type { Loader } from "./loader";
import type { Members } from "./members";
import { type Connection, connectionsOf } from "./connections";

const LISTED = 12;

interface Callbacks {
  close(): void;
  choose(id: number): void;
  address(kind: "user" | "pack" | "tag", value: string): string;
}

export class Selection {
  id: number | null = null;
  /** Its name, once it is loaded. */
  name = "";
  private readonly box = byId("panel");
  private current: { sound: Details; neighbors: Neighbors; outside: Map<number, number> } | null =
    null;
  private from: Element | null = null;

  constructor(
    private readonly loader: Loader,
    private readonly callbacks: Callbacks,
  ) {
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") callbacks.close();
    });
  }

  /** Open the panel of a sound; returns its community's sounds and its row, if it is on the map.
   *
   * Also null if another sound was selected in the meantime. */
  async open(id: number, focus: boolean): Promise<{ members: Members; row: number } | null> {
    this.begin(id, focus);
    let sound: Details | null;
    try {
      sound = await details(id);
    } catch {
      if (this.id === id) this.fail(id, "panel.failed");
      return null;
    }
    if (this.id !== id) return null;
    if (!sound) {
      this.fail(id, "panel.unknown");
      return null;
    }
    const place = await this.place(sound);
    if (this.id !== id) return null;
    if (!place && sound.community !== null) {
      this.fail(id, "panel.failed");
      return null;
    }
    const neighbors = this.neighborsOf(sound, place);
    this.current = { sound, neighbors, outside: outside(place) };
    this.name = oneLine(sound.name, `#${id}`);
    const focused = this.box.contains(document.activeElement);
    this.box.replaceChildren(
      ...panel(sound, neighbors, place ? null : t("panel.off-map"), this.callbacks),
    );
    if (focus || focused) this.focus();
    return place;
  }

  /** Close the panel and return the focus to where it was. */
  close(): void {
    const inside = this.box.contains(document.activeElement);
    silence();
    this.id = null;
    this.current = null;
    this.box.hidden = true;
    this.box.replaceChildren();
    const back = this.from?.isConnected && this.from !== document.body ? this.from : byId("map");
    if (inside && back instanceof HTMLElement) back.focus({ preventScroll: true });
    this.from = null;
  }

  /** The selected sound's connections of the enabled kinds. */
  connections(kinds: Kind[], loaded: (id: number) => boolean): Connection[] {
    if (!this.current) return [];
    const { sound, neighbors, outside } = this.current;
    const { pack, user } = neighbors;
    return connectionsOf(sound.id, { pack, user, similar: sound.similar }, outside, loaded, kinds);
  }

  private begin(id: number, focus: boolean): void {
    silence();
    if (!this.box.contains(document.activeElement)) this.from = document.activeElement;
    this.id = id;
    this.current = null;
    this.name = "";
    this.box.hidden = false;
    this.box.scrollTop = 0;
    // On small screens the panel covers the bottom: scroll the map to the top.
    const isSheet = getComputedStyle(this.box).position === "fixed";
    if (isSheet) byId("frame").scrollIntoView({ block: "start" });
    this.box.replaceChildren(...heading(t("panel.loading"), this.callbacks));
    if (focus) this.focus();
  }

  private fail(id: number, key: string): void {
    const again = el("button", { type: "button" }, t("map.retry"));
    again.addEventListener("click", () => this.callbacks.choose(id));
    this.box.replaceChildren(
      ...heading(`#${id}`, this.callbacks),
      el("p", {}, t(key, { id: String(id) })),
      key === "panel.failed" ? again : "",
    );
    this.focus();
  }

  private focus(): void {
    byId("panel-name").focus({ preventScroll: true });
  }

  private async place(sound: Details): Promise<{ members: Members; row: number } | null> {
    const members = sound.community === null ? null : await this.loader.load(sound.community);
    const row = members?.row(sound.id) ?? -1;
    return members && row >= 0 ? { members, row } : null;
  }

  private neighborsOf(sound: Details, place: { members: Members; row: number } | null): Neighbors {
    const similar = sound.similar.slice(0, LISTED).map((other) => {
      return { id: other.id, name: other.name, author: other.username, score: other.score };
    });
    if (!place) return { similar, pack: [], user: [] };
    const { members, row } = place;
    const pack = members.packId(row);
    const inPack = (members: Members, index: number) => pack >= 0 && members.packId(index) === pack;
    const ofUser = (members: Members, index: number) =>
      members.user(index) === sound.username && !inPack(members, index);
    return { similar, pack: this.nearest(sound.id, inPack), user: this.nearest(sound.id, ofUser) };
  }

  /** The sounds of a group with the closest ids, that is, uploaded around the same time. */
  private nearest(id: number, belongs: (members: Members, row: number) => boolean): Neighbor[] {
    const neighbors: Neighbor[] = [];
    for (const members of this.loader.loaded.values()) {
      members.ids.forEach((otherId, row) => {
        if (otherId === id || !belongs(members, row)) return;
        neighbors.push({ id: otherId, name: members.name(row), author: members.author(row) });
      });
    }
    const away = (neighbor: Neighbor) => Math.abs(neighbor.id - id);
    return neighbors.sort((a, b) => away(a) - away(b)).slice(0, LISTED);
  }
}

function outside(place: { members: Members; row: number } | null): Map<number, number> {
  if (!place) return new Map();
  const rows = place.members.file.outside.filter(([row]) => row === place.row);
  return new Map(rows.map(([, community, id]) => [id, community]));
}
