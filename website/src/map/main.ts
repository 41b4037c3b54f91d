// Starts the map, or keeps the page's image of it where the browser cannot draw it.
import "../shared/enhanced";
import { byId, el } from "../shared/dom";
import { t } from "../shared/words";
import { parse } from "./address";
import { App } from "./app";
import { overview, type Overview } from "./overview";

const PARTS = ["tools", "map", "zoom", "map-hint"];

function hasWebGL(): boolean {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("webgl2") ?? canvas.getContext("webgl");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null;
}

/** Show the image, the reason and, if it may help, a button that restarts the map. */
function showImage(reason: string, again: (() => void) | null): void {
  for (const id of PARTS) byId(id).hidden = true;
  byId("panel").hidden = true;
  byId("still").hidden = false;
  const button = el("button", { type: "button" }, t("map.restart"));
  button.addEventListener("click", () => again?.());
  byId("trouble").replaceChildren(t(reason), again ? button : "");
  document.documentElement.dataset.map = "fallback";
}

async function build(data: Overview): Promise<void> {
  for (const id of PARTS) byId(id).hidden = false;
  byId("trouble").replaceChildren();
  const app = new App(data);
  const stop = (event: Event) => {
    event.preventDefault();
    frame.removeEventListener("webglcontextlost", stop, true);
    app.stop();
    showImage("map.context-lost", () => location.reload()); // the URL has the view
  };
  const frame = byId("map");
  frame.addEventListener("webglcontextlost", stop, true);
  byId("still").hidden = true;
  await app.restore(parse(location.hash));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  if (!byId("map").hidden) document.documentElement.dataset.map = "ready";
}

async function start(): Promise<void> {
  if (!hasWebGL()) return showImage("map.no-webgl", null);
  let data: Overview;
  try {
    data = await overview();
  } catch {
    return showImage("map.no-data", () => void start());
  }
  if (!data.communities.length) return showImage("map.empty", null);
  try {
    await build(data);
  } catch (error) {
    console.warn(error);
    showImage("map.no-webgl", null);
  }
}

void start();
