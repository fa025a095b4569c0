import {
  manualNotificationRuleSteps,
  manualSiemAuthorizationSteps,
  portalUrl,
  type CloudName,
  type NotificationRuleSettings,
} from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";

/** A notification rule of the arguments, and the status of its resource. */
export interface DeclaredNotificationRule {
  readonly rule: NotificationRuleSettings;
  readonly status: pulumi.Output<"configured" | "manual">;
}

export interface OnboardingState {
  readonly tenantId: pulumi.Input<string>;
  readonly msspTenantId: pulumi.Input<string>;
  /** @default "public" */
  readonly cloud?: CloudName;
  /** Application (client) ID of the SIEM connector. */
  readonly applicationId: pulumi.Input<string>;
  /** For each analyst: whether the user existed in the tenant before this stack. */
  readonly adoptions: readonly pulumi.Output<boolean>[];
  readonly portalAccessSteps: pulumi.Output<string[]>;
  readonly notificationRules: readonly DeclaredNotificationRule[];
  readonly siemAuthorization?: pulumi.Output<"authorized" | "manual">;
}

/** What an onboarding leaves to people, one sentence each, in the order in which it is done. */
export function nextSteps(state: OnboardingState): pulumi.Output<string[]> {
  const { tenantId, msspTenantId, cloud = "public", applicationId, siemAuthorization } = state;
  const rules = state.notificationRules.map(({ rule, status }) => status.apply((value) => ({ rule, status: value })));
  return pulumi
    .all([
      pulumi.all([tenantId, msspTenantId, applicationId]),
      pulumi.all([...state.adoptions]),
      state.portalAccessSteps,
      pulumi.all(rules),
      pulumi.output(siemAuthorization),
    ])
    .apply(([[tenant, mssp, application], adoptions, portalAccessSteps, declaredRules, authorization]) => [
      ...(adoptions.some((adopted) => !adopted) ? [acceptInvitation(portalUrl(cloud, tenant))] : []),
      ...portalAccessSteps,
      ...declaredRules
        .filter(({ status }) => status === "manual")
        .flatMap(({ rule }) => manualNotificationRuleSteps({ tenantId: tenant, ...rule }, cloud)),
      ...(authorization === "manual"
        ? manualSiemAuthorizationSteps({ tenantId: tenant, applicationId: application, msspTenantId: mssp }, cloud)
        : []),
    ]);
}

function acceptInvitation(portal: string): string {
  return `Each invited analyst accepts the invitation in the e-mail, and then signs in to the Defender portal: ${portal}`;
}
