import assert from "node:assert/strict";
import { lstat, mkdir, readFile, readdir, readlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { commandEnvironment } from "@defender-mssp/sandbox";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { pulumiEnvironment, type PulumiEnvironmentOptions } from "../src/pulumiEnvironment";
import { tenantsOfStacks } from "../src/tenantsOfStacks";

describe("the engine's environment on a sandbox", () => {
  let folder = "";
  let home = "";
  beforeEach(() => {
    folder = newFolder();
    home = path.join(folder, "home");
  });

  const ofClient = { variables: { ARM_CLIENT_SECRET: "s" }, removed: ["ARM_TENANT_ID"] };
  const prepare = (options: PulumiEnvironmentOptions = {}) =>
    pulumiEnvironment(home, ofClient, { user: {}, ...options });

  it("environment: exactly the variables that the engine needs, beside those of a client", async () => {
    const { variables, removed, notes } = await prepare();
    assert.deepEqual(variables, {
      PULUMI_HOME: path.join(home, "pulumi", "stand-in"),
      PULUMI_BACKEND_URL: `file://${path.join(home, "state")}?metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: "sandbox",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ARM_CLIENT_SECRET: "s",
    });
    assert.deepEqual([removed, notes], [["ARM_TENANT_ID"], []]);
    assert.ok((await lstat(path.join(home, "state"))).isDirectory());
  });

  it("environment: without the user's login to Pulumi and without its backend", async () => {
    const user = { PATH: "/bin", PULUMI_ACCESS_TOKEN: "p", PULUMI_BACKEND_URL: "https://api.pulumi.com" };
    const command = commandEnvironment(await prepare({ user }), user);
    assert.ok(!("PULUMI_ACCESS_TOKEN" in command));
    assert.equal(command["PULUMI_BACKEND_URL"], `file://${path.join(home, "state")}?metadata=skip`);
    assert.equal(command["PATH"], "/bin");
  });

  it("environment: the user's passphrase is kept", async () => {
    for (const name of ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"]) {
      const user = { [name]: "mine" };
      const environment = await prepare({ user });
      assert.ok(!("PULUMI_CONFIG_PASSPHRASE" in environment.variables), name);
      assert.equal(commandEnvironment(environment, user)[name], "mine");
    }
  });

  it("Pulumi home: the user's engine and launchers of the stand-in plugins", async () => {
    const user = path.join(folder, "user");
    await mkdir(path.join(user, "versions"), { recursive: true });
    const { variables } = await prepare({ user: { PULUMI_HOME: user } });
    const home = variables["PULUMI_HOME"] ?? "";
    assert.equal(await readlink(path.join(home, "versions")), path.join(user, "versions"));
    assert.deepEqual((await readdir(path.join(home, "plugins"))).sort(), [
      "resource-azure-native-v3.28.0",
      "resource-azuread-v6.9.1",
      "resource-random-v4.21.2",
    ]);
    const launcher = path.join(home, "plugins", "resource-azuread-v6.9.1", "pulumi-resource-azuread");
    const text = await readFile(launcher, "utf8");
    assert.match(
      text,
      /^#!\/bin\/sh\nexec '.*node.*' '.*\/packages\/plugins\/dist\/launcher\.js' '.*\/home' 'azuread' "\$@"\n$/,
    );
    assert.ok(((await lstat(launcher)).mode & 0o111) !== 0);
    // A command inside the sandbox's command: the link leads to the same engine, not to itself.
    await prepare({ user: variables });
    assert.equal(await readlink(path.join(home, "versions")), path.join(user, "versions"));
    const moved = path.join(folder, "moved");
    await mkdir(path.join(moved, "versions"), { recursive: true });
    await prepare({ user: { PULUMI_HOME: moved } });
    assert.equal(await readlink(path.join(home, "versions")), path.join(moved, "versions"));
    assert.deepEqual([await readdir(user), await readdir(moved)], [["versions"], ["versions"]]);
  });

  it("Pulumi home: works without an engine and keeps one that was downloaded into it", async () => {
    const user = { PULUMI_HOME: path.join(folder, "none") };
    const { variables } = await prepare({ user });
    const versions = path.join(variables["PULUMI_HOME"] ?? "", "versions");
    await assert.rejects(lstat(versions), /ENOENT/);
    await mkdir(path.join(versions, "3.259.0"), { recursive: true });
    await mkdir(path.join(user.PULUMI_HOME, "versions"), { recursive: true });
    await prepare({ user });
    assert.ok((await lstat(versions)).isDirectory());
  });
});

describe("the tenants of a project's stacks", () => {
  let folder = "";
  beforeEach(() => (folder = newFolder()));
  const write = (name: string, text: string) => writeFile(path.join(folder, name), text);
  const contoso = "c0570500-0000-4000-8000-00000000000a";

  it("tenants of stacks: IDs and names from the settings", async () => {
    await write("Pulumi.yaml", "name: onboarding\nruntime: nodejs\n");
    await write(
      "Pulumi.contoso.yaml",
      `config:
  onboarding:tenantId: ${contoso}
  onboarding:customerName: Contoso Ltd
  onboarding:customerDomain: contoso.example
  onboarding:msspTenantId: 5ec0de00-5ea1-4000-8000-000000000001
  onboarding:msspName: Fabrikam
  other:tenantId: 99999999-9999-4999-8999-999999999999
`,
    );
    await write("Pulumi.adatum.yml", "config:\n  onboarding:tenantId: ad400000-0000-4000-8000-000000000001\n");
    assert.deepEqual(await tenantsOfStacks(folder), [
      { tenantId: "ad400000-0000-4000-8000-000000000001" },
      { tenantId: contoso, displayName: "Contoso Ltd", domain: "contoso.example" },
      { tenantId: "5ec0de00-5ea1-4000-8000-000000000001", displayName: "Fabrikam", isMssp: true },
    ]);
  });

  it("tenants of stacks: wrong settings are skipped, the program reports them", async () => {
    await write("Pulumi.yaml", "name: p\n");
    await write("Pulumi.a.yaml", "config: [");
    await write("Pulumi.b.yaml", "config: text");
    await write("Pulumi.c.yaml", "");
    await write("Pulumi.d.yaml", "config:\n  p:tenantId: not-a-uuid\n  p:msspTenantId: {secure: abc}\n");
    const names = 'p:customerName: "a\\u0007b"\n  p:customerDomain: https://x/y';
    await write("Pulumi.e.yaml", `config:\n  p:tenantId: ${contoso}\n  ${names}\n`);
    assert.deepEqual(await tenantsOfStacks(folder), [{ tenantId: contoso }]);
  });

  it("tenants of stacks: none without a project", async () => {
    assert.deepEqual(await tenantsOfStacks(folder), []);
    await write("Pulumi.a.yaml", `config:\n  p:tenantId: ${contoso}\n`);
    assert.deepEqual(await tenantsOfStacks(folder), []);
    await write("Pulumi.yaml", "[]");
    assert.deepEqual(await tenantsOfStacks(folder), []);
    assert.deepEqual(await tenantsOfStacks(path.join(folder, "none")), []);
  });
});
