/**
 * Recorded pairs of tenant and state: what the engine wrote for one customer of each model and connector, and what its
 * `destroy` took away again. A world starts from one of them, without the engine.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { dump } from "@defender-mssp/sandbox";
import { jsonText, msspTenantId, type SandboxProject } from "@defender-mssp/testkit";
import { allCustomers, customersByModel, stack, tenantId, type FaultCustomer } from "../faults/customer";
import { newProject } from "../faults/runs";

type Value = Readonly<Record<string, unknown>>;

/** Objects by collection and ID, and links by name and start. */
export interface TenantContent {
  readonly objects: Readonly<Record<string, Readonly<Record<string, Value>>>>;
  readonly links: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** What changed: `null` is removed. */
export interface ContentChange {
  readonly objects: Readonly<Record<string, Readonly<Record<string, Value | null>>>>;
  readonly links: Readonly<Record<string, Readonly<Record<string, readonly string[] | null>>>>;
}

export interface RecordedPair {
  readonly name: string;
  /** The project's name in Pulumi.yaml. */
  readonly project: string;
  readonly settings: Value;
  /** As `pulumi stack export` prints them. */
  readonly deployment: Value;
  /** From the tenant without a stack to that after `up`, in the customer's tenant and the MSSP's. */
  readonly up: Readonly<Record<string, ContentChange>>;
  /** From there to that after `destroy`. */
  readonly destroy: Readonly<Record<string, ContentChange>>;
}

/** Logs, and what a clock alone changes. */
const unrecorded = /^(signIns|directoryAudits|sandbox.*|alerts|incidents)$/;

const analysts = [
  { email: "ana.silva@fabrikam-security.example", displayName: "Ana Silva" },
  { email: "ben.okafor@fabrikam-security.example", displayName: "Ben Okafor" },
];

/** Customers beside those of the fault runs: with each trust, and with people who were there before. */
function furtherCustomers(common: FaultCustomer["settings"]): FaultCustomer[] {
  const of = (name: string, settings: object): FaultCustomer =>
    ({ name, settings: { ...common, ...settings } }) as unknown as FaultCustomer;
  const connector = { alertApis: ["graph"] };
  return [
    of("adopted", { analysts, portalAccess: "basic", connector }),
    of("trust", {
      analysts,
      portalAccess: "basic",
      connector,
      crossTenantTrust: { mfa: true, automaticConsent: true },
      conditionalAccess: "enforce",
    }),
    of("justInTime", { analysts, portalAccess: { model: "rbac", activation: "justInTime" }, connector }),
  ];
}

async function customers(): Promise<FaultCustomer[]> {
  const byModel = await customersByModel();
  const { customerName, customerDomain, msspName, msspTenantId: msspId } = byModel[0]?.settings ?? {};
  const common = { customerName, tenantId, customerDomain, msspName, msspTenantId: msspId };
  return [...byModel, ...(await allCustomers()), ...furtherCustomers(common)];
}

/** `npm run search -- --record` writes it. */
const recorded = path.join("dev", "search", "recordedPairs.json.gz");

/** This project's name, and one as a repository of customers may have it. */
export const projects = ["defender-mssp", "Fabrikam.customers_2"] as const;

/** The recorded pairs, every second of them as a project of another name would have it. */
export async function readPairs(checkout: string): Promise<readonly RecordedPair[]> {
  const text = gunzipSync(await readFile(path.join(checkout, recorded))).toString();
  const pairs = (JSON.parse(text) as RecordedPair[]).map(withGuestMail);
  // Of the same deployment: whoever holds an access package is told by a domain alone.
  const withDomains = pairs
    .filter(({ settings }) => settings["analysts"] === undefined)
    .map((pair) => {
      const settings = { ...pair.settings, analystDomains: ["fabrikam-security.example"] };
      return { ...pair, name: `${pair.name}-domains`, settings };
    });
  return [...pairs, ...withDomains].map((pair, index) =>
    inProject(pair, projects[index % projects.length] ?? projects[0]),
  );
}

/** With the guests' addresses in the state, as a later `up` records them. */
function withGuestMail(pair: RecordedPair): RecordedPair {
  const { resources } = pair.deployment["deployment"] as { readonly resources: readonly Value[] };
  const recorded = resources.map((resource) => {
    const outputs = resource["outputs"] as Value | undefined;
    const user = pair.up[tenantId]?.objects["users"]?.[jsonText(outputs?.["objectId"])];
    return user?.["mail"] == null ? resource : { ...resource, outputs: { ...outputs, mail: user["mail"] } };
  });
  return { ...pair, deployment: { ...pair.deployment, deployment: { resources: recorded } } };
}

/** With another project's name in each URN and mark. */
function inProject(pair: RecordedPair, project: string): RecordedPair {
  const text = JSON.stringify(pair).replace(
    new RegExp(`(?<=::)${projects[0]}(?=::|-${stack})|${projects[0]}(?=/${stack}#)`, "g"),
    project,
  );
  return { ...(JSON.parse(text) as RecordedPair), project };
}

/** Makes every pair with the engine. */
export async function recordPairs(
  checkout: string,
  { only, say }: { readonly only?: string | undefined; readonly say: (text: string) => void },
): Promise<void> {
  const pairs: RecordedPair[] = [];
  for (const customer of await customers()) {
    if (only !== undefined && customer.name !== only) continue;
    say(`${customer.name}…\n`);
    pairs.push(await recordPair(checkout, customer));
  }
  await writeFile(path.join(checkout, recorded), gzipSync(JSON.stringify(pairs), { level: 9 }));
}

async function recordPair(checkout: string, customer: FaultCustomer): Promise<RecordedPair> {
  const project = await newProject(checkout, customer, { sharedRuntime: true });
  try {
    const untouched = contents(project);
    if (customer.name === ("adopted" as string)) inviteBefore(project);
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
    const deployed = contents(project);
    const { stdout } = await project.pulumi(["stack", "export", "--stack", stack]);
    await project.succeed(["destroy", "--stack", stack, "--yes", "--skip-preview", "--refresh"]);
    const ended = contents(project);
    const between = (from: typeof untouched, to: typeof untouched) =>
      Object.fromEntries([tenantId, msspTenantId].map((id) => [id, changes(from[id], to[id])]));
    return {
      name: customer.name,
      project: projects[0],
      settings: customer.settings,
      deployment: readable(JSON.parse(stdout) as { deployment: { resources: Value[] } }),
      up: between(untouched, deployed),
      destroy: between(deployed, ended),
    };
  } finally {
    await project.dispose();
  }
}

/** A guest of the MSSP's whom the customer invited before the stack, in a group of the customer's. */
function inviteBefore({ sandbox: { cloud } }: SandboxProject): void {
  const tenant = cloud.tenant(tenantId);
  const [administrator] = tenant.objects("users").values();
  const id = "c0570500-0000-4000-8000-00000000a0a0";
  const mail = "ana.silva@fabrikam-security.example";
  tenant.objects("users").set(id, {
    ...administrator,
    id,
    creationType: "Invitation",
    displayName: "Ana Silva",
    externalUserState: "Accepted",
    mail,
    mailNickname: "ana.silva_fabrikam-security.example#EXT#",
    otherMails: [mail],
    userPrincipalName: `ana.silva_fabrikam-security.example#EXT#@${jsonText(administrator?.["userPrincipalName"]).split("@")[1] ?? ""}`,
    userType: "Guest",
  });
  cloud.changed(true);
}

/** The state without what the engine alone needs, and without components' outputs, which no command reads. */
function readable({ deployment }: { readonly deployment: { readonly resources: readonly Value[] } }): Value {
  const manifest = { time: "2026-11-01T00:00:00Z" };
  const resources = deployment.resources.map((resource) => {
    const isRead = resource["custom"] === true || resource["type"] === "pulumi:pulumi:Stack";
    const recorded = [
      "urn",
      "type",
      "id",
      "custom",
      "retainOnDelete",
      "created",
      ...(isRead ? ["inputs", "outputs"] : []),
    ];
    const entries = recorded.filter((key) => resource[key] !== undefined);
    return Object.fromEntries(entries.map((key) => [key, withoutInternals(resource[key])]));
  });
  return { version: 3, deployment: { manifest, resources } };
}

/** Without a dynamic provider's code, and what the bridge of a provider keeps. */
function withoutInternals(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith("__")));
}

function contents(project: SandboxProject): Readonly<Record<string, TenantContent>> {
  return readContents(dump(project.sandbox.cloud));
}

/** Of a dump. */
export function readContents(text: string): Readonly<Record<string, TenantContent>> {
  const tenants = JSON.parse(text) as Record<string, TenantContent>;
  return Object.fromEntries(
    Object.entries(tenants).map(([id, { objects, links }]) => [
      id,
      { objects: Object.fromEntries(Object.entries(objects).filter(([name]) => !unrecorded.test(name))), links },
    ]),
  );
}

const none: TenantContent = { objects: {}, links: {} };

export function changes(before: TenantContent = none, after: TenantContent = none): ContentChange {
  return { objects: changed(before.objects, after.objects), links: changed(before.links, after.links) };
}

function changed<Entry>(
  before: Readonly<Record<string, Readonly<Record<string, Entry>>>>,
  after: Readonly<Record<string, Readonly<Record<string, Entry>>>>,
): Record<string, Record<string, Entry | null>> {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const files = names.map((name) => {
    const [from, to] = [before[name] ?? {}, after[name] ?? {}];
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    const differing = keys.filter((key) => JSON.stringify(from[key]) !== JSON.stringify(to[key]));
    return [name, Object.fromEntries(differing.map((key) => [key, to[key] ?? null]))] as const;
  });
  return Object.fromEntries(files.filter(([, entries]) => Object.keys(entries).length > 0));
}
