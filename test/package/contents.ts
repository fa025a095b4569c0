/**
 * What the packages hold, and that they run with nothing of the checkout's sources. `npm run test:package` installs
 * them from a registry. test/e2e/commandBlocks.test.ts, whose pages pack and install them, runs these tests.
 */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { brokenLinks } from "../../dev/docs/checks/links";
import { schemaFile } from "../../dev/docs/schemaFile";
import { readPage } from "../../dev/docs/markdown";
import { schemaPlaces } from "../../dev/docs/reference/commands";
import { azureNativeVersion } from "../../components/azure/prepare";

interface PackedPackage {
  readonly name: string;
  readonly version: string;
  /** The tarball, and its files. */
  readonly file: string;
  readonly paths: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly scripts?: unknown;
  readonly private?: unknown;
  readonly exports: object;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly bundleDependencies?: readonly string[];
}

export interface PackedFolders {
  /** Of the checkout: `npm run package` has made it. */
  readonly packages: string;
  /** The repository of customers in which they are installed, and `mssp start` ran. */
  readonly customers: string;
}

/** Call it in a suite in which these folders have been made. */
export function describePackages(folders: () => PackedFolders): void {
  let packed: readonly PackedPackage[];
  let manifests: ReadonlyMap<string, Manifest>;
  const staged = (name: string) => path.join(folders().packages, "staged", name.replace(/^@[^/]+\//, ""));

  before(async () => {
    const { packages } = folders();
    packed = await Promise.all(
      (await readdir(path.join(packages, "staged"))).map(async (base) => {
        const { name, version } = await manifestIn(path.join(packages, "staged", base));
        const file = path.join(packages, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
        const { stdout } = await execa("tar", ["--list", "--gzip", "--file", file]);
        return { name, version, file, paths: stdout.split("\n").map((line) => line.replace(/^package\//, "")) };
      }),
    );
    const entries = packed.map(async ({ name }) => [name, await manifestIn(staged(name))] as const);
    manifests = new Map(await Promise.all(entries));
  });

  it("are eleven, of one version, and depend on each other by exactly that", () => {
    assert.deepEqual(packed.map(({ name }) => name).sort(), [
      "@defender-mssp/detections",
      "@defender-mssp/engine",
      "@defender-mssp/errors",
      "@defender-mssp/kql",
      "@defender-mssp/microsoft",
      "@defender-mssp/pages",
      "@defender-mssp/sandbox",
      "@defender-mssp/siem",
      "@defender-mssp/tenant",
      "@defender-mssp/terminal",
      "defender-mssp",
    ]);
    const versions = new Set(packed.map(({ version }) => version));
    assert.equal(versions.size, 1);
    for (const { name, dependencies } of manifests.values()) {
      for (const [dependency, wanted] of Object.entries(dependencies)) {
        assert.match(wanted, /^\d+\.\d+\.\d+$/, `${name}: ${dependency} ${wanted}`);
        if (dependency.startsWith("@defender-mssp/")) assert.ok(versions.has(wanted), `${name}: ${dependency}`);
      }
    }
  });

  it("run no script at installation, and need no compiler and nothing of azure-native", () => {
    for (const { name, scripts, dependencies, private: isPrivate } of manifests.values()) {
      assert.equal(scripts, undefined, name);
      assert.equal(isPrivate, undefined, name);
      for (const one of ["typescript", "esbuild", "ts-node", "@pulumi/azure-native", "@defender-mssp/sandbox"])
        assert.ok(!(one in dependencies), `${name} depends on ${one}`);
    }
    const { peerDependencies } = manifests.get("defender-mssp")!;
    assert.deepEqual(peerDependencies, {
      "@defender-mssp/kql": manifests.get("@defender-mssp/kql")?.version,
      "@pulumi/azure-native": azureNativeVersion,
    });
  });

  it("hold README, licence, code and types, and no sources, tests or maps to sources", () => {
    for (const { name, paths } of packed) {
      for (const file of ["README.md", "LICENSE", "package.json"]) assert.ok(paths.includes(file), `${name}: ${file}`);
      const strange = paths.filter(
        (file) => /(^|\/)(test|src|dev)\//.test(file) || (/\.ts$/.test(file) && !/\.d\.ts$|^examples\//.test(file)),
      );
      assert.deepEqual(strange, [], name);
      assert.ok(
        paths.some((file) => file.endsWith(".d.ts")),
        name,
      );
    }
    const product = packed.find(({ name }) => name === "defender-mssp")!.paths;
    for (const file of [
      "program.compiled.js",
      "policy/pack.compiled.js",
      "templates/customers/gitignore",
      "CHANGELOG.md",
    ])
      assert.ok(product.includes(file), file);
  });

  it("hold the host of dynamic resources as an executable of mode 755, and no PulumiPlugin.yaml beside it", async () => {
    const { file, paths } = packed.find(({ name }) => name === "defender-mssp")!;
    const { stdout } = await execa("tar", ["--list", "--verbose", "--gzip", "--file", file]);
    const lines = stdout.split("\n").filter((line) => line.includes("package/program/dynamicHost/"));
    assert.deepEqual(lines.map((line) => line.replace(/^(\S+).*\/(.*)$/, "$1 $2")).sort(), [
      "-rw-r--r-- pulumi-resource-pulumi-nodejs.cmd",
      "-rwxr-xr-x pulumi-resource-pulumi-nodejs",
    ]);
    assert.ok(paths.includes("dist/program/dynamicHost/main.js"));
  });

  it("export files that are there, and no condition of the checkout's", () => {
    for (const [name, { exports }] of manifests) {
      const targets = JSON.stringify(exports).match(/"\.\/(?:dist\/[^"]+|[^"/]+\.(?:js|json))"/g) ?? [];
      assert.ok(targets.length > 0, `${name} exports no file`);
      const paths = packed.find((one) => one.name === name)!.paths;
      for (const target of targets) {
        const file = (JSON.parse(target) as string).slice(2);
        // `dist/*.js` is a file for each module.
        const [start = "", end] = file.split("*");
        const isThere = (path: string) =>
          end === undefined ? path === file : path.startsWith(start) && path.endsWith(end);
        assert.ok(paths.some(isThere), `${name}: ${file}`);
      }
      assert.doesNotMatch(JSON.stringify(exports), /"source"/, name);
    }
  });

  it("of the sandbox brings the plugins, which have no tarball of their own", () => {
    const { dependencies, bundleDependencies } = manifests.get("@defender-mssp/sandbox")!;
    assert.deepEqual(bundleDependencies, ["@defender-mssp/plugins"]);
    assert.ok(!Object.keys(dependencies).some((name) => name.startsWith("@pulumi/")));
    const { paths } = packed.find(({ name }) => name === "@defender-mssp/sandbox")!;
    for (const file of ["package.json", "LICENSE", "dist/launcher.js", "dist/hostProcess.js"])
      assert.ok(paths.includes(`node_modules/@defender-mssp/plugins/${file}`), file);
    assert.ok(paths.every((file) => !/node_modules\/(?!@defender-mssp\/plugins\/)/.test(file)));
  });

  it("of the sandbox exports no internals, and none is the testkit or needs it", () => {
    const { exports } = manifests.get("@defender-mssp/sandbox")!;
    assert.deepEqual(Object.keys(exports), [".", "./control", "./entities", "./package.json", "./plugins"]);
    for (const [name, manifest] of manifests) assert.doesNotMatch(JSON.stringify(manifest), /testkit|internals/, name);
    for (const { name, paths } of packed) assert.ok(!paths.some((file) => /^dist\/internals\./.test(file)), name);
  });

  it("of the product has its documentation, whose links lead into the package", async () => {
    const folder = staged("defender-mssp");
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".md"));
    for (const page of ["docs/guides/platform-engineer.md", "docs/reference/settings.md"])
      assert.ok(files.includes(page), page);
    assert.deepEqual(
      brokenLinks(
        folder,
        files.map((file) => readPage(folder, file)),
      ),
      [],
    );
    assert.doesNotMatch(await readFile(path.join(folder, "README.md"), "utf8"), /npm (ci|start|test)/);
    // Lists in the checkout, whole in the package.
    const [commands, plugin] = await Promise.all(
      ["commands", "plugin"].map((name) => readFile(path.join(folder, "docs", "reference", `${name}.md`), "utf8")),
    );
    assert.match(commands!, /^## npx mssp secrets rotate\n+```text\nUsage: npx mssp secrets rotate/m);
    assert.match(plugin!, /^### CustomerOnboarding$/m);
  });

  it("of the product has a JSON Schema for each command that has --json", async () => {
    const folder = path.join(staged("defender-mssp"), "schemas");
    const registered = schemaPlaces().map((place) => path.basename(place));
    assert.deepEqual((await readdir(folder)).sort(), registered.sort());
    const schema = JSON.parse(await readFile(path.join(folder, schemaFile("fleet list")), "utf8")) as { title: string };
    assert.equal(schema.title, "npx mssp status --show customers --json");
  });

  it("run in a repository of customers: mssp docs names a page of the package", async () => {
    const page = path.join("node_modules", "defender-mssp", "docs", "guides", "platform-engineer.md");
    assert.equal((await mssp("docs", "platform-engineer")).trim(), path.join(folders().customers, page));
  });

  it("run in a repository of customers: what mssp start onboarded is unchanged in a preview with the policy pack", async () => {
    const pulumi = ["npx", "--no", "pulumi", "preview", "--stack", "dev", "--expect-no-changes"];
    const pack = ["--policy-pack", "node_modules/defender-mssp/policy"];
    assert.match(await mssp("sandbox", "run", "--", ...pulumi, ...pack), /\b\d{2,} unchanged/);
  });

  async function mssp(...args: readonly string[]): Promise<string> {
    const { customers } = folders();
    const command = path.join(customers, "node_modules", "defender-mssp", "cli", "mssp.js");
    const { exitCode, stdout, stderr } = await execa(process.execPath, [command, ...args], {
      cwd: customers,
      env: { NO_COLOR: "1", MSSP_SANDBOX_HOME: undefined, NODE_OPTIONS: undefined },
      reject: false,
      stdin: "ignore",
    });
    assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
    return stdout;
  }
}

async function manifestIn(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")) as Manifest;
}
