/**
 * Whether a relationship between a stack's two tenants grants something, for the commands that check
 * the customer's tenant as an application. Many applications may not read it: that is an answer, too.
 */
import { unread, type Unread } from "@defender-mssp/errors/notChecked";
import { ServiceError, type GovernanceRelationship, type GraphCall } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Settings } from "../../../settings";
import { oneLook, seenInAny, type Rereads } from "../../tenant/rereads";
import { day, portalSteps, governanceOf } from "./state";

/** The application permission that suffices to see a relationship. */
const relationshipPermission = "TenantGovernance-Relationship.Read.All";

export type GovernanceLook =
  /** None grants anything; one that has ended is none. */
  | { readonly state: "none" }
  /** Active, or the MSSP has asked to end it and the customer has not confirmed. */
  | { readonly state: "grants"; readonly relationship: GovernanceRelationship }
  | Unread;

/** An identity in one of a stack's two tenants. */
interface SignedIn {
  readonly settings: Pick<Settings, "tenantId" | "msspTenantId">;
  readonly call: GraphCall;
}

/**
 * @param signIn its errors for people are reasons not to have checked.
 * @param rereads a relationship that any look shows is there
 */
export async function lookAtGovernance(
  signIn: () => Promise<SignedIn>,
  rereads: Rereads = oneLook,
): Promise<GovernanceLook> {
  try {
    const { settings, call } = await signIn();
    const relationship = await seenInAny(rereads, () => governanceOf(call, settings).current());
    return relationship === undefined ? { state: "none" } : { state: "grants", relationship };
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    if (isDenied(error)) return unread(`not permitted: requires ${relationshipPermission}`);
    return unread(`not checked: ${error.message.replace(/\s*\n\s*/g, " ")}`);
  }
}

/** A sign-in that was refused says nothing of the permission. */
function isDenied(error: VisibleError): boolean {
  return (
    error instanceof ServiceError &&
    (error.status === 401 || error.status === 403) &&
    error.url.includes("/tenantGovernance/")
  );
}

/** The relationship, in one clause. */
export function relationshipText({ status, creationDateTime }: GovernanceRelationship): string {
  return status === "active"
    ? `a governance relationship has been active since ${day(creationDateTime)}`
    : "the MSSP has asked to end the governance relationship, which grants access until the customer confirms";
}

/** How the customer ends the relationship. */
export function endStep(stack: string): string {
  return (
    `An administrator of the customer runs \`npx mssp governance terminate --stack ${stack} --as customer --client-id <ID>\`, ` +
    `or uses the Entra admin center: ${portalSteps.terminate}.`
  );
}

/** How a person sees what the application may not. */
export function lookStep(stack: string): string {
  return (
    `Run \`npx mssp governance status --stack ${stack} --as customer --client-id <ID>\`, ` +
    "or look in the customer's Entra admin center: Tenant governance > Governing tenants."
  );
}
