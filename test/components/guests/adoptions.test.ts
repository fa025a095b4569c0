import assert from "node:assert/strict";
import { guestResource, microsoftGraph } from "@defender-mssp/microsoft";
import {
  assignAppRole,
  automationApplicationId,
  tenantId,
  testSandbox,
  type StoredObject,
  fixture,
} from "@defender-mssp/testkit";
import * as pulumi from "@pulumi/pulumi";
import { parse, stringify } from "yaml";
import { reportAdoptions } from "../../../components/guests/adoptions";
import { dynamic } from "../../../domain/resourceTypes";
import { withSharedAnalysts } from "../../../settings/withSharedAnalysts";
import { startMocks } from "../mocks";

const ana = { email: "ana@mssp.example", displayName: "Ana Silva", tier: "tier2" };
const ben = { email: "ben@mssp.example", displayName: "Ben Okafor" };

/** Against the sandbox's own Graph and audit log. */
describe("reportAdoptions", () => {
  const test = fixture(testSandbox);
  const ids = new Map<string, string>();
  const managedBy = "other/stack#0123456789abcdef";

  before(async () => {
    for (const { email, displayName } of [ana, ben]) {
      const inputs = { tenantId, email, displayName, redirectUrl: "https://security.microsoft.com", managedBy };
      ids.set(email, (await guestResource.create(inputs, test.context)).id);
    }
  });

  const automation = (): StoredObject =>
    [...test.tenant.objects("servicePrincipals").values()].find(({ appId }) => appId === automationApplicationId)!;
  const guest = (email: string, objectId = ids.get(email)) => ({
    type: dynamic("Guest"),
    outputs: { email, objectId, managedBy },
  });

  /** The error or the analysts, and the warnings. */
  async function report(
    analysts: readonly (typeof ben & { readonly objectId?: string })[],
    {
      isPreview = false,
      deployed = [],
      ...settings
    }: { isPreview?: boolean; deployed?: object[]; analystsFrom?: string } = {},
  ) {
    await startMocks({ preview: isPreview });
    const warnings: string[] = [];
    const { warn } = pulumi.log;
    Object.assign(pulumi.log, { warn: (text: string) => Promise.resolve(void warnings.push(text)) });
    try {
      const placeOf = (key: string) => (key === "analysts[1]" ? "teams/soc.yaml:2:3" : "Pulumi.dev.yaml:4:5");
      const state = Object.fromEntries(deployed.map((resource, index) => [`urn${index}`, resource]));
      const options = { ...test.context, placeOf, interrupted: () => Promise.resolve(() => false) };
      const found = await reportAdoptions({ tenantId, analysts, ...settings }, state as never, options);
      return { found, text: warnings.join("\n") };
    } catch (error) {
      return { found: undefined, text: (error as Error).message };
    } finally {
      Object.assign(pulumi.log, { warn });
    }
  }

  it("`up` stops at users whom nobody names, a preview warns: with who invited them, and lines that work when pasted", async () => {
    const unread = await report([ana, ben]);
    assert.match(
      unread.text,
      /; who made the user is not known: reading the audit log requires AuditLog\.Read\.All\.$/m,
    );
    assignAppRole(test.tenant, automation(), microsoftGraph.appId, "AuditLog.Read.All");
    const stop = await report([ana, ben], { analystsFrom: "teams/soc.yaml" });
    const preview = await report([ana, ben], { analystsFrom: "teams/soc.yaml", isPreview: true });
    assert.equal(stop.found, undefined);
    assert.deepEqual(preview.found, [ana, ben]);
    for (const { text } of [stop, preview]) {
      assert.match(text, /guest "Ana Silva" .*; invited by MSSP Onboarding Automation on \d{4}-\S+Z\.$/m);
      const own = parse(/in place of .*:\n((?: {2}- .*\n)+)/.exec(text)![1]!) as object[];
      const [, short = ""] =
        /add to analysts in Pulumi\.dev\.yaml; teams\/soc\.yaml keeps .*:\n((?: {2}- .*\n?)+)/.exec(text)!;
      const analysts = JSON.stringify([...own, ...(parse(short) as object[])]);
      const shared = { text: stringify([ben]), analysts: [ben] };
      const { values } = withSharedAnalysts({ analysts, analystsFrom: "teams/soc.yaml" }, "/", () => shared);
      const named = [ana, ben].map((analyst) => ({ ...analyst, objectId: ids.get(analyst.email)! }));
      assert.deepEqual(JSON.parse(values["analysts"]!), named);
      const after = await report(named);
      assert.deepEqual(after.found, named);
      assert.match(
        after.text,
        /existing guest "Ben Okafor" .* gets the access of the analyst ben@mssp\.example; invited by MSSP/,
      );
    }
  });

  it("uses a guest of the state by its ID under another address, and refuses another ID for a deployed analyst", async () => {
    const renamed = { ...ana, email: "ana.silva@mssp.example" };
    const deployed = [guest(ana.email)];
    test.tenant.objects("users").get(ids.get(ana.email)!)!["otherMails"] = [renamed.email];
    test.tenant.objects("users").get(ids.get(ana.email)!)!["employeeType"] =
      `MSSP analyst, managed by Pulumi (${managedBy}; 01234567)`;
    assert.deepEqual((await report([renamed], { deployed })).found, [{ ...renamed, objectId: ids.get(ana.email) }]);
    const other = await report([{ ...ana, objectId: ids.get(ben.email)! }], { deployed });
    assert.match(other.text, /^Nothing was changed\.\n- The analyst ana@mssp\.example is the user .* in this stack/);
    const wrong = await report([{ ...ben, objectId: ids.get(ana.email)! }]);
    assert.match(wrong.text, /The object ID that is set for ben@mssp\.example belongs to guest "Ana Silva"/);
  });

  it("warns where users may not be read, and says that `up` stops", async () => {
    const assignments = test.tenant.objects("appRoleAssignments");
    for (const { id, principalId } of [...assignments.values()])
      if (principalId === automation().id) assignments.delete(id);
    const { found, text } = await report([ana]);
    assert.deepEqual(found, [ana]);
    assert.match(text, /^Not read, as User\.Read\.All on Microsoft Graph is missing: .*`up` stops at such users\.$/);
  });
});
