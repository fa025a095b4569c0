import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startSandbox, type OwnSandbox } from "@defender-mssp/sandbox";
import { parse } from "yaml";
import { customerFile } from "../../../../cli/customer/new/customer";
import { parsedAnalyst } from "../../../../cli/stack/parsedAnalyst";
import { readStackSettingsOffline } from "../../../../settings/fromFile";
import { inSession as mssp } from "../../testSession";

const contoso = "c0570500-0000-4000-8000-00000000000a";
const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";

describe("mssp new", () => {
  let folder: string;
  let sandbox: OwnSandbox;
  let environment: Readonly<Record<string, string>>;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mssp-new-"));
    const tenants = [{ tenantId: contoso, displayName: "Contoso", domain: "contoso.com" }];
    sandbox = await startSandbox({ home: path.join(folder, ".sandbox"), tenants });
    environment = (await sandbox.environment({})).variables;
  });
  after(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() =>
    writeFile(path.join(folder, "Pulumi.yaml"), "name: acme\nruntime: nodejs\nstackConfigDir: customers\n"),
  );
  afterEach(() => rm(path.join(folder, "customers"), { recursive: true, force: true }));

  const flags = {
    "--customer-name": "Contoso",
    "--customer-domain": "contoso.com",
    "--mssp-name": "Fabrikam Security",
    "--mssp-tenant-id": msspTenantId,
    "--analyst": "Ana Silva <ana@fabrikam.example>",
  };
  const create = (stack: string, changed: Readonly<Record<string, string | undefined>> = {}, more: string[] = []) => {
    const all = Object.entries<string | undefined>({ ...flags, ...changed }).flatMap(([flag, value]) =>
      value === undefined ? [] : [`${flag}=${value}`],
    );
    return mssp(["new", stack, ...all, ...more], { folder, environment });
  };
  const settings = (stack: string) => readStackSettingsOffline(stack, folder);

  it("writes settings that the program accepts, with the tenant that Entra has for the domain", async () => {
    const { exitCode, stdout, stderr } = await create("contoso");
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^customers\/Pulumi\.contoso\.yaml is written\. Entra confirms that the domain belongs to/);
    assert.match(stdout, /npx mssp permissions --stack contoso --format markdown/);
    const written = await settings("contoso");
    assert.equal(written.tenantId, contoso);
    assert.deepEqual(written.analysts, [
      { ...written.analysts[0], email: "ana@fabrikam.example", displayName: "Ana Silva" },
    ]);
    assert.match(
      await readFile(path.join(folder, "customers/Pulumi.contoso.yaml"), "utf8"),
      /^ {2}# All objects are created/m,
    );
  });

  it("uses the MSSP's name and tenant of another customer", async () => {
    await create("contoso");
    const { exitCode, stderr } = await create("tailwind", { "--mssp-name": undefined, "--mssp-tenant-id": undefined });
    assert.equal(exitCode, 0, stderr);
    assert.equal((await settings("tailwind")).msspTenantId, msspTenantId);
  });

  it("refuses a tenant that the domain does not belong to, and writes nothing", async () => {
    const { exitCode, stderr } = await create("contoso", { "--tenant-id": "99999999-0000-4000-8000-000000000009" });
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mssp: contoso\.com belongs to the tenant c0570500-\S+, not to 99999999-\S+; nothing was written\./,
    );
    await assert.rejects(settings("contoso"), /There is no/);
  });

  it("refuses a domain without a tenant in Entra", async () => {
    const { exitCode, stderr } = await create("contoso", { "--customer-domain": "nobody.example" });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: Entra knows no tenant with the domain nobody\.example/);
  });

  it("reports that the tenant was not checked if Entra can't be reached, and with --no-check", async () => {
    const offline = { ...environment, ARM_METADATA_HOSTNAME: "127.0.0.1:9" };
    const args = Object.entries({ ...flags, "--tenant-id": contoso }).map(([flag, value]) => `${flag}=${value}`);
    const ended = await mssp(["new", "contoso", ...args], { folder, environment: offline });
    assert.equal(ended.exitCode, 0, ended.stderr);
    assert.match(
      ended.stdout,
      /is written\. Not checked whether the domain belongs to the tenant \S+: Entra could not be asked/,
    );
    const unchecked = await create("tailwind", { "--tenant-id": contoso }, ["--no-check"]);
    assert.match(unchecked.stdout, /Not checked .*: --no-check\.$/m);
  });

  it("names the missing options without a terminal", async () => {
    const { exitCode, stderr } = await mssp(["new", "contoso", "--customer-name", "Contoso"], { folder, environment });
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mssp: Nothing was written: --customer-domain, --tenant-id, --mssp-name, --mssp-tenant-id, --analyst are missing\./,
    );
  });

  it("reports wrong settings as the program does, and writes nothing", async () => {
    const { exitCode, stderr } = await create("contoso", { "--analyst": "nobody" });
    assert.equal(exitCode, 1);
    assert.match(stderr, /1 setting is wrong[^]*analysts\[0\]\.email/);
    await assert.rejects(settings("contoso"), /There is no/);
  });

  it("refuses an existing settings file and an invalid stack name", async () => {
    await create("contoso");
    const again = await create("contoso");
    assert.equal(again.exitCode, 1);
    assert.match(again.stderr, /^mssp: customers\/Pulumi\.contoso\.yaml exists already; nothing was changed\./);
    for (const name of ["-x", "a b", "../x", ".", "ä"]) {
      const { exitCode, stderr } = await mssp(["new", "--", name], { folder, environment });
      assert.equal(exitCode, 2, name);
      assert.match(stderr, /A stack's name has at most 100 letters, digits/);
    }
  });

  it("prints JSON", async () => {
    const { stdout } = await create("contoso", {}, ["--json"]);
    assert.deepEqual(JSON.parse(stdout), {
      stack: "contoso",
      file: "customers/Pulumi.contoso.yaml",
      tenantId: contoso,
      tenantCheck: "confirmed",
    });
  });
});

describe("the file of a new customer", () => {
  it("has exactly the settings, with any text in them", () => {
    const values = {
      customerName: "A: #b\n- 'c' \"d\" ${e}",
      analysts: [{ email: "a@b.c", displayName: "Ä: [x]" }],
      portalAccess: "rbac",
    };
    const { config } = parse(customerFile("acme", values)) as { config: Record<string, unknown> };
    assert.deepEqual(config, Object.fromEntries(Object.entries(values).map(([key, value]) => [`acme:${key}`, value])));
  });

  it("derives an analyst's missing name from the address", () => {
    assert.deepEqual(parsedAnalyst("ana.silva@mssp.example"), {
      email: "ana.silva@mssp.example",
      displayName: "Ana Silva",
    });
    assert.deepEqual(parsedAnalyst('"Trần, Chloé" <c@mssp.example>'), {
      email: "c@mssp.example",
      displayName: "Trần, Chloé",
    });
  });
});
