import {
  manualNotificationRuleSteps,
  manualSiemAuthorizationSteps,
  portalUrl,
  type CloudName,
  type CrossTenantTrust,
} from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import type { GuestUser } from "./guests/guestUser";
import { trustSteps } from "./trust/msspTrust";
import type { DeclaredNotificationRule } from "./notifications/notificationRules";

/** An analyst's user in the customer's tenant. */
export interface AnalystGuest {
  readonly email: string;
  readonly guest: Pick<GuestUser, "adopted" | "adoptedUser" | "objectId">;
}

export interface DeclaredOnboarding {
  readonly tenantId: pulumi.Input<string>;
  readonly msspTenantId: pulumi.Input<string>;
  /** @default "public" */
  readonly cloud?: CloudName;
  /** Application (client) ID of the SIEM connector. */
  readonly applicationId: pulumi.Input<string>;
  readonly guests: readonly AnalystGuest[];
  readonly portalAccessSteps: pulumi.Output<string[]>;
  readonly crossTenantTrust?: CrossTenantTrust;
  readonly notificationRules: readonly DeclaredNotificationRule[];
  readonly siemAuthorization?: pulumi.Output<"authorized" | "manual">;
  readonly connectorSteps?: readonly pulumi.Output<string>[];
}

/** The manual steps after an onboarding, one sentence each, in their order. */
export function nextSteps(state: DeclaredOnboarding): pulumi.Output<string[]> {
  const { tenantId, msspTenantId, cloud = "public", applicationId, siemAuthorization } = state;
  const rules = state.notificationRules.map(({ rule, status }) => status.apply((value) => ({ rule, status: value })));
  return pulumi
    .all([
      pulumi.all([tenantId, msspTenantId, applicationId]),
      pulumi.all(state.guests.map(settledGuest)),
      state.portalAccessSteps,
      pulumi.all(rules),
      pulumi.output(siemAuthorization),
      pulumi.all([...(state.connectorSteps ?? [])]),
    ])
    .apply(([[tenant, mssp, application], guests, portalAccessSteps, declaredRules, authorization, connectorSteps]) => [
      ...connectorSteps,
      ...(guests.some(({ adopted }) => !adopted) ? [acceptInvitation(portalUrl(cloud, tenant))] : []),
      ...guests.filter(({ adopted }) => adopted).map(checkAdopted),
      ...portalAccessSteps,
      ...trustSteps(state.crossTenantTrust, mssp),
      ...declaredRules
        .filter(({ status }) => status === "manual")
        .flatMap(({ rule }) => manualNotificationRuleSteps({ tenantId: tenant, ...rule }, cloud)),
      ...(authorization === "manual"
        ? manualSiemAuthorizationSteps({ tenantId: tenant, applicationId: application, msspTenantId: mssp }, cloud)
        : []),
    ]);
}

interface SettledGuest {
  readonly email: string;
  readonly adopted: boolean;
  readonly adoptedUser: string | undefined;
  readonly objectId: string;
}

function settledGuest({ email, guest }: AnalystGuest): pulumi.Output<SettledGuest> {
  const { adopted, adoptedUser, objectId } = guest;
  return pulumi.output({ email, adopted, adoptedUser, objectId });
}

function checkAdopted({ email, adoptedUser, objectId }: SettledGuest): string {
  return (
    `Check that the existing ${adoptedUser ?? "user"} (object ID ${objectId}) is the analyst ${email}: ` +
    "this user has the analyst's access, and `pulumi destroy` keeps it."
  );
}

function acceptInvitation(portal: string): string {
  return `Each invited analyst accepts the invitation in the e-mail, and then signs in to the Defender portal: ${portal}`;
}
