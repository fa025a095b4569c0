import assert from "node:assert/strict";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { setSwitches, fixture } from "@defender-mssp/testkit";
import { createProject, customer, dumpOfTenant, objectsOf, TenantHands, tenantIdOf, type ObjectsById } from "./support";

const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";
const partners = "/v1.0/policies/crossTenantAccessPolicy/partners";
const partner = `${partners}/${msspTenantId}`;
const group = "77777777-8888-9999-0000-111111111111";
const options = ["--stack", "contoso", "--yes", "--skip-preview"];
const noChanges = ["preview", "--stack", "contoso", "--expect-no-changes"];

describe("trust of the MSSP's tenant on the real engine", function () {
  const tenantId = tenantIdOf(0x2d);
  let killAt: { readonly request: RegExp; readonly kill: () => void } | undefined;
  /** Reads of the entry until the request whose answer is lost; undefined: none is. */
  let readsUntilLoss: number | undefined;

  const project = fixture(() =>
    createProject({
      faults: { seed: 1, percent: 0, kinds: ["resetAfter"], cuts: ["closed"] },
      log: (line) => {
        if (readsUntilLoss !== undefined && /^GET \S+\/partners\/\S+ 200/.test(line)) readsUntilLoss--;
        if (killAt?.request.test(line) !== true) return;
        killAt.kill();
        killAt = undefined;
      },
    }),
  );
  const hands = new TenantHands(project, tenantId);
  before(async () => {
    await settings({});
    await project.addStack("contoso");
    project.sandbox.cloud.tenant(tenantId);
  });

  const settings = (changes: Record<string, unknown>) =>
    project.writeSettings("contoso", customer(0x2d, { portalAccess: "rbac", analysts: [], ...changes }));
  const collection = (name: string): ObjectsById =>
    (objectsOf(project, tenantId) as Record<string, ObjectsById>)[name] ?? {};
  const entry = () => collection("crossTenantAccessPartners")[msspTenantId];
  const policies = () => Object.values(collection("conditionalAccessPolicies"));

  it("an entry that is there keeps its other values through up, drift, a change and destroy", async () => {
    const own = {
      inboundTrust: {
        isMfaAccepted: false,
        isCompliantDeviceAccepted: false,
        isHybridAzureADJoinedDeviceAccepted: true,
      },
      automaticUserConsentSettings: { inboundAllowed: null, outboundAllowed: true },
    };
    await hands.graph("POST", partners, { tenantId: msspTenantId, ...own });
    const before = dumpOfTenant(project, tenantId);

    await settings({
      crossTenantTrust: { mfa: true, compliantDevice: true },
      conditionalAccess: { mode: "report", compliantDevice: true, signInFrequencyHours: 8 },
    });
    await project.succeed(["up", ...options]);
    assert.deepEqual(entry()?.["inboundTrust"], {
      isMfaAccepted: true,
      isCompliantDeviceAccepted: true,
      isHybridAzureADJoinedDeviceAccepted: true,
    });
    assert.deepEqual(entry()?.["automaticUserConsentSettings"], own.automaticUserConsentSettings);
    const [policy, ...others] = policies();
    assert.equal(others.length, 0);
    assert.equal(policy?.["state"], "enabledForReportingButNotEnforced");
    await project.succeed(noChanges);
    await project.succeed([...noChanges, "--refresh"]);

    // Somebody takes trust back and adds something of the customer's own.
    await hands.graph("PATCH", partner, {
      inboundTrust: { ...own.inboundTrust, isMfaAccepted: false },
      b2bDirectConnectOutbound: blocked,
    });
    const drift = await project.run([...noChanges, "--refresh"]);
    assert.notEqual(drift.exitCode, 0);
    await project.succeed(["up", ...options, "--refresh"]);
    assert.equal((entry()?.["inboundTrust"] as Record<string, unknown>)["isMfaAccepted"], true);
    assert.deepEqual(entry()?.["b2bDirectConnectOutbound"], blocked);

    await settings({
      crossTenantTrust: { mfa: true, automaticConsent: true, limitToGroup: group },
      conditionalAccess: "enforce",
    });
    await project.succeed(["up", ...options]);
    assert.equal((entry()?.["inboundTrust"] as Record<string, unknown>)["isCompliantDeviceAccepted"], false);
    assert.deepEqual(entry()?.["automaticUserConsentSettings"], { inboundAllowed: true, outboundAllowed: true });
    assert.equal(policies()[0]?.["state"], "enabled");
    const { nextSteps } = (await project.outputs("contoso")) as { nextSteps: string[] };
    assert.match(nextSteps.join("\n"), /only members of the group 77777777/);
    assert.match(nextSteps.join("\n"), /automatic redemption/);

    await project.succeed(["destroy", ...options, "--refresh"]);
    await hands.graph("PATCH", partner, { b2bDirectConnectOutbound: null });
    assert.equal(dumpOfTenant(project, tenantId), before);
    await hands.graph("DELETE", partner);
    await hands.graph("GET", partner);
    await hands.graph("GET", partner);
  });

  it("an entry that the stack makes is gone after destroy, and kept if somebody has added something", async () => {
    const before = dumpOfTenant(project, tenantId);
    await settings({ crossTenantTrust: { mfa: true } });
    await project.succeed(["up", ...options]);
    assert.equal((entry()?.["inboundTrust"] as Record<string, unknown>)["isMfaAccepted"], true);
    await settings({});
    await project.succeed(["up", ...options]);
    assert.equal(entry(), undefined);

    await settings({ crossTenantTrust: { mfa: true } });
    await project.succeed(["up", ...options]);
    await hands.graph("PATCH", partner, { b2bDirectConnectOutbound: blocked });
    await project.succeed(["destroy", ...options]);
    assert.equal(entry()?.["inboundTrust"], null);
    assert.deepEqual(entry()?.["b2bDirectConnectOutbound"], blocked);
    project.sandbox.cloud.tenant(tenantId).objects("crossTenantAccessPartners").clear();
    assert.equal(dumpOfTenant(project, tenantId), before);
  });

  describe("the engine is killed with -9", () => {
    before(async () => {
      await settings({});
      await project.succeed(["up", ...options]);
    });

    for (const [what, request, left] of [
      ["has given the trust", /^PATCH \/v1\.0\/\S+\/partners\/\S+ 204/, undefined],
      ["has made an entry", /^POST \/v1\.0\/\S+\/partners 201/, "an entry without any effect"],
    ] as const) {
      it(`when it ${what} and the state does not know: its removal leaves ${left ?? "nothing"}`, async () => {
        const before = dumpOfTenant(project, tenantId);
        await settings({ crossTenantTrust: { mfa: true } });
        const up = project.start(["up", ...options, "--parallel", "1"]);
        killAt = { request, kill: () => up.kill("SIGKILL") };
        assert.equal((await up).signal, "SIGKILL");
        assert.ok(entry());
        const state = JSON.parse(await project.succeed(["stack", "export", "--stack", "contoso"])) as {
          deployment: { pending_operations: { type: string; resource: { urn: string } }[] };
        };
        const [pending] = state.deployment.pending_operations;
        assert.match(`${pending?.type} ${pending?.resource.urn}`, /^creating .*::customer-trust-partner(-entry)?$/);
        await project.succeed(["cancel", "--stack", "contoso", "--yes"]);
        await project.succeed(["up", ...options]);
        assert.equal((entry()?.["inboundTrust"] as Record<string, unknown>)["isMfaAccepted"], true);
        await project.succeed([...noChanges, "--refresh"]);
        await settings({});
        await project.succeed(["up", ...options]);
        if (left !== undefined) {
          const { tenantId: partnerTenantId, id: _, ...values } = entry() ?? {};
          assert.equal(partnerTenantId, msspTenantId);
          assertNone(Object.values(values), (value) => value !== null && value !== false);
          project.sandbox.cloud.tenant(tenantId).objects("crossTenantAccessPartners").clear();
        }
        assert.equal(dumpOfTenant(project, tenantId), before);
      });
    }
  });

  it("an update whose answer is lost is in the state: destroy at once leaves nothing of it", async () => {
    const before = dumpOfTenant(project, tenantId);
    await settings({ crossTenantTrust: { mfa: true } });
    await project.succeed(["up", ...options]);
    await settings({ crossTenantTrust: { mfa: true, automaticConsent: true } });
    const { faults } = project.sandbox;
    assert.ok(faults);
    const isNext = () => readsUntilLoss === 0 && faults.injected === 0;
    Object.defineProperty(faults, "percent", { get: () => (isNext() ? 100 : 0) });
    readsUntilLoss = 2;
    const { exitCode, stdout, stderr } = await project.run(["up", ...options, "--parallel", "1"]);
    readsUntilLoss = undefined;
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /The update of the trust in the MSSP's tenant failed\. PATCH/);
    assert.deepEqual(entry()?.["automaticUserConsentSettings"], { inboundAllowed: true, outboundAllowed: false });
    await project.succeed(["destroy", ...options]);
    assert.equal(dumpOfTenant(project, tenantId), before);
  });

  it("without Microsoft Entra ID P1, up stops before the first change", async () => {
    const before = dumpOfTenant(project, tenantId);
    setSwitches(project.sandbox.cloud.tenant(tenantId), { entraLicence: "free" });
    await settings({ crossTenantTrust: { mfa: true } });
    const { exitCode, stdout, stderr } = await project.run(["up", ...options]);
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /crossTenantTrust needs Microsoft Entra ID P1/);
    setSwitches(project.sandbox.cloud.tenant(tenantId), { entraLicence: "p2" });
    assert.equal(dumpOfTenant(project, tenantId), before);
  });
});

const blocked = {
  usersAndGroups: { accessType: "blocked", targets: [{ target: "AllUsers", targetType: "user" }] },
  applications: { accessType: "blocked", targets: [{ target: "AllApplications", targetType: "application" }] },
};
