import assert from "node:assert/strict";
import { type Finished, fixture } from "@defender-mssp/testkit";
import { ana, createProject, customer, dumpOfTenant, tenantIdOf } from "./support";

describe("bad input on the real engine", function () {
  const tenantId = tenantIdOf(40);
  const requests: string[] = [];
  const project = fixture(() => createProject({ log: (line) => requests.push(line) }));
  let asBefore: string;

  before(async () => {
    await project.writeSettings("contoso", customer(40));
    await project.addStack("contoso");
    project.sandbox.cloud.tenant(tenantId);
    asBefore = dumpOfTenant(project, tenantId);
  });

  /** The command has failed with words for people, and nothing was created. */
  function refused({ exitCode, stdout, stderr }: Finished, ...words: (string | RegExp)[]): void {
    const said = `${stdout}\n${stderr}`;
    assert.notEqual(exitCode, 0, said);
    for (const word of words) {
      if (typeof word === "string") assert.ok(said.includes(word), `"${word}" is missing in:\n${said}`);
      else assert.match(said, word);
    }
    assert.doesNotMatch(said, /^\s+at .*:\d+/m, "a stack trace");
    assert.equal(dumpOfTenant(project, tenantId), asBefore, "something was created");
  }

  async function preview(settings: Record<string, unknown>, environment = {}): Promise<Finished> {
    await project.writeSettings("contoso", settings);
    return await project.run(["preview", "--stack", "contoso"], environment);
  }

  it("no settings: each missing one is named", async () => {
    const keys = ["customerName", "tenantId", "customerDomain", "msspName", "msspTenantId", "analysts"];
    refused(await preview({}), "6 settings are wrong; nothing was changed.", ...keys);
  });

  it("several wrong settings: one error with key and value of each, before the first request", async () => {
    const wrong = customer(40, {
      tenantId: "contoso",
      customerDomain: "https://contoso.com/path",
      customerName: "x".repeat(300),
      msspName: "Fab\u0007rikam",
      analysts: [{ ...ana, email: "ana@nowhere" }, ana, { ...ana, email: ana.email.toUpperCase() }],
      analyst: "ana",
    });
    const before = requests.length;
    refused(
      await preview(wrong),
      "tenantId: ",
      '"contoso"',
      "customerDomain: ",
      "https://contoso.com/path",
      "customerName: ",
      "msspName: ",
      "analysts[0].email: ",
      "ana@nowhere",
      "analysts[2].email: ",
      /analyst: .*[\s\S]*analysts/,
    );
    assert.deepEqual(requests.slice(before), []);
  });

  it("a domain in upper case is refused", async () =>
    refused(
      await preview(customer(40, { customerDomain: "Contoso.COM" })),
      /^ +Pulumi\.contoso\.yaml:\d+:\d+ customerDomain: /m,
      "Contoso.COM",
      "lower case",
    ));

  it("`up` with a wrong setting creates nothing", async () => {
    await project.writeSettings("contoso", customer(40, { tenantId: "contoso" }));
    refused(await project.run(["up", "--stack", "contoso", "--yes", "--skip-preview"]), "tenantId: ");
  });

  it("a wrong passphrase is reported", async () => {
    // The shared runtime's stacks have no passphrase.
    const own = await createProject({ sharedRuntime: false });
    try {
      await own.writeSettings("contoso", customer(40));
      await own.addStack("contoso");
      // Writes the stack's salt into its file, by which the engine checks a passphrase.
      await own.succeed(["config", "set", "--stack", "contoso", "--secret", "other:marker", "x"]);
      const wrong = { PULUMI_CONFIG_PASSPHRASE: "not the stack's" };
      refused(await own.run(["preview", "--stack", "contoso"], wrong), "incorrect passphrase");
    } finally {
      await own.dispose();
    }
  });

  it("credentials of a third tenant are refused", async () => {
    const elsewhere = tenantIdOf(41);
    refused(await preview(customer(40), { ARM_TENANT_ID: elsewhere }), elsewhere, "ARM_TENANT_ID");
  });

  it("a wrong client secret is reported and not shown", async () => {
    const result = await preview(customer(40), { ARM_CLIENT_SECRET: "wrong~secret~value" });
    refused(result, "Cannot sign in to the customer's tenant", "AADSTS7000215");
    assert.ok(!`${result.stdout}${result.stderr}`.includes("wrong~secret~value"));
  });

  it("another tenant for a stack that has one: refused in a preview and before the first change", async () => {
    await project.writeSettings("contoso", customer(40));
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    asBefore = dumpOfTenant(project, tenantId);
    const other = tenantIdOf(42);
    project.sandbox.cloud.tenant(other);
    const otherBefore = dumpOfTenant(project, other);
    refused(await preview(customer(40, { tenantId: other })), tenantId, other, "destroy the stack first");
    refused(await project.run(["up", "--stack", "contoso", "--yes", "--skip-preview"]), tenantId, other);
    assert.equal(dumpOfTenant(project, other), otherBefore);
    await project.writeSettings("contoso", customer(40));
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
  });
});
