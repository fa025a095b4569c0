/** What people get wrong, on the real engine: on a customer's stack that is in use, so that there is something to lose. */
import assert from "node:assert/strict";
import { appendFile, readFile } from "node:fs/promises";
import path from "node:path";
import { dump } from "../../tools/sandbox/cloud/dump";
import type { SandboxProject } from "../../tools/sandbox/sandboxProject";
import { ana, ben, createProject, customer, tenantIdOf } from "./support";

const stack = "contoso";
const tenantId = tenantIdOf(5);
const otherTenantId = tenantIdOf(6);
const long = "n".repeat(300);

interface BadInput {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** What the output says: the key, the value seen and what is allowed. */
  readonly says: readonly string[];
  /** What it doesn't. */
  readonly keeps?: readonly string[];
}

/** By what is wrong. */
const badInputs: Readonly<Record<string, BadInput>> = {
  "a tenant ID that is no UUID": {
    settings: { tenantId: "contoso.onmicrosoft.com" },
    says: ['tenantId: "contoso.onmicrosoft.com"', "allowed: the ID of the customer's tenant: a UUID such as"],
  },
  "an e-mail address without a domain": {
    settings: { analysts: [{ ...ana, email: "ana.silva" }] },
    says: ['analysts[0].email: "ana.silva"', "allowed: an e-mail address with a domain, such as ana@mssp.example"],
  },
  "the same analyst twice, in other letters": {
    settings: { analysts: [ana, { ...ana, email: "Ana.Silva@Fabrikam-Security.example" }] },
    says: [
      'analysts[1].email: "Ana.Silva@Fabrikam-Security.example"',
      "allowed: each analyst once: analysts[0] has this address",
    ],
  },
  "a redirect domain with a scheme": {
    settings: { customerDomain: "https://contoso.example" },
    says: ['customerDomain: "https://contoso.example"', "allowed: a domain name alone, in lower case"],
  },
  "a redirect domain with a path": {
    settings: { customerDomain: "contoso.example/siem" },
    says: ['customerDomain: "contoso.example/siem"', "allowed: a domain name alone, in lower case"],
  },
  "a redirect domain in upper case": {
    settings: { customerDomain: "CONTOSO.example" },
    says: ['customerDomain: "CONTOSO.example"', "allowed: a domain name alone, in lower case"],
  },
  "a name of 300 characters": {
    settings: { customerName: long },
    says: ['customerName: "nnnnn', "(300 characters)", "allowed: the customer's name: 1 to 100 characters"],
    keeps: [long],
  },
  "control characters": {
    settings: { msspName: "Fabrikam\u001b[31m\u0007" },
    says: ['msspName: "Fabrikam\\u001b[31m\\u0007"', "allowed: the MSSP's name: 1 to 242 characters, no control"],
    keeps: ["\u001b[31m\u0007"],
  },
  "an unknown key": {
    settings: { analyst: "Ana" },
    says: ['analyst: "Ana"', "allowed: no such setting; the nearest is analysts"],
  },
  "several at once, in one error": {
    settings: { tenantId: "contoso", customerDomain: "Contoso", analysts: [{ email: "ana" }], msspname: "Fabrikam" },
    says: [
      "5 settings are wrong; nothing was changed.",
      'tenantId: "contoso"',
      'customerDomain: "Contoso"',
      'analysts[0].email: "ana"',
      "analysts[0].displayName: (not set)",
      'msspname: "Fabrikam"',
      "the nearest is msspName",
    ],
  },
  "a login of another customer's in the environment": {
    environment: { ARM_TENANT_ID: otherTenantId },
    says: [
      `ARM_TENANT_ID (environment): "${otherTenantId}"`,
      "allowed: unset, or the tenant of tenantId or msspTenantId",
    ],
  },
  "a wrong client secret": {
    environment: { ARM_CLIENT_SECRET: "not-the-secret-2d9f" },
    says: [
      `Cannot sign in to the customer's tenant ${tenantId}. Nothing was created.`,
      "AADSTS7000215",
      "ARM_CLIENT_ID with its secret",
    ],
    keeps: ["not-the-secret-2d9f"],
  },
  "another passphrase than the stack's": {
    environment: { PULUMI_CONFIG_PASSPHRASE: "not-the-passphrase-81c4" },
    says: ["incorrect passphrase", "PULUMI_CONFIG_PASSPHRASE"],
    keeps: ["not-the-passphrase-81c4"],
  },
};

describe("bad input on the real engine", function () {
  this.timeout(120_000);

  let project: SandboxProject;
  /** The line of the stack's file that belongs to its passphrase. */
  let salt: string;
  let cloudBefore: string;
  let resourcesBefore: unknown;

  before(async () => {
    project = await createProject();
    for (const id of [tenantId, otherTenantId]) project.sandbox.cloud.tenant(id);
    await project.succeed(["stack", "init", stack]);
    salt = await readFile(settingsFile(), "utf8");
    await write({});
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
    [cloudBefore, resourcesBefore] = [dump(project.sandbox.cloud), await resources()];
  });
  after(() => project.dispose());

  const settingsFile = () => path.join(project.folder, `Pulumi.${stack}.yaml`);

  /** Good settings but for these changes, in a file as `stack init` and `config set` leave it. */
  async function write(changes: Readonly<Record<string, unknown>>): Promise<string> {
    await project.writeSettings(stack, customer(5, { analysts: [ana, ben], ...changes }));
    await appendFile(settingsFile(), salt);
    return readFile(settingsFile(), "utf8");
  }

  /** What the engine knows of the stack, from its own file. Times of the last look apart. */
  async function resources(): Promise<unknown> {
    const file = path.join(project.folder, ".sandbox", "state", ".pulumi", "stacks", "defender-mssp", `${stack}.json`);
    const { checkpoint } = JSON.parse(await readFile(file, "utf8")) as {
      checkpoint: { latest: { resources: Record<string, unknown>[]; pending_operations?: unknown } };
    };
    const { resources: known, pending_operations: pending } = checkpoint.latest;
    return [known.map(({ modified: _, ...resource }) => resource), pending];
  }

  async function assertRefused(args: readonly string[], { environment, says, keeps = [] }: BadInput): Promise<void> {
    const settings = await readFile(settingsFile(), "utf8");
    const { exitCode, stdout, stderr } = await project.pulumi(args, environment);
    const output = stdout + stderr;
    if (process.env["SHOW"]) console.log(exitCode, output);
    assert.ok(exitCode !== undefined && exitCode > 0, `exit code ${exitCode}\n${output}`);
    for (const text of says) assert.ok(output.includes(text), `"${text}" is not in:\n${output}`);
    for (const text of keeps) assert.ok(!output.includes(text), `"${text}" is in:\n${output}`);
    assert.doesNotMatch(output, /^\s+at /m);
    assert.equal(dump(project.sandbox.cloud), cloudBefore, "the tenants have changed");
    assert.deepEqual(await resources(), resourcesBefore, "the stack's state has changed");
    assert.equal(await readFile(settingsFile(), "utf8"), settings, "the stack's settings have changed");
  }

  for (const [what, input] of Object.entries(badInputs)) {
    it(`refuses ${what}`, async () => {
      await write(input.settings ?? {});
      await assertRefused(["up", "--stack", stack, "--yes", "--skip-preview"], input);
    });
  }

  it("refuses another tenant for the same stack, in a preview and in `up`, naming both", async () => {
    await write({ tenantId: otherTenantId });
    const says = [
      `resources are in tenant ${tenantId}`,
      `its setting tenantId is now ${otherTenantId}`,
      "Nothing was changed",
    ];
    await assertRefused(["preview", "--stack", stack], { says });
    await assertRefused(["up", "--stack", stack, "--yes", "--skip-preview"], { says });
  });

  it("refuses a stack without any configuration, naming each setting that it needs", async () => {
    await project.succeed(["stack", "init", "empty"]);
    const keys = ["customerName", "tenantId", "customerDomain", "msspName", "msspTenantId", "analysts"];
    await assertRefused(["up", "--stack", "empty", "--yes", "--skip-preview"], {
      says: ["6 settings are wrong; nothing was changed.", ...keys.map((key) => `  ${key}: (not set)\n    allowed: `)],
    });
  });

  it("leaves the customer's stack as it was all the while", async () => {
    await write({});
    await project.succeed(["preview", "--stack", stack, "--refresh", "--expect-no-changes"]);
  });
});
