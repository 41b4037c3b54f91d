// The selected sound: its panel, its neighbours, and the threads to them.
import { type Details, sound as details } from "../shared/details";
import { byId, el } from "../shared/dom";
import { type Around, heading, type Neighbour, panel } from "../shared/panel";
import { silence } from "../shared/player";
import { foreign } from "../shared/texts";
import { t } from "../shared/words";
import type { Kind } from "./address";
import type { Loader } from "./loader";
import type { Members } from "./members";
import { type Thread, threadsOf } from "./threads";

const LISTED = 12;

interface Uses {
  close(): void;
  choose(id: number): void;
  address(kind: "user" | "pack" | "tag", value: string): string;
}

export class Selection {
  id: number | null = null;
  /** Its name, as soon as it is known. */
  name = "";
  private readonly box = byId("panel");
  private found: { sound: Details; around: Around; outside: Map<number, number> } | null = null;
  private from: Element | null = null;

  constructor(
    private readonly loader: Loader,
    private readonly uses: Uses,
  ) {
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") uses.close();
    });
  }

  /** Open the panel of a sound; tells its community's sounds and its row in them when it is there.
   *
   * Null also when another sound was selected meanwhile. */
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
    const around = this.around(sound, place);
    this.found = { sound, around, outside: outside(place) };
    this.name = foreign(sound.name, `#${id}`);
    const focused = this.box.contains(document.activeElement);
    this.box.replaceChildren(...panel(sound, around, place ? null : t("panel.off-map"), this.uses));
    if (focus || focused) this.focus();
    return place;
  }

  /** Close the panel; the focus returns to where it came from. */
  close(): void {
    const inside = this.box.contains(document.activeElement);
    silence();
    this.id = null;
    this.found = null;
    this.box.hidden = true;
    this.box.replaceChildren();
    const back = this.from?.isConnected && this.from !== document.body ? this.from : byId("map");
    if (inside && back instanceof HTMLElement) back.focus({ preventScroll: true });
    this.from = null;
  }

  /** The threads of the selected sound, of the kinds that are on. */
  threads(kinds: Kind[], loaded: (id: number) => boolean): Thread[] {
    if (!this.found) return [];
    const { sound, around, outside } = this.found;
    const { pack, user } = around;
    return threadsOf(sound.id, { pack, user, similar: sound.similar }, outside, loaded, kinds);
  }

  private begin(id: number, focus: boolean): void {
    silence();
    if (!this.box.contains(document.activeElement)) this.from = document.activeElement;
    this.id = id;
    this.found = null;
    this.name = "";
    this.box.hidden = false;
    this.box.scrollTop = 0;
    // A sheet at the bottom leaves the top of the screen to the map.
    const isSheet = getComputedStyle(this.box).position === "fixed";
    if (isSheet) byId("frame").scrollIntoView({ block: "start" });
    this.box.replaceChildren(...heading(t("panel.loading"), this.uses));
    if (focus) this.focus();
  }

  private fail(id: number, key: string): void {
    const again = el("button", { type: "button" }, t("map.retry"));
    again.addEventListener("click", () => this.uses.choose(id));
    this.box.replaceChildren(
      ...heading(`#${id}`, this.uses),
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

  private around(sound: Details, place: { members: Members; row: number } | null): Around {
    const similar = sound.similar.slice(0, LISTED).map((one) => {
      return { id: one.id, name: one.name, author: one.username, score: one.score };
    });
    if (!place) return { similar, pack: [], user: [] };
    const { members, row } = place;
    const pack = members.packId(row);
    const inPack = (each: Members, at: number) => pack >= 0 && each.packId(at) === pack;
    const ofUser = (each: Members, at: number) =>
      each.user(at) === sound.username && !inPack(each, at);
    return { similar, pack: this.nearest(sound.id, inPack), user: this.nearest(sound.id, ofUser) };
  }

  /** Return the sounds of a group that were uploaded next before and after this one. */
  private nearest(id: number, is: (members: Members, row: number) => boolean): Neighbour[] {
    const found: Neighbour[] = [];
    for (const members of this.loader.loaded.values()) {
      members.ids.forEach((other, row) => {
        if (other === id || !is(members, row)) return;
        found.push({ id: other, name: members.name(row), author: members.author(row) });
      });
    }
    const away = (one: Neighbour) => Math.abs(one.id - id);
    return found.sort((one, other) => away(one) - away(other)).slice(0, LISTED);
  }
}

function outside(place: { members: Members; row: number } | null): Map<number, number> {
  if (!place) return new Map();
  const rows = place.members.file.outside.filter(([row]) => row === place.row);
  return new Map(rows.map(([, community, id]) => [id, community]));
}
