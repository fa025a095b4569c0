/**
 * `npm run test:tools`: other people's programs, unmodified, against the sandbox by `mssp sandbox
 * proxy`. Installs each from its registry into a temporary folder. Never part of `npm test`.
 */
import assert from "node:assert/strict";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { forgetPermissionUse, stopSandbox } from "@defender-mssp/sandbox";
import { assertRequests, contoso, newFolder, prepareHome, readPermissionUse } from "@defender-mssp/testkit";
import { execa } from "execa";
import { checkout } from "../package/installation";
import { tools, uv, type Tool } from "./toolList";

describe("other people's tools by the proxy", function () {
  this.timeout(1_800_000);

  const folder = newFolder();
  const home = path.join(folder, "home");
  const results: string[] = [];
  /** The tools that asked for each route that the sandbox lacks. */
  const missingRoutes = new Map<string, string[]>();

  before(async () => {
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: tools\nruntime: nodejs\n");
    // A tenant of a stack has also consented to the optional AuditLog.Read.All and Directory.Read.All.
    await writeFile(
      path.join(folder, "Pulumi.contoso.yaml"),
      `config:\n  tools:tenantId: ${contoso}\n  tools:customerName: Contoso\n`,
    );
  });
  after(async () => {
    await stopSandbox(home, { force: true }).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
    process.stdout.write(`\n${[...results, ...missing()].join("\n")}\n`);
  });

  for (const tool of tools) {
    it(`${tool.name}: ${tool.kind}`, async function () {
      const skip = (reason: string): never => {
        results.push(`${tool.name}: skipped, ${reason}`);
        process.stdout.write(`      skipped: ${reason}\n`);
        return this.skip();
      };
      const isPython = tool.install?.from === "pypi" || tool.install?.from === "uv";
      const needed = isPython ? "python3" : tool.needs;
      if (needed !== undefined && (await execa(needed, ["--version"], { reject: false })).exitCode !== 0)
        skip(`${needed} is missing`);
      const place = path.join(folder, tool.name.replaceAll(/[^a-z0-9]+/gi, "-"));
      await mkdir(place);
      const installed = await install(tool, place);
      if ("problem" in installed) return skip(installed.problem);
      await forgetPermissionUse(home);
      const { stdout, stderr } = await run(tool, installed.bin, place);
      const routes = /no route for:\n((?: {2}\d+ .*\n?)+)/.exec(stderr)?.[1]?.trim().split(/\n\s*/) ?? [];
      for (const line of routes) {
        const route = line.replace(/^\d+\s+/, "");
        missingRoutes.set(route, [...(missingRoutes.get(route) ?? []), tool.name]);
      }
      const isGood = tool.expected.test(`${stdout}\n${stderr}`);
      const limit = tool.limit === undefined ? "" : `\n    limit: ${tool.limit}`;
      results.push(
        `${tool.name}: ${isGood ? "works" : "FAILED"}${limit}${routes.map((line) => `\n    no route: ${line}`).join("")}`,
      );
      assert.ok(isGood, `${stdout.slice(-3000)}\n${stderr.slice(-3000)}`);
      const permissionUse = await readPermissionUse((await prepareHome(home)).permissions);
      assertRequests(tool.name, { permissionUse }, __filename);
    });
  }

  /** The routes that the sandbox lacks, those that most tools ask for first. */
  function missing(): string[] {
    const routes = [...missingRoutes].sort(([, left], [, right]) => right.length - left.length);
    return routes.map(([route, names]) => `no route: ${route}: ${names.join(", ")}`);
  }

  /** @returns the folder of its commands, or why it can't be had here. */
  async function install(
    { install: source }: Tool,
    place: string,
  ): Promise<{ readonly bin: string } | { readonly problem: string }> {
    if (source === undefined) return { bin: "" };
    if (source.from === "terraform") {
      await copyFile(path.join(__dirname, source.configuration), path.join(place, source.configuration));
      const { exitCode, all } = await execa("terraform", ["init", "-no-color", "-input=false"], {
        cwd: place,
        all: true,
        reject: false,
      });
      const problem = /^Error: [^]*/m.exec(all)?.[0].replaceAll(/\s+/g, " ").slice(0, 400) ?? "terraform init failed";
      return exitCode === 0 ? { bin: "" } : { problem };
    }
    if (source.from === "npm") {
      const options = ["--prefix", place, "--no-audit", "--no-fund", "--ignore-scripts"];
      await execa("npm", ["install", ...options, ...source.packages]);
      return { bin: path.join(place, "node_modules", ".bin") };
    }
    await execa("python3", ["-m", "venv", place]);
    const bin = path.join(place, "bin");
    const packages = source.from === "uv" ? [uv] : source.packages;
    await execa(path.join(bin, "pip"), ["-q", "install", "--disable-pip-version-check", ...packages]);
    if (source.from === "uv") {
      const options = ["--quiet", "--system-certs", "--python", path.join(bin, "python")];
      await execa(path.join(bin, "uv"), ["pip", "install", ...options, ...source.packages]);
    }
    return { bin };
  }

  function run(tool: Tool, bin: string, place: string) {
    const program =
      "shell" in tool.run
        ? ["sh", "-c", `cd "$PLACE" && ${tool.run.shell}`]
        : [path.join(bin, "python"), path.join(__dirname, tool.run.script)];
    const command = [path.join(checkout, "cli", "mssp.js"), "sandbox", "proxy", "--tenant", contoso, "--", ...program];
    return execa(process.execPath, command, {
      cwd: folder,
      env: {
        MSSP_SANDBOX_HOME: home,
        PATH: [bin, process.env["PATH"]].filter((entry) => entry !== "").join(path.delimiter),
        TOOLS: __dirname,
        PLACE: place,
        // No login of the user's is read or changed.
        HOME: folder,
        AZURE_CONFIG_DIR: path.join(folder, "azure"),
      },
      reject: false,
      all: false,
    });
  }
});
