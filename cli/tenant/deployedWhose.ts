/**
 * Whose people and tenants a look searches for: what the state says, with the settings of today and those of every
 * deployed version. Today's file can only add, so that nobody hides a guest or an application by changing it.
 */
import { listOf, recordOf, textOf } from "@defender-mssp/errors/json";
import type { Settings } from "../../settings";
import { guest } from "../../domain/kinds/people";
import { judgedType } from "../../domain/resourceTypes";
import { stateMsspTenants, type TenantedResource } from "../../domain/stateTenants";
import { allEntries, type Deployment } from "../stack/deployment";
import { readDeployedHistory } from "../stack/history";
import type { PulumiOptions } from "../stack/pulumi";

/** IDs and domains in lower case. */
export interface DeployedWhose {
  /** Domains of the MSSP's people: of the state's guests, and those that any deployed version of the settings named. */
  readonly domains: readonly string[];
  /** Tenants of the MSSP that the state names. */
  readonly stateTenants: readonly string[];
  /** Tenants of the MSSP that any deployed version of the settings named. */
  readonly earlierTenants: readonly string[];
}

/** Settings for a look at the tenant. `msspTenantId` is the state's, where it names one. */
export type SettingsWithWhose<Given = Settings> = Given & { readonly furtherMsspTenantIds?: readonly string[] };

/** @throws VisibleError where the stack's history can't be read */
export async function deployedWhose(deployment: Deployment, options: PulumiOptions): Promise<DeployedWhose> {
  return whoseIn(allEntries(deployment), (await readDeployedHistory(deployment.stack, options)).configurations);
}

/** @param configurations the settings of each deployed version, by their names. */
export function whoseIn(
  entries: readonly Omit<TenantedResource, "urn">[],
  configurations: readonly Readonly<Record<string, unknown>>[] = [],
): DeployedWhose {
  const guests = entries.filter(({ type }) => guest.types.includes(judgedType(type))).map(({ inputs }) => inputs);
  return {
    domains: unique([...configurations, { analysts: guests }].flatMap(domainsIn)),
    stateTenants: stateMsspTenants(entries),
    earlierTenants: unique(configurations.map(({ msspTenantId }) => textOf(msspTenantId))),
  };
}

/** Both, each once. */
export function joinedWhose(before: DeployedWhose, now: DeployedWhose): DeployedWhose {
  return {
    domains: unique([...before.domains, ...now.domains]),
    stateTenants: unique([...before.stateTenants, ...now.stateTenants]),
    earlierTenants: unique([...before.earlierTenants, ...now.earlierTenants]),
  };
}

/** The domains of the MSSP's people in settings: those that the settings allow, the identity source's, and those of the analysts. */
export function domainsIn({
  analysts,
  analystDomains,
  identitySource,
}: Readonly<Record<string, unknown>>): readonly string[] {
  const ofAnalysts = listOf(analysts).map((analyst) => textOf(recordOf(analyst)["email"]).split("@").at(-1) ?? "");
  return unique([...listOf(analystDomains).map(textOf), textOf(recordOf(identitySource)["domain"]), ...ofAnalysts]);
}

type WhoseSettings = Pick<Settings, "msspTenantId"> & { readonly analystDomains?: readonly string[] };

/** Settings for a look that searches for all of them. */
export function withWhose<Given extends WhoseSettings>(
  settings: Given,
  { domains, stateTenants, earlierTenants }: DeployedWhose,
): SettingsWithWhose<Given> & { readonly analystDomains: readonly string[] } {
  const tenants = unique([...stateTenants, settings.msspTenantId, ...earlierTenants]);
  const [msspTenantId = settings.msspTenantId, ...furtherMsspTenantIds] = tenants;
  const analystDomains = unique([...(settings.analystDomains ?? []), ...domains]);
  return { ...settings, analystDomains, msspTenantId, furtherMsspTenantIds };
}

/** A sentence where state and settings name different tenants of the MSSP; undefined where they agree. */
export function otherMsspTenant(
  { msspTenantId }: Pick<Settings, "msspTenantId">,
  { stateTenants }: Pick<DeployedWhose, "stateTenants">,
): string | undefined {
  if (stateTenants.length === 0 || stateTenants.includes(msspTenantId.toLowerCase())) return undefined;
  return `The MSSP's tenant is ${stateTenants.join(" and ")} by the state, and ${msspTenantId} by the settings: both are searched for`;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts.filter((text) => text !== "").map((text) => text.toLowerCase()))];
}
