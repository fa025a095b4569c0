import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { startSandbox, type OwnSandbox } from "@defender-mssp/sandbox";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { parse } from "yaml";
import { customerFile } from "../../../../cli/newCustomer/customerFile";
import { parsedAnalyst } from "../../../../cli/base/parsedAnalyst";
import { readStackSettingsOffline } from "../../../../settings/fromFile";
import { inSession as mssp } from "../../testSession";

const contoso = "c0570500-0000-4000-8000-00000000000a";
const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";

describe("mssp new", () => {
  const folder = newFolder();
  let sandbox: OwnSandbox;
  let environment: Readonly<Record<string, string>>;

  before(async () => {
    const tenants = [{ tenantId: contoso, displayName: "Contoso", domain: "contoso.com" }];
    sandbox = await startSandbox({ home: path.join(folder, ".sandbox"), tenants });
    environment = (await sandbox.environment({})).variables;
  });
  after(() => sandbox.stop());
  beforeEach(() =>
    writeFile(path.join(folder, "Pulumi.yaml"), "name: acme\nruntime: nodejs\nstackConfigDir: customers\n"),
  );
  afterEach(() => rm(path.join(folder, "customers"), { recursive: true, force: true }));

  const flags = {
    customerName: "Contoso",
    customerDomain: "contoso.com",
    msspName: "Fabrikam Security",
    msspTenantId: msspTenantId,
    analysts: "Ana Silva <ana@fabrikam.example>",
  };
  const create = (stack: string, changed: Readonly<Record<string, string | undefined>> = {}, more: string[] = []) => {
    const all = Object.entries<string | undefined>({ ...flags, ...changed }).flatMap(([setting, value]) =>
      value === undefined ? [] : ["--set", `${setting}=${value}`],
    );
    return mssp(["new", stack, ...all, ...more], { folder, environment });
  };
  const settings = (stack: string) => readStackSettingsOffline(stack, folder);

  it("writes settings that the program accepts, with the tenant that Entra has for the domain", async () => {
    const { exitCode, stdout, stderr } = await create("contoso");
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^customers\/Pulumi\.contoso\.yaml is written\.\nEntra confirms that the domain belongs to/);
    assert.match(stdout, /npx mssp permissions --stack contoso --format markdown/);
    assertNone(stdout.split("\n"), (line) => line.length > 80 || /[<>#]/.test(line));
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
    const { exitCode, stderr } = await create("tailwind", { msspName: undefined, msspTenantId: undefined });
    assert.equal(exitCode, 0, stderr);
    assert.equal((await settings("tailwind")).msspTenantId, msspTenantId);
  });

  it("refuses a setting that its option and --set give differently, and takes one that they give alike", async () => {
    const options = ["--customer-name", "Contoso Ltd", "--mssp-name", "Adatum", "--customer-domain", "contoso.com"];
    const { exitCode, stderr } = await create("contoso", {}, options);
    assert.equal(exitCode, 1);
    assert.equal(
      stderr.replaceAll(/\s+/g, " ").trim(),
      'mssp: --customer-name "Contoso Ltd" and --set customerName="Contoso" differ; --mssp-name "Adatum" and ' +
        '--set msspName="Fabrikam Security" differ: give each setting once. Nothing was written.',
    );
    await assert.rejects(settings("contoso"), /There is no/);
    assert.equal((await create("contoso", {}, ["--customer-name", "Contoso"])).exitCode, 0);
  });

  it("refuses a tenant that the domain does not belong to, and writes nothing", async () => {
    const { exitCode, stderr } = await create("contoso", { tenantId: "99999999-0000-4000-8000-000000000009" });
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mssp: contoso\.com belongs to the tenant c0570500-\S+, not to 99999999-\S+; nothing was written\./,
    );
    await assert.rejects(settings("contoso"), /There is no/);
  });

  it("says of a domain that the sandbox does not have why the tenant ID is needed, and takes any", async () => {
    const { exitCode, stderr } = await create("woodgrove", { customerDomain: "woodgrove.example" });
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mssp: Nothing was written: tenantId is missing \(the sandbox has no tenant with this domain, and takes any UUID for one\)\./,
    );
    const tenant = "c0570500-0000-4000-8000-00000000000d";
    const taken = await create("woodgrove", { customerDomain: "woodgrove.example", tenantId: tenant });
    assert.equal(taken.exitCode, 0, taken.stderr);
    assert.equal((await settings("woodgrove")).tenantId, tenant);
  });

  it("writes the connector's API, and a place for the engine's salt above the settings", async () => {
    await create("contoso");
    const text = await readFile(path.join(folder, "customers/Pulumi.contoso.yaml"), "utf8");
    assert.match(text, /^# [^]*^encryptionsalt: ""\nconfig:\n/m);
    const { config } = parse(text) as { config: Record<string, unknown> };
    assert.deepEqual(config["acme:connector"], { alertApis: ["graph"] });
    assert.notEqual(Object.keys(config).at(-1), "acme:analysts");
  });

  describe("in a terminal", () => {
    const ask = (answers: readonly unknown[], args: readonly string[] = [], variables = environment) =>
      mssp(["new", "contoso", ...args], { folder, environment: variables, answers });
    const answers = {
      name: "Contoso",
      domain: "contoso.com",
      mssp: "Fabrikam Security",
      msspTenantId,
      analysts: 'Ana Silva <ana@fabrikam.example>, "Trần, Chloé" <c@fabrikam.example>',
      model: "rbac",
      contact: "Fabrikam SOC <soc@fabrikam.example>",
      automation: "11111111-0000-4000-8000-000000000001",
    };

    it("shows the tenant straight after the domain, and everything before it writes", async () => {
      const { exitCode, stdout, stderr } = await ask([...Object.values(answers), "write"]);
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, /^customers\/Pulumi\.contoso\.yaml is written\./);
      const shown = [
        "mssp new contoso: at most 10 questions, Ctrl-C writes nothing",
        "The customer's name",
        "A domain of the customer",
        `contoso.com belongs to tenant ${contoso} (confirmed by Entra), in the cloud public`,
        "Your company's name (the MSSP)",
        "Your company's tenant ID",
      ];
      assert.deepEqual(stderr.split("\n").slice(0, shown.length), shown);
      assert.match(stderr, /^customers\/Pulumi\.contoso\.yaml\nThe customer's name +Contoso\n[^]*^Write the file\?$/m);
      assertEach((await settings("contoso")).analysts, ({ displayName }) => displayName, ["Ana Silva", "Trần, Chloé"]);
      assert.deepEqual((await settings("contoso")).msspContact, {
        name: "Fabrikam SOC",
        email: "soc@fabrikam.example",
      });
    });

    it("refuses each answer by the setting's own validator, and asks only that question again", async () => {
      const { exitCode, stderr } = await ask([
        " ",
        answers.name,
        "https://contoso.com/",
        answers.domain,
        answers.mssp,
        "contoso.com",
        contoso,
        answers.msspTenantId,
        "Ana Silva",
        answers.analysts,
        answers.model,
        "soc",
        "",
        "my app",
        "",
        "write",
      ]);
      assert.equal(exitCode, 0, stderr);
      for (const refusal of [
        /^A value is required\.\nThe customer's name$/m,
        /^a domain name alone, in lower case, such as contoso\.com: no scheme.*\nA domain of the customer$/m,
        /^the ID of the MSSP's own tenant: a UUID such as .*\nYour company's tenant ID$/m,
        /^another tenant than tenantId: .*\nYour company's tenant ID$/m,
        /^"my app": the application ID of the MSSP's automation application, a UUID\nApplication ID/m,
        /^"Ana Silva": an e-mail address with a domain, such as ana@mssp\.example\nAnalysts/m,
      ])
        assert.match(stderr, refusal);
      assert.equal(stderr.match(/^The customer's name$/gm)?.length, 2);
      assert.equal(stderr.match(/^Whom the customer's administrator asks/gm)?.length, 3, stderr);
      assert.equal((await settings("contoso")).msspContact, undefined, "Enter skips it");
      assert.equal((await settings("contoso")).msspApplications, undefined, "Enter skips it");
    });

    it("says why Entra could not be asked, and asks for the tenant ID", async () => {
      const offline = { ...environment, ARM_METADATA_HOSTNAME: "127.0.0.1:9" };
      const { name, domain, ...others } = answers;
      const all = [name, domain, "contoso", contoso, "public", ...Object.values(others), "write"];
      const { exitCode, stdout, stderr } = await ask(all, [], offline);
      assert.equal(exitCode, 0, stderr);
      assert.match(
        stderr,
        /^Not checked which tenant contoso\.com belongs to: Entra could not be asked \(.*\nThe customer's tenant ID\nthe ID of the customer's tenant: a UUID/m,
      );
      assert.match(stdout, /Entra could not be asked/);
    });

    it("asks for the automation's application once, and keeps it with its names for the next customer", async () => {
      const first = await ask([...Object.values(answers), "write"]);
      assert.match(first.stdout, /permissions --stack contoso --format markdown\n/);
      const file = path.join(folder, "customers/Pulumi.contoso.yaml");
      const named = (await readFile(file, "utf8")).replace(/( +)(id: 1{8}-.*)/, "$1$2\n$1name: Fabrikam Automation");
      await writeFile(file, named);
      const { exitCode, stderr } = await create("woodgrove", {
        customerDomain: "woodgrove.example",
        tenantId: "c0570500-0000-4000-8000-00000000000d",
      });
      assert.equal(exitCode, 0, stderr);
      assert.deepEqual((await settings("woodgrove")).msspApplications, {
        automation: { id: answers.automation, name: "Fabrikam Automation" },
      });
    });

    it("changes one answer at the end without the others", async () => {
      const { stderr } = await ask([...Object.values(answers), "customerName", "Contoso Ltd", "write"]);
      assert.match(stderr, /^The customer's name +Contoso Ltd$/m);
      assert.equal((await settings("contoso")).customerName, "Contoso Ltd");
    });

    it("asks for another domain where the option's tenant is not the domain's", async () => {
      const other = "99999999-0000-4000-8000-000000000009";
      const { name, domain, ...others } = answers;
      const { exitCode, stderr } = await ask(
        [name, domain, "other.example", "public", ...Object.values(others), "write"],
        ["--set", `tenantId=${other}`],
      );
      assert.equal(exitCode, 0, stderr);
      assert.match(stderr, new RegExp(`belongs to tenant ${contoso} \\(confirmed by Entra\\), not to ${other}$`, "m"));
      assert.equal((await settings("contoso")).tenantId, other);
    });

    for (const [count, what] of [
      "name",
      "cloud",
      "domain",
      "MSSP",
      "its tenant",
      "analysts",
      "model",
      "contact",
      "review",
    ].entries())
      it(`writes nothing when the person cancels at the question ${count + 1}, ${what}`, async () => {
        const { exitCode, stdout, stderr } = await ask([...Object.values(answers).slice(0, count), undefined]);
        assert.deepEqual([exitCode, stdout], [1, ""]);
        assert.match(stderr, /^mssp: Nothing was written\.$/m);
        await assert.rejects(settings("contoso"), /There is no/);
      });
  });

  it("reports that the tenant was not checked if Entra can't be reached, and with --no-check", async () => {
    const offline = { ...environment, ARM_METADATA_HOSTNAME: "127.0.0.1:9", ARM_CLIENT_ID: "" };
    const args = Object.entries({ ...flags, tenantId: contoso }).flatMap(([setting, value]) => [
      "--set",
      `${setting}=${value}`,
    ]);
    const ended = await mssp(["new", "contoso", ...args], { folder, environment: offline });
    assert.equal(ended.exitCode, 0, ended.stderr);
    const asked = ended.stdout.match(/npx mssp (report|permissions) .* \\\n {4}--client-id YOUR-APPLICATION-ID$/gm);
    assert.equal(asked?.length, 2, "both texts name the automation");
    assert.match(
      ended.stdout,
      /is written\.\nNot checked whether the domain belongs to the tenant\s\S+:\sEntra could not be asked/,
    );
    const unchecked = await create("tailwind", { tenantId: contoso }, ["--no-check"]);
    assert.match(unchecked.stdout, /^Not checked [^.]*:\s--no-check\.$/m);
  });

  it("names the missing options without a terminal", async () => {
    const { exitCode, stderr } = await mssp(["new", "contoso", "--set", "customerName=Contoso"], {
      folder,
      environment,
    });
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mssp: Nothing was written: customerDomain, tenantId, msspName, msspTenantId, analysts are missing\./,
    );
  });

  it("reports wrong settings as the program does, and writes nothing", async () => {
    const { exitCode, stderr } = await create("contoso", { analysts: "nobody" });
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
      msspNew: 1,
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
