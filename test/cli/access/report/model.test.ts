/** What a report says, from recorded states. */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { VisibleError } from "@defender-mssp/errors";
import { dayMs } from "@defender-mssp/errors/time";
import { linkTo, objectsOf } from "../../../../cli/access/objects/objects";
import type { LiveFindings } from "../../../../cli/access/report/live";
import { objectKinds, isWithCustomer } from "../../../../cli/access/objects/kindInReport";
import type { AccessReport } from "../../../../cli/findings/accessReport";
import { plannedResources } from "../../../../cli/planned/plannedResources";
import { plannedState, reportState } from "../../../../cli/access/state/readState";
import { now, recordedReport, settingsOf, stateOf, stateText, type Recorded } from "../../customer/report/states";
import { parseDeployment } from "../../../../cli/stack/deployment";

interface StateEntry {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

const namesOf = ({ objects }: AccessReport, kind: string) =>
  objects.filter((one) => one.kind === kind).map(({ name }) => name);

/** Every path from an object to one that leads nowhere else, by the names on it. */
function pathsFrom(report: AccessReport, key: string): string[] {
  const name = report.objects.find((one) => one.key === key)!.name;
  const next = report.paths.filter(({ from }) => from === key);
  return next.length === 0
    ? [name]
    : next.flatMap(({ to }) => pathsFrom(report, to).map((rest) => `${name} → ${rest}`));
}

/** The day of the recording, or one after it. */
function recordedDay(name: Recorded, later = 0): string {
  const { deployment } = JSON.parse(stateText(name)) as { deployment: { manifest: { time: string } } };
  return new Date(Date.parse(deployment.manifest.time) + later * dayMs).toISOString().slice(0, 10);
}

function startOf(report: AccessReport, kind: string, name?: string): string {
  return report.objects.find((one) => one.kind === kind && (name === undefined || one.name === name))!.key;
}

describe("mssp report: objects and paths", () => {
  it("tells the two client secrets of a rotation apart by the day of their creation", () => {
    const { resources } = stateOf("dev");
    const secret = resources.find(({ kind }) => kind === "clientSecret");
    assert.ok(secret !== undefined);
    const secretNames = (all: typeof resources) =>
      objectsOf(all, settingsOf("dev")).objects.flatMap(({ kind, name }) => (kind === "clientSecret" ? [name] : []));
    assert.deepEqual(secretNames(resources), ["MSSP SIEM, managed by Pulumi"]);
    const both = secretNames([
      ...resources,
      { ...secret, name: `${secret.name}-new`, created: "2027-01-02T03:04:05Z" },
    ]);
    assert.ok(
      both.includes("MSSP SIEM, managed by Pulumi, made on 2027-01-02") && new Set(both).size === 2,
      both.join(),
    );
  });

  it("rbac: guests reach Defender roles by groups, the secret reaches permissions by the application", () => {
    const report = recordedReport("certificate");
    assert.deepEqual(pathsFrom(report, startOf(report, "guest", "Ana Silva")).sort(), [
      "Ana Silva → Fabrikam Security MSSP Analysts",
      "Ana Silva → Tier 1 Analyst → Tier 1 Analyst",
    ]);
    const application = "Contoso 96 SIEM MSSP Connector → Contoso 96 SIEM MSSP Connector";
    const ends = pathsFrom(report, startOf(report, "certificate")).map((path) => path.replace(/^[^→]+→ /, ""));
    assert.deepEqual(ends, [`${application} → SecurityAlert.Read.All`]);
    const legacy = recordedReport("dev");
    const paths = pathsFrom(legacy, startOf(legacy, "clientSecret"));
    for (const permission of ["Alert.Read", "SecurityAlert.Read.All"])
      assert.ok(
        paths.some((path) => path.endsWith(` → ${permission}`)),
        paths.join(),
      );
  });

  it("basic: the group of all analysts has the directory role", () => {
    const report = recordedReport("basic");
    assert.deepEqual(pathsFrom(report, startOf(report, "guest", "Ben Okafor")), [
      "Ben Okafor → Fabrikam Security MSSP Analysts → Security Operator",
    ]);
  });

  it("just-in-time access: who is eligible, until when, and for how many hours; an activated member is no other path", () => {
    const written = JSON.parse(stateText("certificate")) as { deployment: { resources: StateEntry[] } };
    const { resources } = written.deployment;
    const one = (ending: string) => resources.find(({ urn }) => urn.endsWith(`::${ending}`))!;
    const group = one("customer-access-tier1-group");
    const [objectId] = group.outputs!["members"] as string[];
    resources.push({
      ...one("customer-access-tier1-role"),
      urn: group.urn.replace(/::[^:]*Group::/, "::EligibleMembers::"),
      type: "pulumi-nodejs:dynamic/defender-mssp:EligibleMembers",
      id: group.id!.split("/").at(-1)!,
      inputs: {
        groupId: group.id!.split("/").at(-1)!,
        members: [{ objectId, accessEndsOn: "2099-03-31" }],
        maximumActivation: "PT4H",
        approvers: [objectId],
      },
      outputs: {},
    });
    const report = recordedReport("certificate", {
      state: reportState(parseDeployment("certificate", JSON.stringify(written))),
    });
    const tier = report.objects.find(({ kind, name }) => kind === "group" && name === "Tier 1 Analyst")!;
    assert.equal(tier.detail, "1 eligible member");
    assertEach(
      report.paths.filter(({ to }) => to === tier.key),
      ({ by }) => by,
      ["eligible until 2099-03-31, active for up to 4 hours after an approval"],
    );
  });

  it("entitlement: the MSSP's organization requests packages, which lead to groups and roles", () => {
    const report = recordedReport("entitlement");
    assert.deepEqual(pathsFrom(report, startOf(report, "connectedOrganization")).sort(), [
      "Fabrikam Security → MSSP Analyst Approvers → MSSP Analyst Approvers",
      "Fabrikam Security → Tier 1 Analyst → Tier 1 Analyst → Tier 1 Analyst",
      "Fabrikam Security → Tier 2 Analyst → Tier 2 Analyst → Tier 2 Analyst",
    ]);
    assert.match(report.objects.find(({ kind }) => kind === "accessPackage")!.detail, /^\d+ days, reviewed \w+/);
  });

  it("the MSSP's own application: enterprise application and permission, and no app registration", () => {
    const report = recordedReport("mssp-application");
    assert.deepEqual(namesOf(report, "application"), []);
    assert.deepEqual(pathsFrom(report, startOf(report, "servicePrincipal")), [
      "Fabrikam SIEM → SecurityAlert.Read.All",
    ]);
    assert.match(report.adminConsentUrl ?? "", /adminconsent\?client_id=[0-9a-f-]{36}$/);
  });

  it("dev: every kind that the stack declares, with object IDs, links and the day of creation", () => {
    const report = recordedReport("dev");
    const kinds = new Set(report.objects.map(({ kind }) => kind));
    const absent = objectKinds.filter((kind) => !kinds.has(kind));
    assert.deepEqual(absent, [
      "ownership",
      "eligibility",
      "directoryRole",
      "accessPackageCatalog",
      "catalogResource",
      "accessPackage",
      "accessPackageResource",
      "assignmentPolicy",
      "connectedOrganization",
      "certificate",
      "federatedCredential",
      "detectionRule",
      "tenantTrust",
      "conditionalAccessPolicy",
      "governanceGroup",
      "governanceRole",
      "sentinelRole",
      "unknown",
    ]);
    const delegated = /^Microsoft Sentinel Responder, \/subscriptions\//;
    assert.match(report.objects.find(({ kind }) => kind === "delegation")?.detail ?? "", delegated);
    const guest = report.objects.find(({ kind }) => kind === "guest")!;
    assert.match(guest.objectId, /^[0-9a-f-]{36}$/);
    assert.equal(guest.link, linkTo("guest", report, guest.objectId));
    assert.equal(guest.since?.slice(0, 10), recordedDay("dev"));
    assert.equal(new Set(report.objects.map(({ key }) => key)).size, report.objects.length);
  });

  it("refuses a stack without objects, and names the command", () => {
    const state = reportState(parseDeployment("empty", JSON.stringify({ deployment: { resources: [] } })));
    assert.throws(
      () => recordedReport("dev", { state }),
      (error) => error instanceof VisibleError && /nothing is deployed there.*--for customer/.test(error.message),
    );
  });

  it("by the settings: what up will create has no object IDs, links or dates", async () => {
    const settings = settingsOf("dev");
    const state = plannedState(await plannedResources(settings, now));
    const report = recordedReport("dev", { state, source: "settings" });
    assert.equal(
      report.objects.length,
      recordedReport("dev").objects.filter(({ kind }) => isWithCustomer(kind)).length,
    );
    for (const { objectId, link, since } of report.objects)
      assert.deepEqual([objectId, link, since], ["", undefined, undefined]);
    for (const { kind, name } of report.objects) assert.notEqual(name, "", kind);
  });

  it("by the settings: the roles on a Microsoft Sentinel workspace, with the groups that have them", async () => {
    const sentinelAccess = {
      ...{ subscriptionId: "c0570500-5ab5-4000-8000-00000000000a", resourceGroup: "soc", workspaceName: "soc" },
      roles: { tier1: ["Microsoft Sentinel Reader" as const] },
    };
    const settings = { ...settingsOf("dev"), handover: undefined, sentinelAccess } as ReturnType<typeof settingsOf>;
    const state = plannedState(await plannedResources(settings, now));
    const report = recordedReport("dev", { state, source: "settings" });
    const roles = report.objects.filter(({ kind }) => kind === "sentinelRole");
    assertEach(roles, ({ name, detail }) => [name, detail], [
      ["Microsoft Sentinel Reader", "Tier 1 Analyst, resource group soc"],
    ]);
    assert.ok(report.paths.some(({ to, by }) => to === roles[0]?.key && by === "has the role"));
  });
});

describe("mssp report: links", () => {
  it("lead to the admin center and portal of the tenant's cloud", () => {
    const tenantId = "c0570500-0000-4000-8000-00000000000a";
    assert.equal(
      linkTo("group", { cloud: "public", tenantId }, "1234"),
      `https://entra.microsoft.com/${tenantId}#view/Microsoft_AAD_IAM/GroupDetailsMenuBlade/~/Overview/groupId/1234`,
    );
    assert.match(linkTo("guest", { cloud: "gccHigh", tenantId }, "1234") ?? "", /^https:\/\/entra\.microsoft\.us\//);
    assert.equal(
      linkTo("defenderRole", { cloud: "dod", tenantId }, "1234"),
      `https://security.apps.mil/mtp_roles?tid=${tenantId}`,
    );
  });
});

describe("mssp report: what needs attention", () => {
  const titles = ({ attention }: AccessReport, topic: string) =>
    attention.filter((one) => one.topic === topic).map(({ state, title }) => `${state}: ${title}`);

  it("a client secret needs attention in its last 30 days, and more after its end", () => {
    const [madeOn, endsOn] = [recordedDay("basic"), recordedDay("basic", 365)];
    const at = (days: number) =>
      titles(recordedReport("basic", { now: new Date(`${recordedDay("basic", days)}T00:00:00Z`) }), "ends");
    assert.deepEqual(at(330), []);
    assert.deepEqual(at(339), [`warning: Client secret made on ${madeOn} ends on ${endsOn}, in 26 days`]);
    assert.deepEqual(at(366), [`failed: Client secret made on ${madeOn} ended on ${endsOn}`]);
  });

  it("a person's last day of access comes from the settings", () => {
    const settings = settingsOf("basic", {
      analysts: [
        { email: "ana.silva@fabrikam-security.example", displayName: "Ana Silva", accessEndsOn: "2027-06-10" },
      ],
    });
    const report = recordedReport("basic", { settings });
    assert.deepEqual(titles(report, "ends"), ["warning: Access of Ana Silva ends on 2027-06-10, in 15 days"]);
    assert.equal(report.objects.find(({ name }) => name === "Ana Silva")?.until?.slice(0, 10), "2027-06-10");
  });

  it("a profile that allows changes: its end, who approved it, and that it has ended", () => {
    const approved = { approvedBy: "Dana Reyes", writesEndOn: "2027-06-10" };
    const settings = settingsOf("basic", { connector: { profile: "triage", ...approved } });
    const report = recordedReport("basic", { settings });
    const what = "Profile triage of the SIEM connector, approved by Dana Reyes,";
    assert.deepEqual(titles(report, "ends"), [`warning: ${what} ends on 2027-06-10, in 15 days`]);
    assert.deepEqual(report.connectorApproval, approved);
    const after = recordedReport("basic", { settings, now: new Date("2027-06-11T00:00:00Z") });
    assert.deepEqual(titles(after, "ends"), [`failed: ${what} ended on 2027-06-10`]);
    assert.equal(after.connectorApproval, undefined);
  });

  it("least privilege: directory roles, added actions", () => {
    assert.deepEqual(titles(recordedReport("basic"), "leastPrivilege"), [
      "warning: The directory role Security Operator reaches more of the tenant than Microsoft Defender",
    ]);
    assert.deepEqual(titles(recordedReport("federated"), "leastPrivilege"), [
      "warning: The directory role Security Reader reaches more of the tenant than Microsoft Defender",
    ]);
    const wide = settingsOf("certificate", {
      portalAccess: {
        model: "rbac",
        tiers: {
          tier1: {
            permissions: [
              "microsoft.xdr/secops/securitydata/basics/read",
              "microsoft.xdr/configuration/security/manage",
            ],
          },
        },
      },
    });
    assert.match(
      titles(recordedReport("certificate", { settings: wide }), "leastPrivilege")[0] ?? "",
      /Tier 1 Analyst may do more.*: microsoft\.xdr\/configuration\/security\/manage$/,
    );
  });

  it("what Microsoft ends: over now, near or uncertain soon, and never without a date", () => {
    const legacy =
      "warning: The SIEM API of Defender for Endpoint (the legacy alert API) is not supported and may be off since 2024-12-31";
    assert.ok(titles(recordedReport("dev"), "retirements").includes(legacy));
    assert.deepEqual(titles(recordedReport("basic"), "retirements"), []);
    const azureDelegation = {
      subscriptionId: "c0570500-5ab5-4000-8000-00000000000a",
      ...{ groupObjectId: "5ec0de00-67f0-4000-8000-000000000001", groupName: "SOC", roles: ["Reader"] },
    };
    const approved = { profile: "respond", actions: ["isolate"], approvedBy: "Dana Reyes", writesEndOn: "2030-01-01" };
    const connector = { alertApis: ["graph"], ...approved };
    const settings = settingsOf("federated", { azureDelegation, connector });
    const at = (day: string) => recordedReport("federated", { settings, now: new Date(`${day}T00:00:00Z`) });
    const found = at("2026-11-28").retirements.map(({ id, level }) => `${id} ${level}`);
    assert.deepEqual(found, ["sentinel-azure-portal later", "mde-api-rest undated"]);
    const [only, ...others] = titles(at("2026-11-28"), "retirements");
    assert.deepEqual(others, []);
    assert.match(only ?? "", /^warning: On 2027-03-31 Microsoft Sentinel leaves the Azure portal/);
    assert.match(titles(at("2027-04-01"), "retirements")[0] ?? "", /^failed: Since 2027-03-31/);
  });

  it("manual steps are not known to be done, an interrupted run is", () => {
    const { attention, nextSteps } = recordedReport("dev");
    assert.ok(nextSteps.length > 0);
    assert.equal(attention.filter(({ topic }) => topic === "manualSteps").length, nextSteps.length);
    const interrupted = recordedReport("dev", { state: { ...stateOf("dev"), interrupted: 2 } });
    assert.equal(interrupted.attention[0]?.state, "failed");
    assert.match(interrupted.attention[0].title, /2 operations is unknown/);
  });

  it("live: what is missing, added, not accepted or not consented to is marked", () => {
    const { objects } = recordedReport("dev");
    const group = objects.find(({ kind }) => kind === "group")!;
    const live: LiveFindings = {
      missing: [`group "${group.name}"`],
      alertReaders: [{ id: "r", appId: "r1", name: "Fabrikam SIEM", permissions: ["SecurityAlert.Read.All"] }],
      differences: new Map([
        [group.key, "missing in the tenant"],
        [objects.find(({ name }) => name === "Ben Okafor")!.key, "invitation not accepted"],
      ]),
      notCompared: new Map([[objects.find(({ kind }) => kind === "siemAuthorization")!.key, "no public API shows it"]]),
      pendingInvitations: ["ben.okafor@fabrikam-security.example"],
      missingConsents: ["Alert.Read"],
      governance: { state: "none" },
      notChecked: [],
      parts: [
        {
          name: "added to the application",
          state: "failed",
          reason: "one",
          additions: [
            {
              kind: "owner",
              to: "application",
              what: "owner Eve",
              id: "1",
              done: { by: "mallory", on: "" },
              step: "az rest",
            },
          ],
        },
        { name: "added guests", state: "notChecked", reason: "not permitted: requires User.Read.All", additions: [] },
      ],
    };
    const report = recordedReport("dev", { live, source: "live" });
    assert.equal(report.objects.find(({ key }) => key === group.key)?.difference, "missing in the tenant");
    assert.equal(report.objects.find(({ name }) => name === "Ben Okafor")?.difference, "invitation not accepted");
    assert.equal(report.objects.find(({ name }) => name === "Ana Silva")?.difference, undefined);
    assert.equal(
      report.objects.find(({ kind }) => kind === "siemAuthorization")?.notCompared,
      "no public API shows it",
    );
    assertEach(report.additions, ({ what, by }) => `${what} by ${by}`, ["owner Eve by mallory"]);
    const found = report.attention.map(({ state, topic }) => `${state} ${topic}`);
    for (const wanted of ["failed drift", "warning invitations", "failed consent", "notChecked notChecked"]) {
      assert.ok(found.includes(wanted), `${wanted} in ${found.join(", ")}`);
    }
    const questions = report.attention.filter(({ title }) => title.startsWith("Is this application the MSSP's?"));
    assertEach(questions, ({ title }) => title.includes('"Fabrikam SIEM" (application ID r1)'), [true]);
    // Who has accepted is known: the step for people is not shown as unknown again.
    assert.ok(
      !report.attention.some(({ topic, title }) => topic === "manualSteps" && title.startsWith("Each invited")),
    );
    assert.equal(now.toISOString(), report.writtenAt);
  });
});
