/** The delegated permissions that each step needs, for the sign-in, the help and the documents. */
import type { GovernanceSettings } from "../../../settings/governance";

export type Side = "mssp" | "customer";

export const sideNames: Readonly<Record<Side, string>> = {
  mssp: "the MSSP's tenant",
  customer: "the customer's tenant",
};

const governance = (what: string, use: "Read" | "ReadWrite") => `TenantGovernance-${what}.${use}.All`;

const reading = ["Relationship", "Request", "Invitation"].map((what) => governance(what, "Read"));

export function statusScopes(): readonly string[] {
  return reading;
}

export function inviteScopes(): readonly string[] {
  return [governance("Invitation", "ReadWrite"), governance("Request", "Read"), governance("Relationship", "Read")];
}

/** The groups are checked, and the connector's service principal is looked up. */
export function requestScopes({ provisionConnector }: GovernanceSettings): readonly string[] {
  return [
    governance("Setting", "ReadWrite"),
    governance("PolicyTemplate", "ReadWrite"),
    governance("Request", "ReadWrite"),
    governance("Invitation", "Read"),
    governance("Relationship", "Read"),
    "Group.Read.All",
    ...(provisionConnector ? ["Application.Read.All"] : []),
  ];
}

export function acceptScopes(): readonly string[] {
  return [governance("Request", "ReadWrite"), governance("Relationship", "Read")];
}

/** The MSSP also deletes its template, when the relationship has ended. */
export function terminateScopes(side: Side): readonly string[] {
  const relationship = governance("Relationship", "ReadWrite");
  return side === "customer" ? [relationship] : [relationship, governance("PolicyTemplate", "ReadWrite")];
}
