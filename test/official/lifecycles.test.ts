/**
 * The life of a customer with the official azuread plugin, for each model of portal access and each
 * kind of connector: after every step its tenant must be the one that the stand-in leaves. That
 * plugin waits 20 seconds for most creates and deletes, so the lives go side by side.
 */
import assert from "node:assert/strict";
import { compareDumps, dump, type Dump } from "@defender-mssp/sandbox";
import { addApplication, msspTenantId, type SandboxProject } from "@defender-mssp/testkit";
import { ana, ben, checkout, cleo, createProject, customer, TenantHands, tenantIdOf } from "../e2e/support";
import { fairWeather, runSeed } from "../../dev/faults/runs";
import { officialPlugin, whereItWasLookedFor, withOfficialPlugin } from "./officialPlugins";

const user = withOfficialPlugin();
const siemApplicationId = "51e40000-0000-4000-8000-0000000000fb";
const options = ["--stack", "contoso", "--yes", "--skip-preview", "--parallel", "64"];

const approvers = ["security.admin@contoso.example"];
const entitlement = { model: "entitlement", approvers, expiresAfterDays: 180, reviewEvery: "quarter" };

const approved = { approvedBy: "Dana Reyes", writesEndOn: "2999-12-31" };

/** Settings of each step: at first, changed, and with another model or kind. */
const lives: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  rbac: [
    { portalAccess: "rbac", analysts: [ana, { ...ben, tier: "tier2" }] },
    { portalAccess: "rbac", analysts: [{ ...ana, tier: "tier2" }, cleo] },
    { portalAccess: "basic", analysts: [ana, cleo] },
  ],
  basic: [
    { portalAccess: "basic", analysts: [ana] },
    { portalAccess: "basic", analysts: [ana, ben], customerName: "Contoso Pharmaceuticals" },
    { portalAccess: "rbac", analysts: [ana, ben] },
  ],
  entitlement: [
    { portalAccess: entitlement, analysts: [] },
    { portalAccess: { ...entitlement, expiresAfterDays: 365, reviewEvery: "year" }, analysts: [] },
    { portalAccess: "basic", analysts: [ana] },
  ],
  connectorProfile: [
    { analysts: [] },
    {
      analysts: [],
      connector: { alertApis: ["legacySiem", "graph"], profile: "respond", actions: ["isolate"], ...approved },
    },
    { analysts: [], connector: { alertApis: ["graph"], profile: "respond", actions: ["scan"], ...approved } },
    { analysts: [], connector: { alertApis: ["graph"] } },
  ],
  trust: [
    { analysts: [], crossTenantTrust: { mfa: true, compliantDevice: true }, conditionalAccess: "report" },
    {
      analysts: [],
      crossTenantTrust: { mfa: true, compliantDevice: true },
      conditionalAccess: { mode: "enforce", compliantDevice: true, signInFrequencyHours: 8 },
    },
    { analysts: [] },
  ],
  msspApp: [
    { analysts: [], connector: { kind: "msspApp", applicationId: siemApplicationId } },
    { analysts: [ana], connector: { kind: "msspApp", applicationId: siemApplicationId } },
    { analysts: [ana], connector: { kind: "customerApp" } },
  ],
};

describe(`${officialPlugin}: lifecycles of customers`, function () {
  if (user === undefined) {
    it(whereItWasLookedFor);
    return;
  }
  this.timeout(20 * 60_000);

  const running = new Map<string, Promise<void>>();
  before(() => {
    for (const [index, name] of Object.keys(lives).entries()) {
      const life = liveOnce(index + 0xe0, lives[name] ?? [], user);
      // Each test reports its own; until then a failure is nobody's.
      life.catch(() => undefined);
      running.set(name, life);
    }
  });

  for (const name of Object.keys(lives)) {
    it(`${name}: up, no change, refresh, change, switch and destroy end as with the stand-in`, () => running.get(name));
  }

  it("a deleted object makes `destroy` fail; `destroy --refresh` succeeds", async () => {
    const project = await createProject({ plugins: "official", user, sharedRuntime: false });
    try {
      const tenantId = tenantIdOf(0xe8);
      await project.writeSettings("contoso", customer(0xe8, { analysts: [], connector: { kind: "customerApp" } }));
      await project.addStack("contoso");
      const untouched = textOf(project, tenantId);
      await project.succeed(["up", ...options]);
      const [group = ""] = [...project.sandbox.cloud.tenant(tenantId).objects("groups").keys()];
      await new TenantHands(project, tenantId).graph("DELETE", `/v1.0/groups/${group}`);
      assert.notEqual((await project.pulumi(["destroy", ...options])).exitCode, 0);
      await project.succeed(["destroy", ...options, "--refresh"]);
      assert.equal(textOf(project, tenantId), untouched);
    } finally {
      await project.dispose();
    }
  });

  it("with faults of a seed each step ends as with the stand-in without faults", async () => {
    const faults = { seed: 4, percent: 5, timeScale: 0.02 };
    const { runs } = await runSeed(
      checkout,
      { ...faults, project: { plugins: "official", user } },
      await fairWeather(checkout),
    );
    for (const { step, converged, differences, said } of runs) {
      assert.notEqual(converged, "not", `${step}: ${said}`);
      assert.deepEqual(differences, [], `${step}: ${said}`);
    }
    assert.equal(runs.length, 3);
  });
});

/** One customer with both sets of plugins, step by step; the tenants are compared after each. */
async function liveOnce(
  number: number,
  steps: readonly Readonly<Record<string, unknown>>[],
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const projects = [
    await createProject(),
    await createProject({ plugins: "official", user: environment, sharedRuntime: false }),
  ] as const;
  try {
    const startedAt = new Date();
    const tenantId = tenantIdOf(number);
    const untouched: string[] = [];
    for (const project of projects) {
      addSiemApplication(project);
      await settings(project, number, steps[0] ?? {});
      await project.addStack("contoso");
      untouched.push(textOf(project, tenantId));
    }
    for (const [index, step] of steps.entries()) {
      await Promise.all(projects.map((project) => settings(project, number, step)));
      const refresh = index === 0 ? [] : ["--refresh"];
      await Promise.all(projects.map((project) => project.succeed(["up", ...options, ...refresh])));
      assertSame(projects, tenantId, startedAt, `after step ${index + 1}`);
      const preview = ["preview", "--stack", "contoso", "--expect-no-changes"];
      await projects[1].succeed(preview);
      await projects[1].succeed([...preview, "--refresh"]);
    }
    await projects[1].succeed(["destroy", ...options, "--refresh"]);
    assert.equal(textOf(projects[1], tenantId), untouched[1]);
    assert.deepEqual(projects[1].sandbox.undocumentedRequests, []);
  } finally {
    await Promise.all(projects.map((project) => project.dispose()));
  }
}

async function settings(
  project: SandboxProject,
  number: number,
  step: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { customerDomain, ...common } = customer(number);
  const domain =
    "portalAccess" in step && typeof step["portalAccess"] === "object" ? "contoso.example" : customerDomain;
  await project.writeSettings("contoso", { ...common, customerDomain: domain, ...step });
}

function assertSame(
  [standIn, official]: readonly [SandboxProject, SandboxProject],
  tenantId: string,
  startedAt: Date,
  when: string,
): void {
  const dumpOf = (project: SandboxProject): Dump => ({ text: textOf(project, tenantId), startedAt });
  assert.deepEqual(compareDumps(dumpOf(standIn), dumpOf(official)), { onlyLeft: [], onlyRight: [] }, when);
}

function textOf({ sandbox }: SandboxProject, tenantId: string): string {
  sandbox.cloud.describedTenant({ tenantId, displayName: "Contoso", domain: "contoso.example" });
  const tenants = JSON.parse(dump(sandbox.cloud)) as Record<string, unknown>;
  return JSON.stringify(tenants[tenantId]);
}

function addSiemApplication({ sandbox }: SandboxProject): void {
  addApplication(sandbox.cloud.tenant(msspTenantId), {
    applicationId: siemApplicationId,
    displayName: "Fabrikam SIEM",
    signInAudience: "AzureADMultipleOrgs",
  });
}
