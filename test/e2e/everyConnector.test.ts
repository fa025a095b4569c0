/**
 * Each connector that can be set, from `up` to alerts that arrive, and to nothing after `destroy`:
 * the kinds, credentials and alert APIs in all combinations, on the real engine and with the
 * commands that people type.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import {
  alertApis,
  connectorKinds,
  credentialTypes,
  type AlertApi,
  type ConnectorKind,
  type CredentialType,
} from "@defender-mssp/microsoft";
import {
  type Detection,
  detectionRetention,
  detectionsBetween,
  legacyAlert,
  type SandboxProject,
  securityAlert,
  type TestCertificate,
} from "@defender-mssp/testkit";
import type { Check } from "@defender-mssp/siem/verify/check";
import type { Ended } from "../cli/mssp";
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
import { customer, objectsOf, tenantIdOf } from "./support";

/** The APIs that a kind can be set to read, each with every credential; or why it can't. */
const table: readonly { kind: ConnectorKind; alertApis: readonly AlertApi[]; misfit?: string }[] = [
  { kind: "customerApp", alertApis: ["legacySiem"] },
  { kind: "customerApp", alertApis: ["graph"] },
  { kind: "customerApp", alertApis: ["legacySiem", "graph"] },
  { kind: "msspApp", alertApis: ["graph"] },
  ...[["legacySiem"], ["legacySiem", "graph"]].map((apis) => ({
    kind: "msspApp" as const,
    alertApis: apis as AlertApi[],
    // Microsoft's documents of that API only ever register in the customer's tenant: an inference,
    // which the settings follow (docs/adr).
    misfit: "the legacy alert API authorizes a registration of the customer's",
  })),
];

interface Cell {
  readonly kind: ConnectorKind;
  readonly credential: CredentialType;
  readonly alertApis: readonly AlertApi[];
  readonly misfit?: string;
}

const cells: readonly Cell[] = table.flatMap((row) => credentialTypes.map((credential) => ({ ...row, credential })));

describe("each connector of the settings on the real engine", function () {
  let all: ConnectorProject;
  let project: SandboxProject;
  let certificate: TestCertificate;
  let provider: IdentityProvider;
  let msspApplication: MsspApplication;

  before(async () => {
    all = await startConnectorProject();
    ({ project, certificate, provider } = all);
    msspApplication = await makeMsspApplication(project, certificate, provider);
    const { privateKeyPem, certificatePem } = certificate;
    await writeFile(path.join(project.folder, "certificate.pem"), privateKeyPem + certificatePem);
    await writeFile(path.join(project.folder, "client-secret"), msspApplication.clientSecret);
  });
  after(() => all.dispose());

  it("the table has each combination", () => {
    const kindsAndApis = table.map((row) => [row.kind, row.alertApis.join()].join(" ")).sort();
    const choices = ["legacySiem", "graph", alertApis.join()];
    assert.deepEqual(kindsAndApis, connectorKinds.flatMap((kind) => choices.map((apis) => `${kind} ${apis}`)).sort());
    assert.equal(cells.length, connectorKinds.length * choices.length * credentialTypes.length);
  });

  cells.forEach((cell, index) => {
    const name = `${cell.kind}, ${cell.credential}, ${cell.alertApis.join(" and ")}`;
    if (cell.misfit === undefined) it(`${name}: alerts arrive until \`destroy\``, () => alertsArrive(cell, index));
    else it(`${name}: refused, since ${cell.misfit}`, () => isRefused(cell, index));
  });

  async function alertsArrive(cell: Cell, index: number): Promise<void> {
    const stack = await newStack(cell, index);
    const asBefore = JSON.stringify(objectsOf(project, stack.tenantId));
    await project.succeed(["up", "--stack", stack.name, "--yes", "--skip-preview"]);
    const { clientId, clientSecret } = await project.outputs(stack.name);

    const verified = await verify(cell, stack.name);
    assert.deepEqual([verified.exitCode, verified.red], [0, []]);
    assert.deepEqual(verified.readApis, cell.alertApis);

    for (const api of cell.alertApis)
      assert.deepEqual(await pulled(cell, stack, api), { missing: [], strange: [], twice: [] });

    const siem = new ConnectorClient(project, stack.tenantId, String(clientId), proofOf(cell, clientSecret));
    const reads = async () => [await siem.graph(), await siem.legacySiem()];
    assert.deepEqual(await reads(), [
      cell.alertApis.includes("graph") ? "alerts" : "403",
      cell.alertApis.includes("legacySiem") ? "alerts" : "403",
    ]);

    await project.succeed(["destroy", "--stack", stack.name, "--yes", "--skip-preview"]);
    const destroyed = await mssp("verify", "--stack", stack.name, "--json", ...(await credentialOption(cell)));
    assert.equal(destroyed.exitCode, 1);
    const { error } = JSON.parse(destroyed.stdout) as { error: { message: string } };
    assert.match(error.message, /^Stack "\w+" has no outputs: nothing is deployed there\. Run `npx pulumi up/);
    for (const answer of await reads())
      assert.match(answer, /^40[01] AADSTS/, "what the SIEM has is still good for something");
    assert.equal(JSON.stringify(objectsOf(project, stack.tenantId)), asBefore);
  }

  async function isRefused(cell: Cell, index: number): Promise<void> {
    const stack = await newStack(cell, index);
    const { exitCode, stdout, stderr } = await project.run(["up", "--stack", stack.name, "--yes", "--skip-preview"]);
    assert.notEqual(exitCode, 0);
    const said = `${stdout}${stderr}`;
    assert.equal(said.match(/connector\.\w+/g)?.length, 1, said);
    assert.match(
      said,
      new RegExp(`connector\\.alertApis: .*\\s+allowed: \\[graph\\] with the kind msspApp: ${cell.misfit}`),
    );
    assert.doesNotMatch(said, /^\s+at .*:\d+/m);
  }

  async function newStack(cell: Cell, index: number): Promise<{ name: string; tenantId: string }> {
    const number = 0xa0 + index;
    const name = `customer${number}`;
    project.sandbox.cloud.tenant(tenantIdOf(number));
    await project.writeSettings(name, customer(number, { analysts: [], connector: connectorOf(cell) }));
    await project.addStack(name);
    return { name, tenantId: tenantIdOf(number) };
  }

  function connectorOf({ kind, credential, alertApis }: Cell): unknown {
    if (kind === "msspApp") return { kind, alertApis, credential, applicationId: msspApplication.applicationId };
    const details = {
      secret: {},
      certificate: { certificate: certificate.certificatePem },
      federated: { issuer: provider.issuer, subject: provider.subject },
    };
    return { kind, alertApis, credential: { type: credential, ...details[credential] } };
  }

  /** How the connector proves itself, where the stack's outputs don't have it. */
  async function credentialOption({ kind, credential }: Cell): Promise<string[]> {
    if (credential === "certificate") return ["--certificate", "certificate.pem"];
    if (credential === "secret") return kind === "msspApp" ? ["--client-secret-file", "client-secret"] : [];
    await writeFile(path.join(project.folder, "federated-token"), await provider.token());
    return ["--federated-token-file", "federated-token"];
  }

  function proofOf({ kind, credential }: Cell, clientSecret: unknown): Proof {
    if (kind === "msspApp") return msspApplication.proofs[credential];
    const proofs = {
      secret: bySecret(clientSecret),
      certificate: byCertificate(certificate),
      federated: provider.proof,
    };
    return proofs[credential];
  }

  function mssp(...args: string[]): Promise<Ended> {
    const { folder, environment } = project;
    return runMssp(args, { folder, environment });
  }

  async function verify(cell: Cell, stack: string) {
    const { exitCode, stdout, stderr } = await mssp(
      "verify",
      "--stack",
      stack,
      "--json",
      ...(await credentialOption(cell)),
    );
    assert.equal(stderr, "");
    const { state, checks } = JSON.parse(stdout) as { state: string; checks: Check[] };
    assert.equal(state, exitCode === 0 ? "passed" : "failed");
    const isOk = (name: string) => checks.some((check) => check.name === name && check.state === "passed");
    const apis: Readonly<Record<AlertApi, string>> = {
      legacySiem: "alerts from the legacy API",
      graph: "alerts from Microsoft Graph",
    };
    return {
      exitCode,
      red: checks.filter(({ state }) => state === "failed").map(({ name, reason }) => `${name}: ${reason}`),
      readApis: alertApis.filter((api) => isOk(apis[api])),
    };
  }

  /**
   * What is wrong with what `mssp alerts` gives: the clock goes on meanwhile, so what came or went
   * during the pull may be in it or not.
   */
  async function pulled(cell: Cell, { name, tenantId }: { name: string; tenantId: string }, api: AlertApi) {
    const before = alertIds(tenantId, api);
    const { exitCode, stdout, stderr } = await mssp(
      "alerts",
      "--stack",
      name,
      "--api",
      api,
      ...(await credentialOption(cell)),
    );
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
    const all = [...detectionsBetween(cloud.tenant(tenantId), since, now, now, cloud.detectionInterval)].map(idOf[api]);
    assert.ok(all.length >= 2159, `${all.length} alerts`);
    return new Set(all);
  }
});
