/**
 * The settings of a new customer: from options, from another customer's file, from Entra, and from
 * a person.
 */
import type { NotChecked } from "@defender-mssp/errors/notChecked";
import { isUuid, type CloudName } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import { readProject, shownStackFile, stackFile, type Project } from "../../settings/project";
import { firstCustomer } from "../stack/customers";
import { exists } from "../base/exists";
import type { MsspApplications } from "../../settings";
import { parsedAnalyst, type GivenAnalyst } from "../base/parsedAnalyst";
import { askForSettings, contactFrom } from "./askForSettings";
import type { GivenSettings } from "./givenSettings";
import { lookUpTenant, type TenantLookup } from "./tenantLookup";

/** Whether Entra confirmed the domain's tenant. */
export type TenantCheck = "confirmed" | NotChecked;

export interface CustomerAnswers {
  readonly customerName: string;
  readonly customerDomain: string;
  readonly tenantId: string;
  readonly msspName: string;
  readonly msspTenantId: string;
  readonly cloud: string;
  readonly portalAccess: string;
  readonly analysts: readonly GivenAnalyst[];
  readonly msspContact?: { readonly email: string; readonly name?: string };
  readonly msspApplications?: MsspApplications;
  readonly tenantCheck: TenantCheck;
  /** Why it was not asked. */
  readonly notCheckedBecause?: string;
}

export interface CompleteOptions {
  readonly command: "new" | "adopt";
  /** Ask a person for what is missing. */
  readonly interactive: boolean;
  /** Ask Entra. */
  readonly check: boolean;
}

const notAsked: TenantLookup = { state: "notChecked", because: "--no-check" };

/**
 * All settings of the customer; undefined if the person cancelled.
 * @throws VisibleError if the file exists, a value is missing without a terminal, or the domain is
 * another tenant's.
 */
export async function complete(
  stack: string,
  given: GivenSettings,
  options: CompleteOptions,
  session: Session,
): Promise<CustomerAnswers | undefined> {
  const project = await readProject(session.folder);
  const file = stackFile(project, stack);
  if (await exists(file)) {
    throw new VisibleError(
      `${shownStackFile(project, stack)} exists already; nothing was changed. Edit it, or name another stack.`,
    );
  }
  const { msspApplications, ...other } = await ofAnotherCustomer(project);
  const clientId = msspApplications?.automation.id ?? session.environment["ARM_CLIENT_ID"];
  const applications = clientId !== undefined && isUuid(clientId) ? { clientId } : {};
  const fallback = { cloud: "public", portalAccess: "rbac", ...applications, ...other };
  const look = (domain: string, cloud: CloudName) =>
    options.check ? lookUpTenant(domain, cloud, session.environment) : Promise.resolve(notAsked);
  if (options.interactive) {
    const file = shownStackFile(project, stack);
    const asked = await askForSettings({ command: options.command, stack, file, given, fallback, look }, session);
    return asked && answersFrom(asked.settings, { fallback, lookup: asked.lookup, msspApplications });
  }
  const { customerDomain: domain } = given;
  const cloud = (given.cloud ?? fallback.cloud) as CloudName;
  const lookup = domain === undefined ? notAsked : await look(domain, cloud);
  requireAll({ ...fallback, ...withoutMissing(given) }, lookup);
  requireTenant(given, lookup);
  return answersFrom(given, { fallback, lookup, msspApplications });
}

interface Known {
  readonly fallback: GivenSettings;
  readonly lookup: TenantLookup;
  /** Those of another customer, with names and the preview's. */
  readonly msspApplications: MsspApplications | undefined;
}

function answersFrom(settings: GivenSettings, { fallback, lookup, msspApplications }: Known): CustomerAnswers {
  const values = { ...fallback, ...withoutMissing(settings) };
  const tenantId = lookup.state === "found" ? lookup.tenantId : (values.tenantId ?? "");
  const { customerName = "", customerDomain = "", msspName = "", msspTenantId = "", portalAccess = "" } = values;
  return {
    customerName,
    customerDomain,
    tenantId: tenantId.toLowerCase(),
    msspName,
    msspTenantId,
    cloud: settings.cloud ?? (lookup.state === "found" ? lookup.cloud : undefined) ?? fallback.cloud ?? "",
    ...(values.msspContact ? { msspContact: contactFrom(values.msspContact) } : {}),
    ...(values.clientId ? { msspApplications: namedApplications(values.clientId, msspApplications) } : {}),
    analysts: (values.analyst ?? []).map(parsedAnalyst),
    portalAccess,
    tenantCheck: lookup.state === "found" ? "confirmed" : "notChecked",
    ...(lookup.state === "found" ? {} : { notCheckedBecause: lookup.because }),
  };
}

function namedApplications(id: string, earlier: MsspApplications | undefined): MsspApplications {
  return earlier?.automation.id === id.toLowerCase() ? earlier : { automation: { id: id.toLowerCase() } };
}

/** The MSSP is the same for all customers. */
async function ofAnotherCustomer(
  project: Project,
): Promise<Pick<GivenSettings, "msspName" | "msspTenantId" | "msspContact"> & { msspApplications?: MsspApplications }> {
  const settings = await firstCustomer(project.folder);
  if (settings === undefined) return {};
  const { msspName, msspTenantId, msspContact: contact, msspApplications } = settings;
  const msspContact = contact && (contact.name === undefined ? contact.email : `${contact.name} <${contact.email}>`);
  return {
    msspName,
    msspTenantId,
    ...(msspContact && { msspContact }),
    ...(msspApplications && { msspApplications }),
  };
}

function requireTenant({ customerDomain = "", tenantId }: GivenSettings, lookup: TenantLookup): void {
  if (lookup.state === "unknown")
    throw new VisibleError(
      `${lookup.because}; nothing was written. Check the spelling of the domain. --no-check skips this check.`,
    );
  if (lookup.state !== "found" || tenantId === undefined || lookup.tenantId === tenantId.toLowerCase()) return;
  throw new VisibleError(
    `${customerDomain} belongs to the tenant ${lookup.tenantId}, not to ${tenantId}; nothing was written. ` +
      "Correct tenantId or customerDomain, or leave tenantId out.",
  );
}

const required = ["customerName", "customerDomain", "tenantId", "msspName", "msspTenantId", "analyst"] as const;

function requireAll(given: GivenSettings, lookup: TenantLookup): void {
  const isMissing = (key: keyof GivenSettings) =>
    given[key] === undefined && (key !== "tenantId" || lookup.state === "notChecked");
  const missing = required.filter(isMissing).map((key) => (key === "analyst" ? "analysts" : key));
  if (missing.length === 0) return;
  // Without a domain, the domain is missing as well.
  const reason = missing.includes("tenantId") && given.customerDomain !== undefined ? ` (${lookupReason(lookup)})` : "";
  throw new VisibleError(
    `Nothing was written: ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing${reason}. ` +
      "Pass it as --set <setting>=<value>. In a terminal, the command asks for what is missing.",
  );
}

function lookupReason(lookup: TenantLookup): string {
  return lookup.state === "found" ? "" : lookup.because;
}

function withoutMissing<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
