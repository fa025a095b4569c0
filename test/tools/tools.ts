/**
 * `npm run test:tools`: other people's programs, unmodified, against the sandbox by `mssp sandbox
 * proxy`. Installs each from its registry into a temporary folder. Never part of `npm test`.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { stopSandbox } from "@defender-mssp/sandbox";
import { contoso } from "@defender-mssp/testkit";
import { execa } from "execa";
import { checkout } from "../package/installation";
import { tools, type Tool } from "./toolList";

describe("other people's tools by the proxy", function () {
  this.timeout(1_800_000);

  let folder: string;
  let hasPython: boolean;
  const results: string[] = [];
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mssp-tools-"));
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: tools\nruntime: nodejs\n");
    hasPython = (await execa("python3", ["--version"], { reject: false })).exitCode === 0;
  });
  after(async () => {
    await stopSandbox(path.join(folder, "home"), { force: true }).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
    process.stdout.write(`\n${results.join("\n")}\n`);
  });

  for (const tool of tools) {
    it(`${tool.name}: ${tool.kind}`, async function () {
      if (tool.install?.from === "pypi" && !hasPython) {
        results.push(`${tool.name}: skipped, Python is missing`);
        this.skip();
      }
      const bin = await install(tool);
      const { stdout, stderr } = await run(tool, bin);
      const unknown = /no route for:\n((?: {2}\d+ .*\n?)+)/.exec(stderr)?.[1]?.trim().split(/\n\s*/) ?? [];
      const isGood = tool.expected.test(`${stdout}\n${stderr}`);
      const limit = tool.limit === undefined ? "" : `\n    limit: ${tool.limit}`;
      results.push(
        `${tool.name}: ${isGood ? "works" : "FAILED"}${limit}${unknown.map((line) => `\n    no route: ${line}`).join("")}`,
      );
      assert.ok(isGood, `${stdout.slice(-3000)}\n${stderr.slice(-3000)}`);
    });
  }

  /** @returns the folder of its commands. */
  async function install({ name, install: source }: Tool): Promise<string> {
    if (source === undefined) return "";
    const place = path.join(folder, name.replaceAll(/[^a-z0-9]+/gi, "-"));
    if (source.from === "npm") {
      await execa("npm", [
        "install",
        "--prefix",
        place,
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        ...source.packages,
      ]);
      return path.join(place, "node_modules", ".bin");
    }
    await execa("python3", ["-m", "venv", place]);
    await execa(path.join(place, "bin", "pip"), ["-q", "install", "--disable-pip-version-check", ...source.packages]);
    return path.join(place, "bin");
  }

  function run(tool: Tool, bin: string) {
    const program =
      "shell" in tool.run
        ? ["sh", "-c", tool.run.shell]
        : [path.join(bin, "python"), path.join(__dirname, tool.run.script)];
    const command = [path.join(checkout, "cli", "mssp.js"), "sandbox", "proxy", "--tenant", contoso, "--", ...program];
    return execa(process.execPath, command, {
      cwd: folder,
      env: {
        MSSP_SANDBOX_HOME: path.join(folder, "home"),
        PATH: [bin, process.env["PATH"]].filter((entry) => entry !== "").join(path.delimiter),
        // No login of the user's is read or changed.
        HOME: folder,
        AZURE_CONFIG_DIR: path.join(folder, "azure"),
      },
      reject: false,
      all: false,
    });
  }
});
