/**
 * Files of a pull request: a customer's repository changed at random. A command that reads it without a tenant refuses
 * with a message, or is done; it shows nothing of a file outside, and no stack trace.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import * as fc from "fast-check";
import { officeRule, RulesProject, today } from "../cli/detections/rulesProject";
import { inSession } from "../cli/testSession";

/** How many repositories; `npm run search -- --files N` asks for more, of another seed. */
const { SEARCH_RUNS: runs, FC_SEED } = process.env;
const drawing = runs === undefined ? { seed: 37, numRuns: 9 } : { seed: Number(FC_SEED), numRuns: Number(runs) };

const canary = "kestrel-7731";
const outside = {
  "secret.yaml": `${canary}: { token: ${canary} }\n`,
  "broken.yaml": `[${canary}: "${canary}`,
  "settings.yaml": `config:\n  ${canary}: ${canary}\n`,
  "tenants.yaml": `tenants: [{ ${canary}: 1 }]\n`,
};

const files: Readonly<Record<string, string>> = {
  "team.yaml": "- { email: ana@fabrikam.example, displayName: Ana }\n",
  "detections/base/office.yaml": officeRule,
  "detections/base/office.test.yaml":
    "cases:\n  - name: none\n    tables: { DeviceProcessEvents: [] }\n    expect: { hits: 0 }\n",
  "rehearsal/rehearsal.json": JSON.stringify({
    ...{ msspRehearsal: 1, version: "0.2.0", on: "2026-12-01", cloud: "public", permissions: ["User.Read.All"] },
    ...{ equal: ["GET /v1.0/users"], withoutObjects: [], notAsked: [], different: [] },
  }),
  "evidence-contoso/evidence.json": '{"stack":"contoso","items":[]}',
  "offboard-contoso/offboard.json": '{"format":2,"stack":"contoso","items":[]}',
  ".mssp/fleet/journal.jsonl": '{"stack":"contoso","state":"changed"}\n',
  "seeds/tenants.yaml": `tenants:
  - tenantId: c0570500-0000-4000-8000-00000000000b
    users: [{ userPrincipalName: ana@contoso.example, displayName: Ana }]
    groups: [{ displayName: All, members: [Ana] }]
`,
  "connections/contoso.json": JSON.stringify({
    msspConnection: 1,
    stack: "contoso",
    tenantId: "c0570500-0000-4000-8000-0000000000fa",
    clientId: "c0570500-0000-4000-8000-0000000000fb",
    cloud: "public",
    connector: { kind: "customerApp", alertApis: ["graph"], credential: "secret" },
    credentialPlace: { fileVariable: "MSSP_CLIENT_SECRET_FILE" },
  }),
};
const names = ["Pulumi.yaml", "Pulumi.contoso.yaml", ...Object.keys(files)];
const folders = [
  "detections",
  "detections/base",
  "offboard-contoso",
  "evidence-contoso",
  "rehearsal",
  ".mssp",
  "connections",
  "seeds",
];

const value = fc.oneof(
  fc.constantFrom("../outside/secret.yaml", "<outside>/secret.yaml", "link.yaml", "detections", "/proc/self/environ"),
  fc.constantFrom(
    "gcpkms://projects/p",
    "file:///<outside>",
    "https://evil.example",
    "00000000-0000-4000-8000-00000000dead",
  ),
  fc.constantFrom(
    "*a",
    "!!js/function 'x'",
    "{ a: [",
    "[]",
    "null",
    "1e999",
    "9".repeat(400),
    "&a [*a, *a]",
    "'\\u202e'",
    "${env}",
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
);
const setting = fc.constantFrom(
  ...["analystsFrom", "tenantId", "msspTenantId", "customerDomain", "connector", "detections", "portalAccess", "cloud"],
);
const to = fc.constantFrom(...Object.keys(outside), "/dev/zero");
const change = fc.oneof(
  fc.record({ kind: fc.constant("link" as const), at: fc.constantFrom(...names, ...folders, "link.yaml"), to }),
  fc.record({ kind: fc.constant("setting" as const), at: setting, value }),
  fc.record({
    kind: fc.constant("top" as const),
    at: fc.constantFrom(
      "secretsprovider",
      "encryptedkey",
      "encryptionsalt",
      "environment",
      "backend",
      "main",
      "plugins",
    ),
    file: fc.constantFrom("Pulumi.yaml", "Pulumi.contoso.yaml"),
    value,
  }),
  fc.record({
    kind: fc.constant("cut" as const),
    at: fc.constantFrom(...names),
    from: fc.nat(400),
    length: fc.nat(80),
  }),
  fc.record({ kind: fc.constant("insert" as const), at: fc.constantFrom(...names), from: fc.nat(400), value }),
  fc.record({ kind: fc.constant("large" as const), at: fc.constantFrom(...names), deep: fc.boolean() }),
);
type Change = typeof change extends fc.Arbitrary<infer One> ? One : never;

const commands = [
  ["check"],
  ["check", "--stack", "contoso", "--json"],
  ["detections", "coverage"],
  ["status", "--offline", "--stack", "contoso"],
  ["status", "--show", "analysts"],
  ["sandbox", "seed", "seeds/tenants.yaml"],
  ["permissions", "--stack", "contoso"],
  ["evidence", "verify", "evidence-contoso"],
  ["rehearse", "--show", "rehearsal/rehearsal.json"],
  ["siem-config", "splunk", "--connections", "connections", "--out", "out"],
];

/** What it found. */
const found: [Change, string[]][] = [
  [{ kind: "link", at: "detections/base/office.yaml", to: "secret.yaml" }, ["check"]],
  [{ kind: "link", at: "Pulumi.contoso.yaml", to: "broken.yaml" }, ["status", "--show", "analysts"]],
  [{ kind: "large", at: "Pulumi.yaml", deep: true }, ["check"]],
  [{ kind: "link", at: "seeds/tenants.yaml", to: "secret.yaml" }, ["sandbox", "seed", "seeds/tenants.yaml"]],
  [{ kind: "link", at: "seeds", to: "" }, ["sandbox", "seed", "seeds/tenants.yaml"]],
  [{ kind: "link", at: "Pulumi.yaml", to: "/dev/zero" }, ["check"]],
];

describe("random files of a pull request", function () {
  this.timeout(3_600_000);
  const top = newFolder();
  before(async () => {
    await mkdir(path.join(top, "outside"));
    for (const [name, text] of Object.entries(outside)) await writeFile(path.join(top, "outside", name), text);
  });

  it("are refused with a message or read within bounds, and show nothing of a file outside", async () => {
    const project = await RulesProject.create();
    await project.customer("contoso", { sets: ["base"] });
    for (const [name, text] of Object.entries(files)) await project.write(name, text);
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...commands),
        async (changes, args) => {
          const folder = path.join(top, "repository");
          await rm(folder, { recursive: true, force: true });
          await cp(project.folder, folder, { recursive: true });
          for (const one of changes) await apply(folder, one);
          const began = process.cpuUsage();
          const { exitCode, stdout, stderr } = await inSession(args, { folder, now: () => today });
          const { user, system } = process.cpuUsage(began);
          const said = stdout + stderr;
          assert.ok(exitCode !== undefined && exitCode <= 3, `exit code ${exitCode}`);
          assert.ok(exitCode === 0 || said.trim() !== "", "it fails in silence");
          assert.ok(!said.includes(canary), said);
          assert.doesNotMatch(
            said,
            /\n\s+at .+[:(]\d+|(Type|Range|Reference)Error|call stack|undefined is not|Cannot read prop/,
          );
          assert.ok(user + system < 20e6, `${(user + system) / 1e6} seconds`);
          for (const [name, text] of Object.entries(outside))
            assert.equal(await readFile(path.join(top, "outside", name), "utf8"), text);
        },
      ),
      { ...drawing, examples: found.map(([one, args]) => [[one], args]) },
    );
  });

  async function apply(folder: string, one: Change): Promise<void> {
    const file = path.join(
      folder,
      one.kind === "setting" ? "Pulumi.contoso.yaml" : one.kind === "top" ? one.file : one.at,
    );
    if (one.kind === "link") {
      await rm(file, { recursive: true, force: true });
      const isFile = path.extname(file) !== "";
      if (existsSync(path.dirname(file))) await symlink(path.resolve(top, "outside", isFile ? one.to : ""), file);
      return;
    }
    // A link was put in its place, or in that of its folder.
    const real = await realpath(file).catch(() => "");
    if (!real.startsWith(`${await realpath(folder)}${path.sep}`)) return;
    const text = await readFile(file, "utf8").catch(() => "");
    if (text === "") return;
    await writeFile(file, changed(text, one));
  }

  function changed(text: string, one: Exclude<Change, { kind: "link" }>): string {
    if (one.kind === "large") return one.deep ? `${"[".repeat(20_000)}\n` : `${text}# ${"x".repeat(2_000_000)}\n`;
    if (one.kind === "cut") return text.slice(0, one.from) + text.slice(one.from + one.length);
    const inserted = one.value.replace("<outside>", path.join(top, "outside"));
    if (one.kind === "insert") return text.slice(0, one.from) + inserted + text.slice(one.from);
    return one.kind === "top"
      ? `${one.at}: ${inserted}\n${text}`
      : text.replace(/^config:\n/m, `config:\n  customers:${one.at}: ${inserted}\n`);
  }
});
