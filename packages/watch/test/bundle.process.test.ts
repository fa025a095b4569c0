/** The one file that a customer gets: byte-equal builds, its size, its start, and what is in it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { newFolder } from "@defender-mssp/testkit";
import { watchedTenant } from "./watchedTenant";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- plain JavaScript: it builds without a compiler
const { bundle } = require("../bundle") as { readonly bundle: (folder: string) => string };
const start = promisify(execFile);

describe("mssp-watch.mjs, the customer's file", () => {
  const [first, second] = [newFolder(), newFolder()];
  const file = path.join(first, "mssp-watch.mjs");
  let hash: string;

  before(() => (hash = bundle(first)));

  it("is the same in two builds, at most 3 MB, with its hash beside it", async () => {
    assert.equal(bundle(second), hash);
    assert.deepEqual(await readFile(path.join(second, "mssp-watch.mjs")), await readFile(file));
    assert.equal(await readFile(`${file}.sha256`, "utf8"), `${hash}  mssp-watch.mjs\n`);
    const { size } = await stat(file);
    assert.ok(size <= 3_000_000, `${size} bytes`);
  });

  it("has no Pulumi, no zod and no path of the machine that built it", async () => {
    const text = await readFile(file, "utf8");
    for (const word of [process.cwd(), "ZodError", "@pulumi/", "Pulumi.yaml"]) assert.ok(!text.includes(word), word);
  });

  it("looks at a tenant by itself, and writes the page", async () => {
    const world = await watchedTenant();
    try {
      const args = ["mssp-watch.mjs", "look", "--mssp", "fabrikam-security.example", "--page", "look.html", "--json"];
      await copyFile(file, path.join(world.folder, "mssp-watch.mjs"));
      const ended = await start(process.execPath, args, { cwd: world.folder, env: world.environment }).catch(
        (error: unknown) => error as { readonly stdout: string; readonly stderr: string },
      );
      assert.equal(ended.stderr, "");
      assert.match(ended.stdout, /^{\n {2}"msspWatchLook": 1/);
      assert.match(await readFile(path.join(world.folder, "look.html"), "utf8"), /<script>[^]+<\/script>/);
    } finally {
      await world.stop();
    }
  });

  it("runs alone in an empty folder, and shows its help within 100 ms of processor time above Node.js", async () => {
    const empty = newFolder();
    await copyFile(file, path.join(empty, "mssp-watch.mjs"));
    const time = async (...args: string[]): Promise<number> => {
      const script = `const u=process.resourceUsage();process.stderr.write("cpu "+(u.userCPUTime+u.systemCPUTime))`;
      const hook = path.join(first, "hook.cjs");
      await writeFile(hook, `process.on("exit",()=>{${script}})`);
      const measured = await start(process.execPath, ["--require", hook, ...args], { cwd: empty });
      return Number(/cpu (\d+)/.exec(measured.stderr)?.[1]) / 1000;
    };
    const help = await start(process.execPath, ["mssp-watch.mjs", "--help"], { cwd: empty });
    assert.match(help.stdout, /look[^]*since[^]*gone[^]*application/);
    const least = async (runs: number, ...args: string[]): Promise<number> =>
      runs === 0 ? Infinity : Math.min(await time(...args), await least(runs - 1, ...args));
    const more = (await least(8, "mssp-watch.mjs", "--help")) - (await least(8, "-e", "0"));
    assert.ok(more < 100, `${more} ms`);
  });
});
