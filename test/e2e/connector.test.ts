import assert from "node:assert/strict";
import { microsoftGraph, windowsDefenderAtp } from "@defender-mssp/microsoft";
import { type SandboxProject, setSwitches, type TestCertificate } from "@defender-mssp/testkit";
import type { OnboardingProgress } from "../../cli/access/waiting/progress";
import { inSession as runMssp } from "../cli/testSession";
import {
  byCertificate,
  bySecret,
  ConnectorClient,
  makeMsspApplication,
  startConnectorProject,
  type ConnectorProject,
  type IdentityProvider,
  type MsspApplication,
  type Proof,
} from "./connectorClients";
import { customer, dumpOfTenant, objectsOf, single, TenantHands, tenantIdOf } from "./support";

describe("the SIEM connector on the real engine", function () {
  this.timeout(600_000);

  let all: ConnectorProject;
  let project: SandboxProject;
  let certificate: TestCertificate;
  let provider: IdentityProvider;

  before(async () => {
    all = await startConnectorProject();
    ({ project, certificate, provider } = all);
  });
  after(() => all.dispose());

  /** The grant of a permission of Microsoft Graph to the automation. */
  function grantOf(tenantId: string, permission: string) {
    const assignments = project.sandbox.cloud.tenant(tenantId).objects("appRoleAssignments");
    const grant = [...assignments.values()].find(
      ({ appRoleId }) => appRoleId === microsoftGraph.appRoles[permission as keyof typeof microsoftGraph.appRoles],
    );
    return [assignments, grant?.id ?? ""] as const;
  }

  /** A stack of its own customer, in a tenant as it was found. */
  async function newStack(number: number, connector: unknown): Promise<CustomerStack> {
    const stack = new CustomerStack(project, number);
    project.sandbox.cloud.tenant(stack.tenantId);
    await stack.set(connector);
    await project.addStack(stack.name);
    return stack;
  }

  describe("a registration in the customer's tenant", () => {
    let stack: CustomerStack;
    let asBefore: string;
    let secret: Proof;

    before(async () => {
      stack = await newStack(0x70, { alertApis: ["graph", "legacySiem"], credential: "secret" });
      asBefore = dumpOfTenant(project, stack.tenantId);
    });

    it("a secret reads both alert APIs", async () => {
      const outputs = await stack.up();
      secret = bySecret(outputs["clientSecret"]);
      assert.deepEqual(await stack.reads(secret), { graph: "alerts", legacySiem: "alerts" });
      await stack.hasNoChanges();
      assert.deepEqual(outputs["connector"], {
        kind: "customerApp",
        credential: "secret",
        alertApis: ["legacySiem", "graph"],
        profile: "read",
        credentialExpiresOn: outputs["clientSecretExpiresOn"],
        renewsOn: new Date(Date.parse(String(outputs["clientSecretExpiresOn"])) - 30 * 24 * 60 * 60 * 1000)
          .toISOString()
          .replace(".000Z", "Z"),
      });
    });

    it("a certificate replaces the secret, which is deleted last", async () => {
      await stack.set({
        credential: { type: "certificate", certificate: certificate.certificatePem },
        loopbackRedirectPort: 8400,
      });
      assert.deepEqual(await stack.changes(), [
        "create ApplicationCertificate",
        "delete ApplicationPassword",
        "update ApplicationRedirectUris",
      ]);
      const outputs = await stack.up();
      assert.deepEqual(await stack.reads(byCertificate(certificate)), { graph: "alerts", legacySiem: "alerts" });
      assert.deepEqual(await stack.reads(secret), { graph: "401 AADSTS7000215", legacySiem: "401 AADSTS7000215" });
      assert.deepEqual([outputs["clientSecret"], outputs["clientSecretExpiresOn"]], [undefined, undefined]);
      assert.equal(outputs["loopbackRedirectUri"], "http://localhost:8400/SiemMsspConnector");
      const { web } = single(objectsOf(project, stack.tenantId).applications) as { web: { redirectUris: string[] } };
      assert.deepEqual(web.redirectUris.sort(), [outputs["loopbackRedirectUri"], outputs["redirectUri"]].sort());
      await stack.hasNoChanges();
    });

    it("a federated credential replaces the certificate", async () => {
      const { issuer, subject } = provider;
      await stack.set({ credential: { type: "federated", issuer, subject } });
      assert.deepEqual(await stack.changes(), [
        "create ApplicationFederatedIdentityCredential",
        "delete ApplicationCertificate",
        "update ApplicationRedirectUris",
      ]);
      await stack.up();
      assert.deepEqual(await stack.reads(provider.proof), { graph: "alerts", legacySiem: "alerts" });
      assert.match((await stack.reads(byCertificate(certificate))).graph, /^401/);
      const application = single(objectsOf(project, stack.tenantId).applications);
      assert.deepEqual([application["passwordCredentials"], application["keyCredentials"]], [[], []]);
      await stack.hasNoChanges();
    });

    it("doctor, permissions and onboard require the permission of a kept legacy API that the settings do not name", async () => {
      const permission = "DelegatedPermissionGrant.ReadWrite.All";
      const run = (...args: string[]) => runMssp(args, { folder: project.folder, environment: project.environment });
      const asked = await run("permissions", "--stack", stack.name, "--json");
      const { automation } = JSON.parse(asked.stdout) as { automation: { permission: string }[] };
      assert.ok(automation.some((one) => one.permission === permission));
      assert.match(
        asked.stderr,
        /^mssp: Stack customer112: the setting connector\.alertApis is missing, and the legacy/,
      );
      const [assignments, id] = grantOf(stack.tenantId, permission);
      const grant = assignments.get(id)!;
      assignments.delete(id);
      try {
        const { exitCode, stdout } = await run("doctor", "--stack", stack.name);
        assert.equal(exitCode, 1, stdout);
        assert.match(stdout, /✗ {2}DelegatedPermissionGrant\.ReadWrite\.All +consent to reading alerts by the legacy/);
        assert.match(stdout, /^Stack customer112: the setting connector\.alertApis is missing/m);
        const { steps } = JSON.parse(
          (await run("onboard", "--stack", stack.name, "--json")).stdout,
        ) as OnboardingProgress;
        const found = new Map(steps.map((step) => [step.name, step]));
        assert.match(found.get("consent")?.found ?? "", /lacks DelegatedPermissionGrant\.ReadWrite\.All$/);
        assert.equal(found.get("siemAuthorization")?.state, "waiting");
      } finally {
        assignments.set(id, grant);
      }
    });

    it("a connector for one alert API reads only that API", async () => {
      const { issuer, subject } = provider;
      await stack.set({ alertApis: ["graph"], credential: { type: "federated", issuer, subject } });
      const outputs = await stack.up();
      assert.deepEqual(await stack.reads(provider.proof), { graph: "alerts", legacySiem: "403" });
      assert.equal(outputs["siemAuthorization"], undefined);
      assert.deepEqual(objectsOf(project, stack.tenantId).siemAuthorizations, {});
    });

    it("the MSSP's application replaces the registration, and `destroy` leaves nothing of either", async () => {
      const { applicationId, proofs } = await msspApplication();
      await stack.set({ kind: "msspApp", applicationId });
      const changes = await stack.changes();
      assert.deepEqual(
        changes.filter((one) => one.startsWith("create")),
        ["create AppRoleGrant", "create MsspServicePrincipal"],
      );
      assert.ok(changes.includes("delete ApplicationRegistration"));
      assert.ok(!changes.some((one) => one.startsWith("replace")));
      const outputs = await stack.up();
      assert.equal((await stack.reads(proofs.certificate)).graph, "alerts");
      assert.deepEqual(objectsOf(project, stack.tenantId).applications, {});
      assert.equal(outputs["redirectUri"], undefined);
      await stack.destroy();
      assert.equal(dumpOfTenant(project, stack.tenantId), asBefore);
    });
  });

  describe("the MSSP's own application", () => {
    it("the MSSP's application reads Graph's alerts with each credential; `destroy` removes the consent", async () => {
      const { applicationId, proofs } = await msspApplication();
      const stack = await newStack(0x71, { kind: "msspApp", applicationId, credential: "federated" });
      const asBefore = dumpOfTenant(project, stack.tenantId);
      const outputs = await stack.up();
      assert.equal(outputs["clientId"], applicationId);
      for (const proof of Object.values(proofs)) assert.equal((await stack.reads(proof)).graph, "alerts");
      assert.deepEqual(outputs["connector"], {
        kind: "msspApp",
        credential: "federated",
        alertApis: ["graph"],
        profile: "read",
      });
      assert.equal(
        outputs["adminConsentUrl"],
        `https://login.microsoftonline.com/${stack.tenantId}/adminconsent?client_id=${applicationId}`,
      );
      await stack.hasNoChanges();
      await stack.destroy();
      assert.equal(dumpOfTenant(project, stack.tenantId), asBefore);
      assert.match((await stack.reads(proofs.secret)).graph, /^4/);
    });

    it("an existing consent is adopted unchanged, and `destroy` keeps it", async () => {
      const { applicationId, proofs } = await msspApplication();
      const stack = await newStack(0x72, { kind: "msspApp", applicationId, credential: "secret" });
      const click = `/${stack.tenantId}/adminconsent?client_id=${applicationId}`;
      assert.equal((await fetch(`${project.sandbox.origins.http}${click}`)).status, 200);
      const asBefore = dumpOfTenant(project, stack.tenantId);
      await stack.up();
      assert.equal((await stack.reads(proofs.secret)).graph, "alerts");
      assert.equal(principalsAndRoles(dumpOfTenant(project, stack.tenantId)), principalsAndRoles(asBefore));
      await stack.hasNoChanges();
      await project.succeed(["up", "--stack", stack.name, "--yes", "--skip-preview", "--refresh"]);
      await stack.destroy();
      assert.equal(dumpOfTenant(project, stack.tenantId), asBefore);
    });

    it("an adopted application gets the missing permission, which alone `destroy` removes; lost consent is restored", async () => {
      const { applicationId, proofs } = await msspApplication();
      const stack = await newStack(0x73, { kind: "msspApp", applicationId, credential: "secret" });
      const hands = new TenantHands(project, stack.tenantId);
      await hands.graph("POST", "/v1.0/servicePrincipals", { appId: applicationId });
      const asBefore = dumpOfTenant(project, stack.tenantId);
      await stack.up();
      assert.equal((await stack.reads(proofs.secret)).graph, "alerts");

      const [grant] = Object.values(objectsOf(project, stack.tenantId).appRoleAssignments).filter(
        ({ resourceDisplayName, principalDisplayName }) =>
          resourceDisplayName === "Microsoft Graph" && principalDisplayName === "Fabrikam SIEM",
      );
      const route = `/v1.0/servicePrincipals/${String(grant?.["resourceId"])}/appRoleAssignedTo/${String(grant?.["id"])}`;
      await hands.graph("DELETE", route);
      assert.equal((await stack.reads(proofs.secret)).graph, "403");
      assert.deepEqual(await stack.changes("--refresh"), ["create AppRoleGrant"]);
      await project.succeed(["up", "--stack", stack.name, "--yes", "--skip-preview", "--refresh"]);
      assert.equal((await stack.reads(proofs.secret)).graph, "alerts");
      await stack.destroy();
      assert.equal(dumpOfTenant(project, stack.tenantId), asBefore);
    });

    it("an unknown application is refused with an explanation", async () => {
      const applicationId = "f00dcafe-0000-4000-8000-00000000dead";
      const stack = await newStack(0x74, { kind: "msspApp", applicationId });
      const { exitCode, stdout, stderr } = await project.run(["up", "--stack", stack.name, "--yes", "--skip-preview"]);
      assert.notEqual(exitCode, 0);
      assert.match(stdout + stderr, /check connector\.applicationId/);
      assert.doesNotMatch(stdout + stderr, /^\s+at .*:\d+/m);
    });
  });

  const msspApplication = (): Promise<MsspApplication> => makeMsspApplication(project, certificate, provider);

  describe("an app management policy that comes later", () => {
    it("a rotation that the policy refuses names the policy; the old secret stays valid", async () => {
      const stack = await newStack(0x76, { alertApis: ["graph"], credential: "secret" });
      const secret = bySecret((await stack.up())["clientSecret"]);
      const inAYear = new Date(Date.now() + 340 * 24 * 60 * 60 * 1000);
      const said: string[] = [];
      for (const clientSecrets of ["90", "off"]) {
        setSwitches(project.sandbox.cloud.tenant(stack.tenantId), { clientSecrets });
        await assert.rejects(stack.up(inAYear), (error: Error) => said.push(error.message) > 0);
      }
      assert.match(
        said[0] ?? "",
        /doesn't allow a client secret that is valid for 365 days; its maximum is 90 days\. Set connector\.credential\.days/,
      );
      assert.match(said[1] ?? "", /forbids client secrets\..*certificate or a federated credential/s);
      assert.equal((await stack.reads(secret)).graph, "alerts");
    });
  });

  describe("its profile", () => {
    const approved = { approvedBy: "Dana Reyes", writesEndOn: "2999-12-31" };

    /** Names of the application roles that the connector has, sorted. */
    function rolesOf({ tenantId }: CustomerStack): string[] {
      const { appRoleAssignments, servicePrincipals } = objectsOf(project, tenantId);
      return Object.values(appRoleAssignments)
        .filter(({ principalDisplayName }) => String(principalDisplayName).endsWith("SIEM MSSP Connector"))
        .map(({ resourceId, appRoleId }) => {
          const roles = servicePrincipals[String(resourceId)]?.["appRoles"] as { id: string; value: string }[];
          return roles.find(({ id }) => id === appRoleId)?.value ?? "";
        })
        .sort();
    }

    /** The checks of the profile by `mssp verify`: state and reason by name. */
    async function verified({ name }: CustomerStack): Promise<Record<string, string>> {
      const { stdout } = await runMssp(["verify", "--stack", name, "--json"], project);
      const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string; reason: string }[] };
      const wanted = checks.filter(({ name: check }) => check === "consent" || check === "end of changes");
      return Object.fromEntries(wanted.map(({ name: check, state, reason }) => [check, `${state}: ${reason}`]));
    }

    it("read → triage → respond → read: each switch changes its roles alone, and `destroy` leaves the tenant as before", async () => {
      const stack = await newStack(0x77, { profile: "read" });
      const asBefore = dumpOfTenant(project, stack.tenantId);
      const secret = bySecret((await stack.up())["clientSecret"]);
      assert.deepEqual(rolesOf(stack), ["SecurityAlert.Read.All"]);
      const reading = dumpOfTenant(project, stack.tenantId);

      await stack.set({ profile: "triage", ...approved });
      const triage = Array.from({ length: 4 }, () => "create AppRoleAssignment");
      const described = ["update ApplicationApiAccess", "update ApplicationRegistration"];
      assert.deepEqual(await stack.changes(), [...triage, ...described]);
      await stack.up();
      assert.equal((await stack.reads(secret)).graph, "alerts");

      await stack.set({ profile: "respond", actions: ["isolate", "indicators"], ...approved });
      assert.deepEqual(await stack.changes(), [
        "create AppRoleAssignment",
        "create AppRoleAssignment",
        "create AppRoleAssignment",
        "create ApplicationApiAccess",
        "update ApplicationRegistration",
      ]);
      await stack.up();
      const granted = [
        "Machine.Isolate",
        "Machine.Read.All",
        "SecurityAlert.Read.All",
        "SecurityAlert.ReadWrite.All",
        "SecurityIncident.Read.All",
        "SecurityIncident.ReadWrite.All",
        "ThreatHunting.Read.All",
        "Ti.ReadWrite",
      ];
      assert.deepEqual(rolesOf(stack), granted);
      await stack.hasNoChanges();
      const checks = await verified(stack);
      assert.match(checks["consent"] ?? "", /^passed: SecurityAlert\.Read\.All \(application\), .*Ti\.ReadWrite/);
      assert.match(checks["end of changes"] ?? "", /^passed: the profile respond, approved by Dana Reyes, ends after/);

      await stack.set({ profile: "read" });
      assert.deepEqual((await stack.changes()).slice(0, 8), [
        ...Array.from({ length: 7 }, () => "delete AppRoleAssignment"),
        "delete ApplicationApiAccess",
      ]);
      await stack.up();
      assert.deepEqual(rolesOf(stack), ["SecurityAlert.Read.All"]);
      assert.equal(dumpOfTenant(project, stack.tenantId), reading);
      await stack.destroy();
      assert.equal(dumpOfTenant(project, stack.tenantId), asBefore);
    });

    it("that has ended: the next `up` removes what allows changes; verify finds a role that is granted by hand", async () => {
      const stack = await newStack(0x78, { profile: "triage", ...approved, writesEndOn: "2027-03-31" });
      await stack.up(new Date("2027-03-31T12:00:00Z"));
      const after = new Date("2027-04-01T00:00:00Z");
      assert.deepEqual(await stack.changes("", after), [
        "delete AppRoleAssignment",
        "delete AppRoleAssignment",
        "update ApplicationApiAccess",
        "update ApplicationRegistration",
      ]);
      const outputs = await stack.up(after);
      const reads = ["SecurityAlert.Read.All", "SecurityIncident.Read.All", "ThreatHunting.Read.All"];
      assert.deepEqual(rolesOf(stack), reads);
      assert.equal((outputs["connector"] as { profile: string }).profile, "hunt");

      const { servicePrincipals } = objectsOf(project, stack.tenantId);
      const named = (name: string) =>
        Object.values(servicePrincipals).find(({ displayName }) => String(displayName).endsWith(name))?.["id"];
      await new TenantHands(project, stack.tenantId).graph(
        "POST",
        `/v1.0/servicePrincipals/${String(named("WindowsDefenderATP"))}/appRoleAssignedTo`,
        {
          principalId: named("SIEM MSSP Connector"),
          resourceId: named("WindowsDefenderATP"),
          appRoleId: windowsDefenderAtp.appRoles["Machine.Isolate"],
        },
      );
      const { consent, "end of changes": end } = await verified(stack);
      assert.match(consent ?? "", /^failed: Machine\.Isolate is not of the profile hunt/);
      assert.equal(end, undefined);
    });
  });

  describe("the client secret over a year", () => {
    it("rotation without a gap: of the pulls of alerts, hourly near each change, none fails", async () => {
      const { clock } = project.sandbox.cloud;
      const stack = await newStack(0x75, { alertApis: ["graph", "legacySiem"], credential: "secret" });
      const pulls = new Map<string, number>();
      let hour = 0;
      let handedOut = await upAndFetch();
      const first = handedOut;
      /** What the SIEM has. */
      let secret = handedOut;

      async function upAndFetch(): Promise<Proof> {
        return bySecret((await stack.up(clock.now()))["clientSecret"]);
      }
      /**
       * Time passes, and the SIEM pulls with what it has: the last hour, and Graph's newest page
       * once a day. Every hour near a change of the secrets; in the months between, where nothing
       * changes, once a day.
       */
      async function untilDay(day: number, hours: 1 | 24 = 1): Promise<void> {
        const client = stack.client(() => secret);
        for (; hour < day * 24; hour += hours) {
          clock.advance(hours * 60 * 60 * 1000);
          const answers = [await client.legacySiem("ago=PT1H"), ...(hour % 24 === 0 ? [await client.graph()] : [])];
          for (const answer of answers) pulls.set(answer, (pulls.get(answer) ?? 0) + 1);
        }
      }
      const passwords = (): number =>
        (single(objectsOf(project, stack.tenantId).applications)["passwordCredentials"] as unknown[]).length;

      await untilDay(333, 24);
      await untilDay(334);
      assert.deepEqual(await stack.changes("", clock.now()), []);
      await untilDay(336);
      assert.deepEqual(await stack.changes("", clock.now()), ["create ApplicationPassword"]);
      handedOut = await upAndFetch();
      assert.equal(passwords(), 2);
      // The SIEM gets the new secret some days later.
      await untilDay(342);
      assert.deepEqual(await stack.changes("", clock.now()), []);
      secret = handedOut;
      await untilDay(344);
      assert.deepEqual(await stack.changes("", clock.now()), ["delete ApplicationPassword"]);
      await upAndFetch();
      assert.equal(passwords(), 1);
      assert.match(await stack.client(() => first).graph(), /^401/);
      await untilDay(345);
      await untilDay(364, 24);
      // Past the end of the first one.
      await untilDay(367);
      const [hourly, daily] = [345 - 333 + (367 - 364), 333 + (364 - 345)];
      assert.deepEqual([...pulls], [["alerts", hourly * 24 + daily + 367]]);
    });
  });
});

function principalsAndRoles(dump: string): string {
  const { objects } = JSON.parse(dump) as { objects: Record<string, unknown> };
  return JSON.stringify([objects["servicePrincipals"], objects["appRoleAssignments"]]);
}

/** One customer's stack. */
class CustomerStack {
  readonly name: string;
  readonly tenantId: string;
  #clientId = "";

  constructor(
    private readonly project: SandboxProject,
    private readonly number: number,
  ) {
    this.name = `customer${number}`;
    this.tenantId = tenantIdOf(number);
  }

  async set(connector: unknown): Promise<void> {
    await this.project.writeSettings(this.name, customer(this.number, { analysts: [], connector }));
  }

  async up(now?: Date): Promise<Record<string, unknown>> {
    await this.#run(["up", "--yes", "--skip-preview"], now);
    const outputs = await this.project.outputs(this.name);
    this.#clientId = String(outputs["clientId"]);
    return outputs;
  }

  async destroy(): Promise<void> {
    await this.#run(["destroy", "--yes", "--skip-preview"]);
  }

  async hasNoChanges(): Promise<void> {
    await this.#run(["preview", "--refresh", "--expect-no-changes"]);
  }

  /** `<operation> <type>` of each change of an azuread or a dynamic resource, sorted. */
  async changes(flag = "", now?: Date): Promise<string[]> {
    const flags = flag === "" ? [] : [flag];
    const { steps = [] } = JSON.parse(await this.#run(["preview", "--json", ...flags], now)) as {
      steps?: { op: string; urn: string }[];
    };
    return steps
      .filter(({ op, urn }) => !["same", "read", "refresh"].includes(op) && /azuread:|pulumi-nodejs:/.test(urn))
      .map(({ op, urn }) => `${op} ${urn.split("::")[2]?.split(":").at(-1)}`)
      .sort();
  }

  /** A client with the proof that is good at the time of each call. */
  client(proof: () => Proof): ConnectorClient {
    return new ConnectorClient(this.project, this.tenantId, this.#clientId, (...asked) => proof()(...asked));
  }

  /** What each alert API says to a client with that proof. */
  async reads(proof: Proof): Promise<{ graph: string; legacySiem: string }> {
    const client = this.client(() => proof);
    return { graph: await client.graph(), legacySiem: await client.legacySiem() };
  }

  #run([command = "", ...args]: readonly string[], now?: Date): Promise<string> {
    const environment = now === undefined ? {} : { MSSP_CLOCK: now.toISOString() };
    return this.project.succeed([command, "--stack", this.name, ...args], environment);
  }
}
