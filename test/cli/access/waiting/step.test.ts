/** Every kind of access that people give is a step of the onboarding, by the settings that expect it. */
import assert from "node:assert/strict";
import { defaultConnectorAccess, graphCall, microsoftGraph, type AlertApi } from "@defender-mssp/microsoft";
import { addConsentedServicePrincipal, msspTenantId, testSandbox, fixture } from "@defender-mssp/testkit";
import { isStepExpected } from "../../../../cli/access/waiting/step";
import { previewConsentSteps } from "../../../../cli/access/waiting/previewConsentSteps";
import { stepTitles, type StepName } from "../../../../domain/stepTitles";
import { permissionsToPreview, type PrerequisiteSettings } from "../../../../domain/prerequisites";
import { parseSettings, type Settings } from "../../../../settings";

const previewId = "5ec0de00-a441-4000-8000-0000000000bb";

describe("the onboarding's steps, by kind", () => {
  const test = fixture(testSandbox);
  let settings: Settings;
  before(() => {
    const customer = { customerName: "Contoso", tenantId: test.tenant.id, customerDomain: "contoso.com" };
    const mssp = { msspName: "Fabrikam", msspTenantId, analysts: "[]" };
    settings = parseSettings({ ...customer, ...mssp, portalAccess: "rbac" }, [], {});
  });

  const signIn = () => graphCall(test.tenant.id, test.context);
  const steps = (environment: NodeJS.ProcessEnv) => previewConsentSteps(environment, settings, signIn);

  it("is expected where the settings have a kind of it", () => {
    const steps = Object.keys(stepTitles) as StepName[];
    const expected = (model: PrerequisiteSettings["portalAccess"]["model"], alertApis: readonly AlertApi[]) =>
      steps.filter((step) =>
        isStepExpected(step, {
          ...{ analysts: [], portalAccess: { model }, defenderCalls: { mode: "manual" } },
          connector: { ...defaultConnectorAccess, alertApis },
        }),
      );
    assert.deepEqual(expected("rbac", ["graph"]), ["consent"]);
    assert.deepEqual(expected("entitlement", ["graph"]), ["consent", "accessPackages"]);
    assert.deepEqual(expected("governance", ["legacySiem"]), ["consent", "governance", "siemAuthorization"]);
  });

  it("has no preview consent where no preview application is named", async () => assert.deepEqual(await steps({}), []));

  it("waits for the consent to the preview application, and names what it lacks", async () => {
    const environment = { MSSP_PREVIEW_CLIENT_ID: previewId };
    const [before] = await steps(environment);
    const needed = permissionsToPreview(settings);
    assert.equal(before?.state, "waiting");
    assert.match(before.found, new RegExp(`lacks ${needed.join(", ")}$`));
    assert.match(before.next, new RegExp(`^Open https://.*client_id=${previewId}.* and accept\\.$`));

    const description = { applicationId: previewId, displayName: "Fabrikam Preview", homeTenantId: msspTenantId };
    const consented = { ...description, signInAudience: "AzureADMultipleOrgs" } as const;
    addConsentedServicePrincipal(test.tenant, consented, { [microsoftGraph.appId]: needed.slice(1) });
    const [partly] = await steps(environment);
    assert.match(partly?.found ?? "", new RegExp(`lacks ${needed[0]}$`));
  });

  it("is done with every permission that a preview needs", async () => {
    const other = "5ec0de00-a441-4000-8000-0000000000cc";
    const description = { applicationId: other, displayName: "Fabrikam Preview", homeTenantId: msspTenantId };
    const consented = { ...description, signInAudience: "AzureADMultipleOrgs" } as const;
    addConsentedServicePrincipal(test.tenant, consented, { [microsoftGraph.appId]: permissionsToPreview(settings) });
    const [step] = await steps({ MSSP_PREVIEW_CLIENT_ID: other });
    assert.deepEqual([step?.state, step?.actor], ["done", "customerAdministrator"]);
  });
});
