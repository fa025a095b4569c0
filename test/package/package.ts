/**
 * `npm run test:package`: what a user gets. The packages are packed, served by a registry on this
 * machine, and installed into an empty folder with an empty npm cache; all other packages come from
 * npm's own registry.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { checkout, Installation, megabytes, type Ended } from "./installation";

describe("the packages in an empty folder", function () {
  this.timeout(900_000);

  let installation: Installation;
  let customers: string;
  const figures: string[] = [];

  before(async () => {
    installation = await Installation.create();
    customers = path.join(installation.folder, "customers");
    const packed = installation.registry.packages.map(({ name, bytes }) => `${name} ${(bytes / 1e6).toFixed(2)} MB`);
    figures.push(`tarballs: ${packed.join(", ")}`);
  });
  after(async () => {
    process.stdout.write(`\n${figures.map((line) => `      ${line}\n`).join("")}`);
    await installation.dispose();
  });

  const inCustomers = (...command: readonly [string, ...string[]]) => installation.run(command, { folder: customers });
  const onSandbox = (...command: readonly string[]) => inCustomers("npx", "mssp", "sandbox", "run", "--", ...command);
  function succeeded(ended: Ended): Ended {
    assert.equal(ended.exitCode, 0, `${ended.stdout}\n${ended.stderr}`);
    return ended;
  }

  it("npx defender-mssp init makes a repository of customers, with a registry of one's own", async () => {
    const { stdout, seconds } = succeeded(
      await installation.run(["npx", "--yes", "defender-mssp", "init", "customers", "acme-mssp"]),
    );
    figures.push(`npx defender-mssp init, npx's own cold installation included: ${seconds.toFixed(1)} s`);
    assert.match(stdout, /The project's name is acme-mssp/);
    for (const file of [
      ".git",
      ".gitignore",
      "package-lock.json",
      ".github/workflows/up.yml",
      "customers/Pulumi.dev.yaml",
    ])
      assert.ok(existsSync(path.join(customers, file)), file);
  });

  it("npm ci without the development dependencies is what a pipeline installs", async () => {
    const args = ["--no-audit", "--no-fund"] as const;
    const real = await installation.run(["npm", "ci", "--omit=dev", ...args], { folder: customers, cache: "cold" });
    figures.push(`npm ci --omit=dev, cold: ${await size(real)}`);
    assert.ok(!existsSync(path.join(customers, "node_modules/@defender-mssp/sandbox")));
    const missing = await inCustomers("npx", "mssp", "start");
    assert.equal(missing.exitCode, 1);
    assert.match(
      missing.stderr,
      /^mssp: This command needs the package @defender-mssp\/sandbox[^]*\n  npm ci --include=dev$/m,
    );
    assert.doesNotMatch(missing.stderr, /^ {4}at /m);
    const whole = await installation.run(["npm", "ci", ...args], { folder: customers, cache: "cold-too" });
    figures.push(`npm ci, cold, with engine and sandbox: ${await size(whole)}`);
    for (const compiler of ["typescript", "esbuild", "ts-node", "@pulumi/azure-native"])
      assert.ok(!existsSync(path.join(customers, "node_modules", compiler)), compiler);
  });

  async function size(ended: Ended): Promise<string> {
    const { seconds } = succeeded(ended);
    return `${(await megabytes(path.join(customers, "node_modules"))).toFixed(0)} MB, ${seconds.toFixed(1)} s`;
  }

  it("npx mssp start onboards the first customer", async () => {
    const { stdout, seconds } = succeeded(await inCustomers("npx", "mssp", "start"));
    figures.push(`npx mssp start: ${seconds.toFixed(1)} s`);
    assert.match(stdout, /\+ \d+ created/);
    assert.match(stdout, /clientSecret\s+\[secret\]/);
  });

  it("npx pulumi new makes a repository of customers of the template, too", async () => {
    const folder = path.join(installation.folder, "generated");
    const args = ["--generate-only", "--yes", "--name", "generated", "--dir", folder];
    succeeded(await inCustomers("npx", "pulumi", "new", path.join(checkout, "templates", "customers"), ...args));
    succeeded(await installation.run(["npm", "install", "--no-audit", "--no-fund"], { folder }));
    const { stdout } = succeeded(await installation.run(["npx", "mssp", "start"], { folder }));
    assert.match(stdout, /\+ \d+ created/);
    succeeded(await installation.run(["npx", "mssp", "sandbox", "reset"], { folder }));
  });

  it("npx pulumi preview finds nothing to change, with the policy pack by reference", async () => {
    const policy = ["--policy-pack", "node_modules/defender-mssp/policy"];
    const { stdout, seconds } = succeeded(
      await onSandbox("npx", "pulumi", "preview", "--stack", "dev", "--expect-no-changes", ...policy),
    );
    figures.push(`npx mssp sandbox run -- npx pulumi preview, policy pack included: ${seconds.toFixed(1)} s`);
    assert.match(stdout, /unchanged/);
    assert.match(stdout, /defender-mssp@v/);
  });

  it("marks what it makes with the project's own name", async () => {
    const { stdout } = succeeded(await inCustomers("npx", "mssp", "sandbox", "dump"));
    assert.match(stdout, /acme-mssp\/dev/);
    assert.doesNotMatch(stdout, /defender-mssp\/dev/);
  });

  it("npx mssp ci matrix finds the stacks in the folder customers", async () => {
    for (const args of [
      ["config", "user.email", "t@t.example"],
      ["config", "user.name", "t"],
      ["add", "--all"],
    ])
      succeeded(await inCustomers("git", ...(args as [string])));
    succeeded(await inCustomers("git", "commit", "--quiet", "--message", "first"));
    const { stdout } = succeeded(await inCustomers("npx", "mssp", "ci", "matrix", "--all", "--stack", "*"));
    assert.deepEqual((JSON.parse(stdout) as { stacks: string[] }).stacks, ["dev"]);
    const ignored = succeeded(await inCustomers("git", "ls-files")).stdout;
    assert.doesNotMatch(ignored, /^(\.sandbox|node_modules)\//m);
  });

  it("npx mssp new adds a customer, npx mssp permissions lists what it consents to, and npx pulumi up onboards it", async () => {
    const settings = ["customerName=Tailwind", "customerDomain=contoso.com", "msspName=Fabrikam"];
    const ids = [
      "tenantId=c0570500-0000-4000-8000-00000000000d",
      "msspTenantId=5ec0de00-5ea1-4000-8000-000000000001",
      "analysts=ana@fabrikam.example",
    ];
    const flags = ["--no-check", "--set", ...settings, ...ids];
    const made = succeeded(await onSandbox("npx", "mssp", "new", "tailwind", ...flags));
    assert.match(made.stdout, /^customers\/Pulumi\.tailwind\.yaml is written\./m);
    const { stdout } = succeeded(await inCustomers("npx", "mssp", "permissions", "--stack", "tailwind"));
    assert.match(stdout, /RoleManagement\.ReadWrite\.Defender +8b7e8c0a-7e9d-4049-97ec-04b5e1bcaf05/);
    succeeded(await onSandbox("npx", "pulumi", "stack", "init", "tailwind"));
    const up = succeeded(await onSandbox("npx", "pulumi", "up", "--stack", "tailwind", "--yes", "--skip-preview"));
    figures.push(`npx mssp sandbox run -- npx pulumi up: ${up.seconds.toFixed(1)} s`);
  });

  it("names the setting and the command where azure-native is missing, and changes nothing", async () => {
    const subscriptionId = "5ab5c000-0000-4000-8000-000000000001";
    const groupObjectId = "00000000-0000-4000-8000-000000000001";
    const needing = {
      handover: { subscriptionId, location: "westeurope" },
      azureDelegation: { subscriptionId, groupObjectId, groupName: "Analysts", roles: ["Microsoft Sentinel Reader"] },
    };
    for (const [setting, value] of Object.entries(needing)) {
      const restore = await addSettings({ [setting]: value });
      const { exitCode, stdout, stderr } = await onSandbox("npx", "pulumi", "up", "--stack", "dev", "--yes", "-f");
      await restore();
      assert.notEqual(exitCode, 0);
      const shown = `${stdout}\n${stderr}`;
      assert.match(
        shown,
        new RegExp(
          `error: ${setting}: the package @pulumi/azure-native is not installed\\. Nothing was changed\\..*\\n` +
            " *npm install --save-exact @pulumi/azure-native@\\d+\\.\\d+\\.\\d+\\n",
        ),
      );
      assert.doesNotMatch(shown, /^ +at |[1-9]\d* (created|updated|deleted)/m);
    }
  });

  it("npx mssp fleet preview runs the packed program, with the module in extensions/ that a customer names", async () => {
    const module = [
      'const azuread = require("@pulumi/azuread");',
      "exports.extend = ({ settings, provider }) => {",
      "  const displayName = `${settings.msspName} Log Readers`;",
      '  new azuread.Group("readers", { displayName, securityEnabled: true }, { provider });',
      "};",
    ];
    await mkdir(path.join(customers, "extensions"));
    await writeFile(path.join(customers, "extensions", "auditLog.js"), module.join("\n"));
    const restore = await addSettings({ extension: "auditLog" });
    const policy = ["--policy-pack", "node_modules/defender-mssp/policy"];
    const preview = await onSandbox(
      "npx",
      "mssp",
      "fleet",
      "preview",
      "--stack",
      "dev",
      "tailwind",
      "--json",
      ...policy,
    );
    await restore();
    const { stdout } = succeeded(preview);
    figures.push(`npx mssp fleet preview of two customers: ${preview.seconds.toFixed(1)} s`);
    const report = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
      stacks: { stack: string; state: string; preview: { changes: { operation: string; name: string }[] } }[];
    };
    const states = Object.fromEntries(report.stacks.map(({ stack, state }) => [stack, state]));
    assert.deepEqual(states, { dev: "changed", tailwind: "unchanged" });
    const changes = report.stacks.flatMap(({ preview: { changes } }) => changes);
    assert.ok(
      changes.some(({ operation, name }) => `${operation} ${name}` === "create readers"),
      JSON.stringify(changes),
    );
  });

  /** Adds settings to the first customer's. @returns what takes them out again. */
  async function addSettings(settings: Readonly<Record<string, unknown>>): Promise<() => Promise<void>> {
    const file = path.join(customers, "customers", "Pulumi.dev.yaml");
    const before = await readFile(file, "utf8");
    // JSON is YAML, too.
    const lines = Object.entries(settings).map(([key, value]) => `  acme-mssp:${key}: ${JSON.stringify(value)}\n`);
    await writeFile(file, before.trimEnd() + "\n" + lines.join(""));
    return () => writeFile(file, before);
  }

  it("npx mssp upgrade installs a new version of all packages, which changes no customer, and git goes back", async () => {
    const next = path.join(installation.folder, "next");
    await installation.packAs("99.0.0", next);
    const commit = ["git", "-c", "user.name=t", "-c", "user.email=t@t.example", "commit", "--quiet"] as const;
    succeeded(await inCustomers("git", "add", "--all"));
    succeeded(await inCustomers(...commit, "--message", "second"));
    const options = ["--yes", "--skip-preview"] as const;
    const upgraded = succeeded(await inCustomers("npx", "mssp", "upgrade", "--packages", next, ...options));
    figures.push(`npx mssp upgrade, without previews: ${upgraded.seconds.toFixed(1)} s`);
    assert.match(upgraded.stdout, /^defender-mssp \d+\.\d+\.\d+ → 99\.0\.0$/m);
    assert.match(succeeded(await inCustomers("npx", "mssp", "--version")).stdout, /^99\.0\.0$/m);
    const { stdout } = succeeded(
      await onSandbox("npx", "mssp", "fleet", "preview", "--stack", "dev", "tailwind", "--json"),
    );
    const { counts } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { counts: Record<string, number> };
    assert.equal(counts["unchanged"], 2, JSON.stringify(counts));
    for (const command of upgraded.stderr.split("\n").flatMap((line) => /^ {2}((?:git|npm) .*)$/.exec(line)?.[1] ?? []))
      succeeded(await inCustomers(...(command.split(" ") as [string])));
    assert.equal(succeeded(await inCustomers("git", "status", "--porcelain")).stdout, "");
    assert.doesNotMatch(succeeded(await inCustomers("npx", "mssp", "--version")).stdout, /99/);
  });

  it("npx pulumi destroy takes everything away", async () => {
    const { stdout } = succeeded(
      await onSandbox("npx", "pulumi", "destroy", "--stack", "dev", "--refresh", "--yes", "--suppress-outputs"),
    );
    assert.match(stdout, /- \d+ deleted/);
  });

  it("no lockfile entry of ours has an install script", async () => {
    const lockfile = JSON.parse(await readFile(path.join(customers, "package-lock.json"), "utf8")) as {
      packages: Record<string, { hasInstallScript?: boolean }>;
    };
    const scripts = Object.entries(lockfile.packages).filter(([, entry]) => entry.hasInstallScript === true);
    // protobufjs comes with gRPC; its script prints advice, and `npm ci --ignore-scripts` works as
    // well.
    assertEach(scripts, ([name]) => name, ["node_modules/protobufjs"]);
  });
});
