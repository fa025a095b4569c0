/** Shared by the resource and the function for users. */
import { type ResourceProperties, boolean, list, set, string } from "../schema/property";
import type { GraphOperation } from "./graph";

/** Properties that only the service sets. */
export const userComputed: ResourceProperties = {
  creationType: string("computed", { graph: "creationType" }),
  externalUserState: string("computed", { graph: "externalUserState" }),
  imAddresses: list("computed", { graph: "imAddresses" }),
  objectId: string("computed", { graph: "id" }),
  onpremisesDistinguishedName: string("computed", { graph: "onPremisesDistinguishedName" }),
  onpremisesDomainName: string("computed", { graph: "onPremisesDomainName" }),
  onpremisesSamAccountName: string("computed", { graph: "onPremisesSamAccountName" }),
  onpremisesSecurityIdentifier: string("computed", { graph: "onPremisesSecurityIdentifier" }),
  onpremisesSyncEnabled: boolean("computed", { graph: "onPremisesSyncEnabled" }),
  onpremisesUserPrincipalName: string("computed", { graph: "onPremisesUserPrincipalName" }),
  proxyAddresses: list("computed", { graph: "proxyAddresses" }),
  userType: string("computed", { graph: "userType" }),
};

/** Properties without rules. */
export function userPlain(usage: "optional" | "computed"): ResourceProperties {
  const plain = (graph: string) => string(usage, { graph });
  return {
    city: plain("city"),
    companyName: plain("companyName"),
    costCenter: plain("employeeOrgData.costCenter"),
    country: plain("country"),
    department: plain("department"),
    division: plain("employeeOrgData.division"),
    faxNumber: plain("faxNumber"),
    givenName: plain("givenName"),
    jobTitle: plain("jobTitle"),
    mobilePhone: plain("mobilePhone"),
    officeLocation: plain("officeLocation"),
    otherMails: set(usage, { graph: "otherMails" }),
    postalCode: plain("postalCode"),
    state: plain("state"),
    streetAddress: plain("streetAddress"),
    surname: plain("surname"),
    usageLocation: plain("usageLocation"),
  };
}

/** The manager's object ID; empty where a user has none, which Graph answers with 404. */
export async function managerId(call: GraphOperation, user: string): Promise<string> {
  return (await call.find(`/users/${user}/manager`))?.id ?? "";
}
