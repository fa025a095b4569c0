import assert from "node:assert/strict";
import { lstat, mkdir, readFile, readdir, readlink, realpath, writeFile } from "node:fs/promises";
import path from "node:path";
import tls from "node:tls";
import { prepareHome, type SandboxPaths } from "../../src/cloud/home";
import { commandEnvironment } from "../../src/cloud/sandboxEnvironment";
import { prepareEnvironment, sandboxHome, type EnvironmentOptions } from "../../src/server/environment";
import { tenantsOfStacks } from "../../src/server/tenantsOfStacks";
import { temporaryFolder } from "@defender-mssp/testkit";

const certificate = "-----BEGIN CERTIFICATE-----\nc2FuZGJveA==\n-----END CERTIFICATE-----\n";

describe("the environment of a sandbox's command", () => {
  let folder = "";
  let paths: SandboxPaths;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    ({ folder, remove } = await temporaryFolder());
    folder = await realpath(folder);
    paths = await prepareHome(path.join(folder, "home"));
  });
  afterEach(() => remove());

  const prepare = (options: EnvironmentOptions = {}) =>
    prepareEnvironment(paths, { httpsPort: 8443, clientSecret: "s", certificate }, { user: {}, ...options });

  it("environment: exactly the variables that the clients need", async () => {
    const { variables, removed, notes } = await prepare();
    assert.deepEqual(variables, {
      PULUMI_HOME: path.join(paths.pulumi, "stand-in"),
      PULUMI_BACKEND_URL: `file://${paths.state}?metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: "sandbox",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ARM_METADATA_HOSTNAME: "127.0.0.1:8443",
      ARM_ENVIRONMENT: "public",
      ARM_CLIENT_ID: "5ec0de00-a070-4000-8000-000000000001",
      ARM_CLIENT_SECRET: "s",
      SSL_CERT_FILE: path.join(paths.keys, "roots.pem"),
      NODE_EXTRA_CA_CERTS: path.join(paths.keys, "extra-roots.pem"),
      MSSP_SANDBOX_HOME: paths.home,
      MSSP_DEFENDER_ENDPOINT: "https://127.0.0.1:8443",
    });
    assert.deepEqual([removed, notes], [[], []]);
  });

  it("environment: without variables of a real login, with all others of the user", async () => {
    const user = {
      PATH: "/bin",
      ARM_TENANT_ID: "t",
      ARM_CLIENT_SECRET: "real",
      ARM_USE_OIDC: "true",
      AZURE_CLIENT_ID: "a",
      PULUMI_ACCESS_TOKEN: "p",
      PULUMI_BACKEND_URL: "https://api.pulumi.com",
      HARMLESS: "yes",
    };
    const environment = await prepare({ user });
    const command = commandEnvironment(environment, user);
    assert.deepEqual(
      ["ARM_TENANT_ID", "ARM_USE_OIDC", "AZURE_CLIENT_ID", "PULUMI_ACCESS_TOKEN"].filter((name) => name in command),
      [],
    );
    assert.equal(command["ARM_CLIENT_SECRET"], "s");
    assert.equal(command["PULUMI_BACKEND_URL"], `file://${paths.state}?metadata=skip`);
    assert.deepEqual([command["PATH"], command["HARMLESS"]], ["/bin", "yes"]);
  });

  it("environment: the user's passphrase is kept", async () => {
    for (const name of ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"]) {
      const user = { [name]: "mine" };
      const environment = await prepare({ user });
      assert.ok(!("PULUMI_CONFIG_PASSPHRASE" in environment.variables), name);
      assert.equal(commandEnvironment(environment, user)[name], "mine");
    }
  });

  it("environment: the user's proxy is not used for the sandbox", async () => {
    const { variables } = await prepare({ user: { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "internal.example" } });
    assert.equal(variables["NO_PROXY"], "internal.example,127.0.0.1,localhost");
    assert.equal(variables["no_proxy"], variables["NO_PROXY"]);
  });

  it("trust: the system's, the user's and the sandbox's certificates", async () => {
    const { variables } = await prepare();
    const roots = () => readFile(variables["SSL_CERT_FILE"] ?? "", "utf8");
    const extra = () => readFile(variables["NODE_EXTRA_CA_CERTS"] ?? "", "utf8");
    assert.equal((await roots()).split("BEGIN CERTIFICATE").length - 1, tls.rootCertificates.length + 1);
    assert.ok((await roots()).endsWith(certificate));
    assert.equal(await extra(), certificate);
    const own = path.join(folder, "own.pem");
    await writeFile(own, certificate.replace("c2FuZGJveA==", "Y29tcGFueQ=="));
    await prepare({ user: { SSL_CERT_FILE: own, NODE_EXTRA_CA_CERTS: own } });
    for (const text of [await roots(), await extra()]) {
      assert.equal(text, `${await readFile(own, "utf8")}${certificate}`);
    }
    // Inside a sandbox's command the files are the sandbox's own: they don't grow.
    await prepare({ user: variables });
    assert.equal(await extra(), certificate);
    await prepare({ user: { SSL_CERT_FILE: path.join(folder, "none") } });
    assert.ok((await roots()).endsWith(certificate));
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
      /^#!\/bin\/sh\nexec '.*node.*' '.*\/packages\/sandbox\/dist\/plugins\/launcher\.js' '.*\/home' 'azuread' "\$@"\n$/,
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

  it("sandbox home: by option, else by variable, else in the working folder", () => {
    assert.equal(sandboxHome("/a", { MSSP_SANDBOX_HOME: "/b" }), "/a");
    assert.equal(sandboxHome(undefined, { MSSP_SANDBOX_HOME: "/b" }), "/b");
    assert.equal(sandboxHome(undefined, { MSSP_SANDBOX_HOME: "" }), path.resolve(".sandbox"));
    assert.equal(sandboxHome("relative", {}), path.resolve("relative"));
  });
});

describe("the tenants of a project's stacks", () => {
  let folder = "";
  let remove: () => Promise<void>;
  beforeEach(async () => {
    ({ folder, remove } = await temporaryFolder());
  });
  afterEach(() => remove());
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
