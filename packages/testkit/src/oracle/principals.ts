/** Who in a tenant is a person or an application of another one. */
import { textOf, textsOf } from "@defender-mssp/errors/json";
import type { StoredObject, Tenant } from "@defender-mssp/sandbox/internals";
import type { ChainObject } from "./chain";
import { all, inner, named } from "./stored";

/**
 * Whose each actor is, by object ID, as whoever made it knows. The oracle asks this of no property: the commands that it
 * judges can only ask properties.
 */
export interface ActorRegister {
  /** The MSSP's users, applications and service principals. */
  readonly principals: ReadonlySet<string>;
  /** Groups of the MSSP's own tenant, which an Azure role can name. */
  readonly foreignGroups: ReadonlySet<string>;
  /** Federated credentials for tokens of the MSSP's tenant. */
  readonly credentials: ReadonlySet<string>;
}

export interface OracleTenants {
  readonly whose: ActorRegister;
  /** The tenant that the chains lead into. */
  readonly customer: Tenant;
  /** The tenant whose people and applications they begin with. */
  readonly mssp: Tenant;
  readonly now: Date;
}

/** All addresses of a user; an invited one's stands in the principal name, too: `ana_fabrikam.example#EXT#@…`. */
export function userAddresses(user: StoredObject): string[] {
  const name = textOf(user["userPrincipalName"]);
  const spelled = name.includes("#EXT#") ? (name.split("#EXT#")[0] ?? "").replace(/_([^_]*)$/, "@$1") : name;
  return [textOf(user["mail"]), ...textsOf(user["otherMails"]), spelled]
    .filter((address) => address !== "")
    .map((address) => address.toLowerCase());
}

/** Whether an address is of a verified domain of the tenant, or of a domain below one. */
export function isMsspAddress({ mssp }: Pick<OracleTenants, "mssp">, address: string): boolean {
  const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
  return [...mssp.objects("domains").keys()].some((name) => domain === name || domain.endsWith(`.${name}`));
}

/** People of the MSSP who have an account in the customer's tenant: guests and members. */
export function msspPeople({ customer, whose }: OracleTenants): StoredObject[] {
  return all(customer, "users").filter(({ id }) => whose.principals.has(id));
}

export function msspApplications({ customer, whose }: OracleTenants): StoredObject[] {
  return all(customer, "servicePrincipals").filter(({ id }) => whose.principals.has(id));
}

/** Whether the MSSP's own tenant has the application and its credentials. */
export function isMsspApplication(mssp: Tenant, principal: StoredObject): boolean {
  return textOf(principal["appOwnerOrganizationId"]).toLowerCase() === mssp.id;
}

export function isEnabled(object: StoredObject): boolean {
  return object["accountEnabled"] !== false;
}

/** Everybody of the MSSP who can sign in to the customer's tenant. */
export function msspPrincipals(tenants: OracleTenants): ChainObject[] {
  return [
    ...msspPeople(tenants)
      .filter(isEnabled)
      .map((user) => ({ ...named("users", user), name: userAddresses(user)[0] ?? user.id })),
    ...msspApplications(tenants)
      .filter(isEnabled)
      .map((principal) => named("servicePrincipals", principal)),
  ];
}

/** The MSSP's tenant itself, for what names it and no person. */
export function tenantItself({ mssp }: OracleTenants): ChainObject {
  return named("tenants", mssp.objects("organization").get(mssp.id), mssp.id);
}

/** Whether a stored reference names the MSSP's tenant, or a domain of its people. */
export function namesMssp(tenants: OracleTenants, value: StoredObject[string] | undefined): boolean {
  const { mssp } = tenants;
  const tenantId = textOf(inner(value, "tenantId")).toLowerCase();
  const domain = textOf(inner(value, "domainName")).toLowerCase();
  return tenantId === mssp.id || (domain !== "" && isMsspAddress(tenants, `x@${domain}`));
}
