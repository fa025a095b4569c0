/**
 * Names from settings on their way to Microsoft, to a file or to a shell: in a query, a path, a body
 * or a command they are the same name, and never anything else.
 */
import assert from "node:assert/strict";
import { assertAsyncProperty, assertProperty } from "@defender-mssp/testkit/assertProperty";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import {
  deleteNotificationRule,
  getNotificationRule,
  graphCall,
  findUsers,
  pathSegment,
  putNotificationRule,
  requestToken,
  type GraphCall,
} from "@defender-mssp/microsoft";
import { startSandbox, type OwnSandbox } from "@defender-mssp/sandbox";
import { addApplication, newFolder } from "@defender-mssp/testkit";
import { isStackName } from "@defender-mssp/siem/connector/stackName";
import { execa } from "execa";
import * as fc from "fast-check";
import { checkedStackName } from "../cli/stack/stackNames";
import { shellQuoted } from "../cli/base/shellWord";
import { Deployed } from "../cli/tenant/deployed";
import { findOrphans } from "../cli/tenant/orphans/orphans";
import { siemConnectorName } from "../domain/naming";
import { sandboxTenant } from "./cli/tenant/sandboxTenant";
import { checkSettings, parseSettings } from "../settings";
import { requiredSettings } from "./settings/required";

const tenantId = "c0570500-0000-4000-8000-00000000000a";
const customer = { ...requiredSettings, analysts: "[]" };

const hostile = fc.oneof(
  fc.constantFrom(
    ...[
      "O'Brien",
      "''",
      "' or displayName ne '",
      "x') or true or ('",
      "a/b",
      "../x",
      "..%2fx",
      "%2e%2e",
      "?a=b",
      "#x",
      "a&b=c",
    ],
    ...[
      "$(id)",
      "`id`",
      "; rm -rf /",
      "-v",
      "Contoso\u00a0Ltd",
      "Ünïcödé",
      "日本",
      "👩‍💻",
      "%",
      "%27",
      "+",
      "a+b c",
      "\\",
      '"',
      "::set-output",
    ],
  ),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom("'", "/", "%", ".", " ", "a", "(", ")", "\\", "&", "="),
    minLength: 1,
    maxLength: 12,
  }),
);

const isTaken = (values: Record<string, unknown>) => "settings" in checkSettings({ ...customer, ...values }, [], {});

describe("names from settings", function () {
  const folder = newFolder();
  let sandbox: OwnSandbox;
  let environment: NodeJS.ProcessEnv;
  let call: GraphCall;

  before(async () => {
    sandbox = await startSandbox({
      home: path.join(folder, ".sandbox"),
      tenants: [{ tenantId, domain: "contoso.com" }],
    });
    const { http } = sandbox.origins;
    const { ARM_CLIENT_ID, ARM_CLIENT_SECRET } = (await sandbox.environment()).variables;
    environment = { ARM_CLIENT_ID, ARM_CLIENT_SECRET };
    call = await graphCall(tenantId, { environment, endpoints: endpoints(http) });
  });
  after(() => sandbox.stop());

  const endpoints = (http: string) => ({
    cloud: "public" as const,
    loginEndpoint: http,
    graphEndpoint: http,
    resourceManagerEndpoint: http,
    metadataHost: "the sandbox",
  });

  it("name of a notification rule in a path: only that rule is created, read and deleted", async () => {
    const { http } = sandbox.origins;
    const { accessToken: token } = await requestToken({
      tenantId,
      audience: "https://api.securitycenter.microsoft.com",
      environment,
      endpoints: endpoints(http),
    });
    const rules = sandbox.cloud.tenant(tenantId).objects("notificationRules");
    const portal = { endpoint: http, token } as Parameters<typeof getNotificationRule>[0];
    const rule = {
      ...{ includeOrganizationName: true, includeTenantPortalLink: true, includeDeviceInformation: true },
      ...{
        deviceGroups: null,
        severities: ["High" as const],
        recipients: ["soc@fabrikam.example"],
        managedBy: "a test",
      },
    };
    await putNotificationRule(portal, "bystander", rule);
    const asBefore = JSON.stringify([...rules]);
    await assertAsyncProperty(150, hostile, async (name) => {
      const setting = [{ name, severities: ["High"], recipients: ["soc@fabrikam.example"] }];
      fc.pre(name !== "bystander" && isTaken({ notificationRules: JSON.stringify(setting) }));
      const made = await putNotificationRule(portal, name, rule);
      assert.equal(made.name, name);
      assert.equal((await getNotificationRule(portal, name))?.name, name);
      assert.ok([...rules.values()].some((one) => one["name"] === name || one.id === name));
      assert.equal(rules.size, 2);
      await deleteNotificationRule(portal, name);
      assert.equal(JSON.stringify([...rules]), asBefore);
    });
    assert.deepEqual(sandbox.undocumentedRequests, []);
  });

  it("a name of dots only: refused by the settings and by the client", () => {
    for (const name of [".", ".."]) {
      const setting = [{ name, severities: ["High"], recipients: ["soc@fabrikam.example"] }];
      assert.ok(!isTaken({ notificationRules: JSON.stringify(setting) }), name);
    }
    for (const name of ["", ".", ".."]) assert.throws(() => pathSegment(name), RangeError);
    assertProperty(100, hostile, (name) => {
      fc.pre(!/^\.{0,2}$|\p{Cs}/u.test(name));
      const url = new URL(`https://gateway.example/base/${pathSegment(name)}`);
      assert.deepEqual([url.origin, url.search, url.hash], ["https://gateway.example", "", ""]);
      assert.equal(decodeURIComponent(url.pathname.slice("/base/".length)), name);
    });
  });

  it("name of a customer in a filter: finds the application of exactly that name", async () => {
    const tenant = sandbox.cloud.tenant(tenantId);
    let number = 0;
    await assertAsyncProperty(100, hostile, async (customerName) => {
      fc.pre(isTaken({ customerName }));
      const settings = parseSettings({ ...customer, customerName, portalAccess: "basic" }, [], {});
      number += 1;
      const applicationId = `a11c0000-0000-4000-8000-${String(number).padStart(12, "0")}`;
      addApplication(tenant, {
        applicationId,
        displayName: siemConnectorName(customerName),
        signInAudience: "AzureADMyOrg",
      });
      const { msspTenantId } = customer;
      const owner = {
        ...{ stack: "contoso", stackId: undefined, msspTenantId, tenantId },
        ...{ domains: [], automation: undefined },
      };
      const { orphans } = await findOrphans(sandboxTenant(call, owner), settings, new Deployed([]), "a/contoso");
      const applications = orphans.filter(({ what }) => what.startsWith("app registration "));
      assert.equal(applications.length, 1, applications.map(({ what }) => what).join("; "));
      assert.equal(applications[0]?.what, `app registration "${siemConnectorName(customerName)}"`);
      for (const [id, one] of tenant.objects("applications")) {
        if (one["appId"] === applicationId) tenant.objects("applications").delete(id);
      }
    });
  });

  it("address of an analyst in a filter: finds the user of exactly that address", async () => {
    const users = sandbox.cloud.tenant(tenantId).objects("users");
    const [someone] = users.values();
    assert.ok(someone);
    const local = fc.string({
      unit: fc.constantFrom(..."abcz09.!#$%&'*+/=?^_`{|}~-".split("")),
      minLength: 1,
      maxLength: 20,
    });
    await assertAsyncProperty(100, local, async (name) => {
      const email = `${name}@fabrikam.example`;
      fc.pre(isTaken({ analysts: JSON.stringify([{ email, displayName: "Somebody" }]) }));
      assert.deepEqual(await findUsers(call, email), [], email);
      users.set("under-test", { ...structuredClone(someone), id: "under-test", mail: email });
      const found = await findUsers(call, email);
      users.delete("under-test");
      assert.deepEqual(
        found.map(({ id }) => id),
        ["under-test"],
        email,
      );
    });
  });

  it("name of a stack in a path: one file of the folder, or refused", () => {
    assertProperty(100, fc.oneof(hostile, fc.stringMatching(/^[\w.-]{1,5}$/)), (name) => {
      if (!isStackName(name)) {
        assert.throws(() => checkedStackName(name), /can't be a stack's name/);
        return;
      }
      const file = path.resolve("/project", `Pulumi.${name}.yaml`);
      assert.equal(path.dirname(file), "/project");
      assert.equal(checkedStackName(name), name);
      assert.match(name, /^\w[\w.-]*$/, "a word of a shell, and no option");
    });
    for (const name of ["../x", "a/b", "..", ".", "-v", "$(id)", "a b", "a\nb", "", "a\\b"])
      assert.throws(() => checkedStackName(name), /can't be a stack's name/, name);
  });

  it("name in a command that a person copies: a shell reads one word, unchanged", async () => {
    const isOneLine = (text: string) => !/[\0\p{Cs}]/u.test(text);
    const names = fc.sample(hostile.filter(isOneLine), 300);
    const { stdout } = await execa("sh", ["-c", `printf '%s\\0' ${names.map(shellQuoted).join(" ")}`], {
      stdin: "ignore",
    });
    assert.deepEqual(stdout.split("\0").slice(0, -1), names);
  });

  it("no program is started by a shell: each takes a list of arguments", async () => {
    const root = path.resolve(__dirname, "..");
    const rooms = ["cli", "program", "settings", "domain", "components", "policy", "plugin", "packages"];
    const files = (await Promise.all(rooms.map((room) => readdir(path.join(root, room), { recursive: true })))).flatMap(
      (names, index) => names.map((name) => path.join(rooms[index] ?? "", name)),
    );
    const sources = files.filter(
      (file) => /\.(ts|tsx|js)$/.test(file) && !/(^|\/)(node_modules|dist|test|testkit)\//.test(file),
    );
    assert.ok(sources.length > 300, String(sources.length));
    for (const file of sources) {
      const text = await readFile(path.join(root, file), "utf8");
      const byShell =
        /\bshell: (true|process\.)|\bexecSync\(|\bexecaCommand|import \{[^}]*\bexec\b[^}]*\} from "node:child_process"/;
      // On Windows the Azure CLI is a script: its arguments are a tenant ID and an address of a cloud.
      if (file !== "packages/microsoft/src/entra/token.ts") assert.doesNotMatch(text, byShell, file);
    }
  });
});
