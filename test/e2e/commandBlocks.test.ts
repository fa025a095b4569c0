/**
 * Every shell block of the README and the guides, run as it is written, in the order of the pages,
 * in one copy of the checkout. A block is given to bash on standard input, as pasting does: a
 * command that reads standard input would swallow the rest.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cp, mkdir, readdir, rm, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";
import { howToRun, type HowToRun } from "../../dev/docs/commandBlocks";
import { isRunPage, markdownFiles } from "../../dev/docs/files";
import { readPage, shellBlocksOf, type ShellBlock } from "../../dev/docs/markdown";
import { describePackages } from "../package/contents";
import { checkout } from "./support";

const pages = markdownFiles(checkout).filter(isRunPage);
const blocks = pages.flatMap((file) => shellBlocksOf(readPage(checkout, file)));

describe("shell blocks of the README and the guides", () => {
  let folder: string;
  let hasFailed = false;
  // Not `bail`: with parallel workers that ends every other file's tests, too.
  beforeEach(function () {
    if (hasFailed) this.skip();
  });
  afterEach(function () {
    hasFailed ||= this.currentTest?.state === "failed";
  });
  before(async () => (folder = await copyOfCheckout()));
  after(() => rm(path.dirname(folder), { recursive: true, force: true }));

  it("the pages have shell blocks, and most blocks are run", () => {
    assert.ok(pages.includes("README.md") && pages.length >= 4, pages.join(", "));
    const run = blocks.filter((block) => howToRun(block).kind !== "none");
    assert.ok(run.length >= 10, `only ${run.length} of ${blocks.length} blocks are run`);
  });

  for (const block of blocks) {
    const how = howToRun(block);
    const title = `${block.file}:${block.line}: ${block.code.split("\n")[0] ?? ""}`;
    if (how.kind === "none") it(`${title}: ${how.reason}`);
    else
      it(`${title} exits with 0`, async () => {
        const { exitCode, all } = await run(block, how, folder);
        assert.equal(exitCode, 0, all);
      });
  }

  describe("the packed packages", () =>
    describePackages(() => ({ packages: path.join(folder, ".packages"), customers: customersBeside(folder) })));
});

/** The copy has the checkout's packages: only npm's install is left out, what follows it runs. */
const skipInstall = 'npm() { [ "$1" = ci ] || command npm "$@"; }';

/** The repository that docs/guides/install.md makes. */
const customersBeside = (folder: string) => path.join(folder, "..", "customers");

/**
 * What npm's npx does with a command that is installed; its own start takes half a second of CPU
 * time. The README's blocks run npm's.
 */
const npx = `npx() {
  local command="$1"; shift
  if [ "$command" = mssp ]; then node cli/mssp.js "$@"; else "node_modules/.bin/$command" "$@"; fi
}`;

async function run({ file: page, code }: ShellBlock, how: Exclude<HowToRun, { kind: "none" }>, folder: string) {
  const shell = ["bash", "-e", "-o", "pipefail"];
  const mssp = path.join(folder, "cli", "mssp.js");
  const command = how.kind === "sandbox" ? [process.execPath, mssp, "sandbox", "run", "--", ...shell] : shell;
  const functions = [
    ...(how.kind === "checkout" && !how.install ? [skipInstall] : []),
    ...(page === "README.md" || how.kind === "customers" ? [] : [npx]),
  ];
  const [file = "", ...args] = command;
  return execa(file, args, {
    cwd: how.kind === "customers" ? customersBeside(folder) : folder,
    input: [...functions, code].join("\n"),
    env: environment(folder),
    extendEnv: false,
    reject: false,
    all: true,
  });
}

/** A user's environment with a home folder of its own. Pulumi's home has the engine, and no login. */
function environment(folder: string): Record<string, string | undefined> {
  const home = path.join(path.dirname(folder), "home");
  const { PATH, LANG } = process.env;
  // The machine's own cache: npm would get all packages of a repository of customers again.
  const cache = process.env["npm_config_cache"] ?? path.join(homedir(), ".npm");
  return { PATH, LANG, HOME: home, PULUMI_HOME: path.join(home, ".pulumi"), NO_COLOR: "1", npm_config_cache: cache };
}

/** What is committed, or would be, with the built files and the installed packages. */
async function copyOfCheckout(): Promise<string> {
  const top = newFolder();
  const folder = path.join(top, "defender-mssp");
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: checkout,
    encoding: "utf8",
  });
  // All of them: npm's `prepare` builds what is missing, for twenty seconds.
  const built = ["dist", ...(await readdir(path.join(checkout, "packages"))).map((name) => `packages/${name}/dist`)];
  for (const file of [...listed.split("\0").filter((name) => name !== ""), ...built]) {
    // The compiled files count as current only with their times kept.
    await cp(path.join(checkout, file), path.join(folder, file), { recursive: true, preserveTimestamps: true });
  }
  await linkPackages(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
  const engines = path.join(process.env["PULUMI_HOME"] ?? path.join(homedir(), ".pulumi"), "versions");
  const pulumi = path.join(top, "home", ".pulumi");
  await mkdir(pulumi, { recursive: true });
  await symlink(engines, path.join(pulumi, "versions"));
  return folder;
}

/** The project's own packages are links into the copy: the others' declarations may be missing or other ones. */
async function linkPackages(installed: string, nodeModules: string): Promise<void> {
  const own = "@defender-mssp";
  await mkdir(path.join(nodeModules, own), { recursive: true });
  for (const name of await readdir(installed))
    if (name !== own) await symlink(path.join(installed, name), path.join(nodeModules, name));
  for (const name of await readdir(path.join(installed, own)))
    await symlink(path.join("..", "..", "packages", name), path.join(nodeModules, own, name));
}
