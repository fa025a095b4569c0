import type { NotificationRuleSettings } from "@defender-mssp/microsoft";
import type * as pulumi from "@pulumi/pulumi";
import { manualCalls, type DefenderCalls } from "../defenderCalls";
import { AlertNotificationRule } from "./alertNotificationRule";

/** A notification rule of the arguments, and the status of its resource. */
export interface DeclaredNotificationRule {
  readonly rule: NotificationRuleSettings;
  readonly status: pulumi.Output<"configured" | "manual">;
}

/** Declares each notification rule. The resource of a rule is named after the rule. */
export function declareNotificationRules(
  name: string,
  args: {
    readonly tenantId: pulumi.Input<string>;
    readonly notificationRules?: readonly NotificationRuleSettings[];
    readonly defenderCalls?: DefenderCalls;
  },
  opts: pulumi.CustomResourceOptions,
): readonly DeclaredNotificationRule[] {
  const { tenantId, notificationRules = [], defenderCalls = manualCalls } = args;
  return notificationRules.map((rule) => {
    const { severities, recipients, deviceGroups } = rule;
    const { status } = new AlertNotificationRule(
      `${name}-notification-${rule.name}`,
      {
        tenantId,
        ...rule,
        severities: [...severities],
        recipients: [...recipients],
        deviceGroups: deviceGroups && [...deviceGroups],
        ...defenderCalls,
      },
      opts,
    );
    return { rule, status };
  });
}
