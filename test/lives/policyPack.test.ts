import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Finished, fixture } from "@defender-mssp/testkit";
import { rules } from "../../policy/rules";
import { checkout, createProject, objectsOf } from "../e2e/support";

const stranger = "0f0f0f0f-0000-4000-8000-0000000000ff";

/** The rules that the settings of Pulumi.sandbox-bad.yaml break with the parameters of policy/strict.json. */
const brokenBySettings = [
  "client-secrets-expire",
  "directory-roles",
  "federated-instead-of-secret",
  "guest-count",
  "guest-domains",
  "notification-rules",
  "redirect-uris",
  "role-assignable-groups",
];

describe("the policy pack on the real engine", function () {
  const project = fixture(createProject);

  before(async () => {
    for (const stack of ["dev", "sandbox-basic", "sandbox-entitlement", "sandbox-bad"]) {
      const settings = await readFile(path.join(checkout, `Pulumi.${stack}.yaml`), "utf8");
      // This sandbox has not read the file when it makes the tenant, so the tenant has another
      // domain.
      const approver = settings.replace("security.admin@adventure-works.com", "security.admin@tenant-c0570500.example");
      await writeFile(path.join(project.folder, `Pulumi.${stack}.yaml`), approver);
      await project.addStack(stack);
    }
  });

  const withPack = (command: string, stack: string, ...flags: string[]): Promise<Finished> =>
    project.run([command, "--stack", stack, "--policy-pack", "policy", ...flags]);

  it("warns of the dev stack's standing tier 2 and reports nothing else: new and deployed", async () => {
    for (const [command, ...flags] of [
      ["up", "--yes"],
      ["preview", "--refresh"],
    ] as const) {
      const { exitCode, stdout, stderr } = await withPack(command, "dev", ...flags);
      assert.equal(exitCode, 0, stdout + stderr);
      assert.match(stdout, /(✅|⚠️) *defender-mssp@v/);
      assert.deepEqual(namedRules(stdout), ["no-standing-tier2"]);
      assert.equal(stderr, "");
    }
  });

  for (const stack of ["sandbox-basic", "sandbox-entitlement"]) {
    it(`warns of the secret of ${stack}, which reads Graph alone, and reports nothing else`, async () => {
      const { exitCode, stdout } = await withPack("preview", stack);
      assert.equal(exitCode, 0, stdout);
      assert.deepEqual(namedRules(stdout), ["federated-instead-of-secret"]);
    });
  }

  it("refuses Pulumi.sandbox-bad.yaml and names each rule", async () => {
    const { exitCode, stdout } = await withPack("preview", "sandbox-bad");
    assert.notEqual(exitCode, 0, stdout);
    assert.match(stdout, /❌ defender-mssp@v/);
    assert.doesNotMatch(stdout, /settings are wrong/);
    assert.deepEqual(namedRules(stdout), rules.map(({ name }) => name).sort());
    for (const { name, severity, level } of rules) {
      assert.ok(stdout.includes(`[${level}] [severity: ${severity}]  ${name} `), `${name}:\n${stdout}`);
    }
  });

  it("refuses its settings without the extension by stricter parameters", async () => {
    const file = path.join(project.folder, "Pulumi.sandbox-bad.yaml");
    const settings = await readFile(file, "utf8");
    await writeFile(file, settings.replace(/^.*:extension: .*$/m, ""));
    const { exitCode, stdout } = await withPack("preview", "sandbox-bad", "--policy-pack-config", "policy/strict.json");
    await writeFile(file, settings);
    assert.notEqual(exitCode, 0, stdout);
    assert.deepEqual(namedRules(stdout), brokenBySettings);
  });

  it("a guest that a rule refuses is not invited", async () => {
    const { exitCode, stdout } = await withPack("up", "sandbox-bad", "--yes", "--skip-preview");
    assert.notEqual(exitCode, 0, stdout);
    assert.match(stdout, /❌ defender-mssp@v/);
    const { users } = objectsOf(project, "c0570500-0000-4000-8000-0000000000bd");
    assert.doesNotMatch(JSON.stringify(users), /gmail/);
  });

  it("a stranger whom a transformation adds to a group stops `up` before the group is made", async () => {
    const { exitCode, stdout, settings } = await withTransformation(
      "sandbox-basic",
      `if (type !== "azuread:index/group:Group") return undefined;
  const members = pulumi.output(props["members"]).apply((ids: string[]) => [...ids, "${stranger}"]);
  return { props: { ...props, members }, opts };`,
      ["up", "--yes", "--skip-preview"],
    );
    assert.notEqual(exitCode, 0, stdout);
    assert.match(stdout, /group-members/);
    const [, tenant = ""] = /tenantId: (\S+)/.exec(settings) ?? [];
    assert.doesNotMatch(JSON.stringify(objectsOf(project, tenant).groups), /MSSP Analysts/);
  });

  it("another role and another delegation that a transformation makes from the stack's own are refused by a preview", async () => {
    const { exitCode, stdout } = await withTransformation(
      "dev",
      `const other = (id: pulumi.Input<string>) => pulumi.output(id).apply((own) => own.replace(/[^/]+$/, "${stranger}"));
  if (type.endsWith(":DefenderRoleAssignment"))
    return { props: { ...props, roleDefinitionId: other(props["roleDefinitionId"]) }, opts };
  if (!type.endsWith(":RegistrationAssignment")) return undefined;
  return { props: { ...props, properties: { registrationDefinitionId: other(props["properties"].registrationDefinitionId) } }, opts };`,
      ["preview"],
    );
    assert.notEqual(exitCode, 0, stdout);
    for (const name of ["roleDefinitionId", "registrationDefinitionId"])
      assert.match(stdout, new RegExp(`its ${name} \\S*${stranger} is not of a resource of this stack`));
  });

  /** @param body of the function for each resource. */
  async function withTransformation(stack: string, body: string, [command = "", ...flags]: readonly string[]) {
    const extension = `import * as pulumi from "@pulumi/pulumi";
pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
  ${body}
});
export const extend = () => undefined;
`;
    const file = path.join(project.folder, `Pulumi.${stack}.yaml`);
    const settings = await readFile(file, "utf8");
    await writeFile(path.join(project.folder, "extensions", "stranger.ts"), extension);
    await writeFile(file, settings.replace("config:\n", "config:\n  defender-mssp:extension: stranger\n"));
    const finished = await withPack(command, stack, ...flags);
    await writeFile(file, settings);
    return { ...finished, settings };
  }

  it("reports the type of an invalid parameter", async () => {
    const file = path.join(project.folder, "parameters.json");
    await writeFile(file, '{ "guest-count": { "most": "many" } }');
    const { exitCode, stdout, stderr } = await withPack("preview", "dev", "--policy-pack-config", file);
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /guest-count: most: Invalid type. Expected: integer, given: string/);
  });

  /** What a preview says with one rule's file changed. It is refused. */
  async function previewWith(change: (source: string) => string): Promise<string> {
    const file = path.join(project.folder, "policy", "rules", "owners.ts");
    const source = await readFile(file, "utf8");
    await writeFile(file, change(source));
    const { exitCode, stdout, stderr } = await withPack("preview", "dev");
    await writeFile(file, source);
    assert.notEqual(exitCode, 0, stdout);
    return stdout + stderr;
  }

  it("a pack that does not compile: the place is shown without a stack trace, and `up` stops", async () => {
    const said = await previewWith((source) => source.replace("export const owners =", "export const owners ("));
    assert.match(said, /The policy pack does not compile; nothing was changed/);
    assert.match(said, /rules\/owners\.ts:\d+:\d+/);
    assert.doesNotMatch(said, /^\s+at .*:\d+/m);
  });

  it("a bug in a rule: `up` stops, and the place in the sources is shown", async () => {
    const said = await previewWith((source) => source.replace("const named = [", "const named = [...JSON.parse('1'),"));
    assert.match(said, /Error validating resource with policy 'owners'/);
    assert.match(said, /policy\/rules\/owners\.ts:\d+:\d+/);
  });
});

describe("a process of the policy pack", () => {
  for (const [how, args] of [
    ["as PulumiPolicy.yaml says", ["pack.js"]],
    [
      "by the SDK's own runner, which a host without nodeargs uses",
      [require.resolve("@pulumi/pulumi/cmd/run-policy-pack")],
    ],
  ] as const) {
    it(`${how}: the pack's first line is its port`, async function () {
      const folder = path.join(checkout, "policy");
      const pack = spawn(process.execPath, [...args, "127.0.0.1:1", folder], { cwd: folder });
      const ended = once(pack, "exit");
      try {
        const line = await new Promise<string>((resolve, reject) => {
          pack.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString()));
          pack.stderr.once("data", (chunk: Buffer) => reject(new Error(chunk.toString())));
          pack.once("error", reject);
        });
        assert.match(line, /^\d+\n$/);
      } finally {
        pack.kill();
        await ended;
      }
    });
  }
});

/** Names of the rules that are listed as broken, sorted. */
function namedRules(stdout: string): string[] {
  const listed = [...stdout.matchAll(/^\s+- \[(?:mandatory|advisory)\].*?\s{2}([\w-]+)\s{2}\(/gm)];
  return [...new Set(listed.map(([, name = ""]) => name))].sort();
}
