import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import {
  alertApis,
  credentialTypes,
  windowsDefenderAtp,
  type AlertApi,
  type CredentialType,
} from "@defender-mssp/microsoft";
import {
  type Detection,
  detectionRetention,
  detectionsBetween,
  legacyAlert,
  type SandboxProject,
  securityAlert,
  setSwitches,
  type TestCertificate,
  fixture,
} from "@defender-mssp/testkit";
import type { Check } from "@defender-mssp/siem/verify/check";
import { inSession as runMssp } from "../cli/testSession";
import {
  byCertificate,
  bySecret,
  ConnectorClient,
  makeMsspApplication,
  startConnectorProject,
  type IdentityProvider,
  type MsspApplication,
  type Proof,
} from "./connectorClients";
import { customer, dumpOfTenant, objectsOf, single, TenantHands, tenantIdOf } from "./support";

describe("the SIEM connector on the real engine", function () {
  this.timeout(600_000);

  const all = fixture(startConnectorProject);
  let project: SandboxProject;
  let certificate: TestCertificate;
  let provider: IdentityProvider;

  before(() => ({ project, certificate, provider } = all));

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
        alertApis: ["graph", "legacySiem"],
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
      await stack.set({ alertApis: ["graph", "legacySiem"], credential: { type: "federated", issuer, subject } });
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
      // AADSTS500113: it has no redirect URI. The consent counts.
      assert.equal((await fetch(`${project.sandbox.origins.http}${click}`)).status, 400);
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

  describe("each credential with each alert API, from `up` to alerts that arrive", () => {
    const choices: readonly (readonly AlertApi[])[] = [["graph"], ["legacySiem"], alertApis];
    let registered: CustomerStack;
    let consented: CustomerStack;
    let asBefore: string;

    before(async () => {
      const { folder } = project;
      await writeFile(path.join(folder, "certificate.pem"), certificate.privateKeyPem + certificate.certificatePem);
      registered = await newStack(0x79, {});
      asBefore = dumpOfTenant(project, registered.tenantId);
      const { applicationId } = await msspApplication();
      consented = await newStack(0x7a, { kind: "msspApp", applicationId });
    });

    for (const credential of credentialTypes) {
      for (const apis of choices)
        it(`customerApp, ${credential}, ${apis.join(" and ")}`, async () => {
          const details = {
            secret: {},
            certificate: { certificate: certificate.certificatePem },
            federated: { issuer: provider.issuer, subject: provider.subject },
          };
          await registered.set({ alertApis: apis, credential: { type: credential, ...details[credential] } });
          const { clientSecret } = await registered.up();
          const proofs = {
            secret: bySecret(clientSecret),
            certificate: byCertificate(certificate),
            federated: provider.proof,
          };
          await alertsArrive(registered, apis, proofs[credential], await credentialOption(credential));
        });

      it(`msspApp, ${credential}, graph`, async () => {
        const { applicationId, proofs, clientSecret } = await msspApplication();
        await consented.set({ kind: "msspApp", applicationId, credential });
        await consented.up();
        const file = path.join(project.folder, "client-secret");
        await writeFile(file, clientSecret);
        const option = credential === "secret" ? ["--client-secret-file", file] : await credentialOption(credential);
        await alertsArrive(consented, ["graph"], proofs[credential], option);
      });
    }

    it("after `destroy` the SIEM's credential is good for nothing, and `mssp verify` finds no stack", async () => {
      await registered.destroy();
      const destroyed = await runMssp(["verify", "--stack", registered.name, "--json"], project);
      assert.equal(destroyed.exitCode, 1);
      const { error } = JSON.parse(destroyed.stdout) as { error: { message: string } };
      assert.match(error.message, /^Stack "\w+" has no outputs: nothing is deployed there\. Run `npx pulumi up/);
      for (const answer of Object.values(await registered.reads(provider.proof)))
        assert.match(answer, /^40[01] AADSTS/, "what the SIEM has is still good for something");
      assert.equal(dumpOfTenant(project, registered.tenantId), asBefore);
    });

    async function credentialOption(credential: CredentialType): Promise<string[]> {
      if (credential === "secret") return [];
      if (credential === "certificate") return ["--certificate", "certificate.pem"];
      await writeFile(path.join(project.folder, "federated-token"), await provider.token());
      return ["--federated-token-file", "federated-token"];
    }

    /** By `mssp verify`, by `mssp alerts`, and for a client of the SIEM's own. */
    async function alertsArrive(stack: CustomerStack, apis: readonly AlertApi[], proof: Proof, option: string[]) {
      const { exitCode, stdout, stderr } = await runMssp(
        ["verify", "--stack", stack.name, "--json", ...option],
        project,
      );
      assert.equal(stderr, "");
      const { checks } = JSON.parse(stdout) as { checks: Check[] };
      const failed = checks.filter(({ state }) => state === "failed").map(({ name, reason }) => `${name}: ${reason}`);
      assert.deepEqual([exitCode, failed], [0, []]);
      const names = { legacySiem: "alerts from the legacy API", graph: "alerts from Microsoft Graph" };
      const readApis = alertApis.filter((api) =>
        checks.some(({ name, state }) => name === names[api] && state === "passed"),
      );
      assert.deepEqual(
        readApis,
        alertApis.filter((api) => apis.includes(api)),
      );
      for (const api of apis)
        assert.deepEqual(await pulled(stack, api, option), { missing: [], strange: [], twice: [] });
      const answers = await stack.reads(proof);
      for (const api of alertApis) assert.equal(answers[api], apis.includes(api) ? "alerts" : "403");
    }

    /**
     * What is wrong with what `mssp alerts` gives: the clock goes on meanwhile, so what came or went
     * during the pull may be in it or not.
     */
    async function pulled({ name, tenantId }: CustomerStack, api: AlertApi, option: string[]) {
      const before = alertIds(tenantId, api);
      const { exitCode, stdout, stderr } = await runMssp(["alerts", "--stack", name, "--api", api, ...option], project);
      assert.equal(exitCode, 0, stderr);
      const after = alertIds(tenantId, api);
      const ids = stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => (JSON.parse(line) as { id: string }).id);
      const given = new Set(ids);
      return {
        missing: [...before].filter((id) => after.has(id) && !given.has(id)),
        strange: [...given].filter((id) => !before.has(id) && !after.has(id)),
        twice: ids.filter((id, position) => ids.indexOf(id) !== position),
      };
    }

    /** IDs of all alerts that the tenant's Defender has now, as an API writes them. */
    function alertIds(tenantId: string, api: AlertApi): Set<string> {
      const { cloud } = project.sandbox;
      const now = cloud.now();
      const since = new Date(now.getTime() - detectionRetention);
      const idOf: Readonly<Record<AlertApi, (detection: Detection) => string>> = {
        legacySiem: (detection) => legacyAlert(detection).FullId,
        graph: (detection) => securityAlert(detection).id,
      };
      const all = [...detectionsBetween(cloud.tenant(tenantId), since, now, now, cloud.detectionInterval)].map(
        idOf[api],
      );
      assert.ok(all.length >= 2159, `${all.length} alerts`);
      return new Set(all);
    }
  });

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
});

function principalsAndRoles(dump: string): string {
  const { objects } = JSON.parse(dump) as { objects: Record<string, unknown> };
  return JSON.stringify([objects["servicePrincipals"], objects["appRoleAssignments"]]);
}

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
