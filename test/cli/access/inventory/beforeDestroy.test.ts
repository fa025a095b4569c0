/** What `destroy` keeps, what stays after it, and what a person does first: from the table of kinds. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { stringify } from "yaml";
import { beforeDestroyReport, beforeDestroyText } from "../../../../cli/access/inventory/beforeDestroy";
import type { StateResource } from "../../../../cli/stack/deployment";
import { beforeDestroy } from "../../../../domain/beforeDestroy";
import { applicable } from "../../../../domain/kinds/accessKind";
import { kinds, resourceKind } from "../../../../domain/kinds/kinds";
import { azuread, dynamic } from "../../../../domain/resourceTypes";
import type { PrerequisiteSettings } from "../../../../domain/prerequisites";
import { readStackSettingsOffline } from "../../../../settings/fromFile";
import { requiredSettings } from "../../../settings/required";

const resource = (type: string, changes: Partial<StateResource> = {}): StateResource => ({
  ...{ urn: `urn:pulumi:contoso::defender-mssp::${type}::thing`, type, id: `id-of-${type}`, custom: true },
  ...{ delete: false, retainOnDelete: false, inputs: {}, outputs: {}, ...changes },
});

describe("mssp doctor --before-destroy, by kind", () => {
  const folder = newFolder();
  before(async () => {
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: defender-mssp\nruntime: nodejs\n");
    const connector = { alertApis: ["legacySiem", "graph"] };
    const settings = Object.entries({ ...requiredSettings, analysts: [], portalAccess: "rbac", connector });
    const config = Object.fromEntries(settings.map(([key, value]) => [`defender-mssp:${key}`, value]));
    await writeFile(path.join(folder, "Pulumi.contoso.yaml"), stringify({ config }));
  });

  // Nobody can sign in with such an environment: packages would be an error, the relationship is not checked.
  const report = (...resources: StateResource[]) =>
    beforeDestroyReport(
      { stack: "contoso", resources, pending: [] },
      { folder, environment: { ARM_USE_CLI: "false" } },
    );

  it("lists what it keeps, of every kind that a state has", async () => {
    // A stack with access packages asks the tenant who holds them.
    const types = kinds
      .filter(({ key, removal }) => removal.by !== "state" && key !== "accessPackage")
      .flatMap(({ types: tokens }) => applicable(tokens) ?? []);
    assert.ok(types.length > 30);
    const adopted = types.map((type, index) =>
      resource(type, index % 2 === 0 ? { retainOnDelete: true } : { outputs: { adopted: true } }),
    );
    const { kept, stays } = await report(...adopted);
    assert.deepEqual(
      kept.map(({ kind }) => kind),
      types.map((type) => resourceKind({ type })?.key),
    );
    assertEach(
      stays,
      ({ what }) => what,
      ["consent to the MSSP's automation", "refresh token"],
      "nothing of what is kept is deleted",
    );
  });

  it("keeps no part of an object that it deletes, such as a consent with retainOnDelete", async () => {
    const principal = (changes: Partial<StateResource>) =>
      resource(azuread("ServicePrincipal"), { id: "sp", ...changes });
    const consent = resource(azuread("AppRoleAssignment"), {
      id: "/servicePrincipals/api/appRoleAssignedTo/granted",
      retainOnDelete: true,
      inputs: { principalObjectId: "sp" },
    });
    const keptOf = async (own: StateResource) => (await report(own, consent)).kept.map(({ kind }) => kind);
    assert.deepEqual(await keptOf(principal({})), []);
    assert.deepEqual(await keptOf(principal({ retainOnDelete: true })), ["servicePrincipal", "applicationPermission"]);
  });

  it("says what stays of what it deletes, and what a person removes or ends afterwards", async () => {
    const found = await report(
      resource(azuread("ApplicationRegistration")),
      resource(dynamic("Guest"), { id: "one" }),
      resource(dynamic("Guest"), { id: "two" }),
      resource(dynamic("AlertNotificationRule"), { id: "tenant/SOC", outputs: { mode: "manual" } }),
      resource("acme:index:Office"),
    );
    assertEach(found.stays, ({ what }) => what, [
      "2 guests",
      "1 app registration",
      'notification rule "SOC"',
      "consent to the MSSP's automation",
      "refresh token",
    ]);
    const text = beforeDestroyText(found).replaceAll(/\s+/g, " ");
    assert.match(text, /2 guests a deleted object for 30 days/);
    assert.match(text, /notification rule "SOC" made by hand: remove it in the Microsoft Defender portal/);
    assert.match(text, /refresh token Revoke the sessions of the account that signed in/);
    assert.match(text, /unknown types: "thing" \(acme:index:Office\)/);
  });

  it("names the automation to the keeper alone, and to whoever confirms a destroy", async () => {
    const [automation, keeper] = ["5ec0de00-a070-4000-8000-000000000001", "5ec0de00-a070-4000-8000-000000000002"];
    const msspApplications = { automation: { id: automation, name: "Fabrikam Automation" }, keeper: { id: keeper } };
    const file = path.join(folder, "Pulumi.kept.yaml");
    const settings = { ...requiredSettings, analysts: [], portalAccess: "rbac", msspApplications };
    const config = Object.entries(settings).map(([key, value]) => [`defender-mssp:${key}`, value]);
    await writeFile(file, stringify({ config: Object.fromEntries(config) as object }));
    const as = (ARM_CLIENT_ID: string) =>
      beforeDestroyReport(
        { stack: "kept", resources: [resource(dynamic("Guest"))], pending: [] },
        { folder, environment: { ARM_USE_CLI: "false", ARM_CLIENT_ID } },
      );
    const [byKeeper, byAutomation] = [await as(keeper.toUpperCase()), await as(automation)];
    assert.equal(byKeeper.state, "failed");
    assert.match(
      beforeDestroyText(byKeeper).replaceAll(/\s+/g, " "),
      /^You are signed in as the keeper\. Before `pulumi destroy` the customer enables the automation \(Fabrikam Automation, /,
    );
    assert.deepEqual([byAutomation.automation, byAutomation.state], [undefined, "notChecked"]);
    const read = await readStackSettingsOffline("kept", folder);
    assert.equal(beforeDestroy(read).length, 1);
  });

  it("asks a person for what the settings' kinds need before it, and for nothing else", () => {
    const sentences = (model: PrerequisiteSettings["portalAccess"]["model"]) =>
      beforeDestroy({ analysts: [], portalAccess: { model }, defenderCalls: { mode: "manual" } });
    assert.deepEqual([sentences("basic"), sentences("rbac")], [[], []]);
    assert.match(sentences("entitlement").join(), /^Before .* remove every assignment of these access packages/);
    assert.match(sentences("governance").join(), /^Before .* end the governance relationship/);
  });
});
