// Bundle the scripts and styles into dist/, with the notices of the bundled packages.
import { readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const LICENSE_FILES = ["LICENSE", "LICENSE.txt", "LICENSE.md", "license", "LICENCE"];

const result = await build({
  entryPoints: {
    front: "src/front/main.ts",
    list: "src/list/main.ts",
    map: "src/map/main.ts",
    site: "src/style/site.css",
  },
  bundle: true,
  minify: true,
  format: "iife", // classic scripts, because modules do not run from file://
  target: "es2022",
  outdir: "dist",
  metafile: true,
  legalComments: "none", // they are in notices.json
});

async function notice(name) {
  const folder = `node_modules/${name}`;
  const about = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
  for (const file of LICENSE_FILES) {
    const text = await readFile(`${folder}/${file}`, "utf8").catch(() => null);
    if (text !== null) {
      return { name, version: about.version, license: about.license, text: text.trim() };
    }
  }
  throw new Error(`${name} has no license text and may not be bundled`);
}

const bundled = new Set();
for (const output of Object.values(result.metafile.outputs)) {
  for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
    const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (found && bytesInOutput > 0) bundled.add(found[1]);
  }
}
const notices = await Promise.all([...bundled].sort().map(notice));
await writeFile("dist/notices.json", `${JSON.stringify(notices, null, 2)}\n`);
