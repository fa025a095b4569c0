import { withoutUndefined } from "@defender-mssp/microsoft";
import { EligibleMembers, type EligibleMembersArgs } from "./eligibleMembers";
import type { ModelContext } from "./modelContext";
import type { MsspSecurityGroup } from "./msspSecurityGroup";

export interface EligibleAnalysts extends Pick<EligibleMembersArgs, "approvers" | "approverGroups"> {
  readonly group: MsspSecurityGroup;
  /** E-mail addresses of the analysts. */
  readonly emails: readonly string[];
  /** Hours after which an activation ends. */
  readonly hours: number;
}

/**
 * Declares `<name>-eligible`: analysts who may activate their membership of a group.
 * @param name of the group.
 */
export function eligibleAnalysts(
  name: string,
  { args, model, parent }: ModelContext,
  { group, emails, hours, ...approvers }: EligibleAnalysts,
): EligibleMembers {
  const analysts = args.analysts.filter(({ email }) => emails.includes(email));
  return new EligibleMembers(
    `${name}-eligible`,
    {
      tenantId: args.tenantId,
      groupId: group.objectId,
      maximumActivation: `PT${hours}H`,
      members: analysts.map(({ objectId, accessEndsOn }) => withoutUndefined({ objectId, accessEndsOn })),
      ...approvers,
      portalAccess: model.model,
    },
    // The group's deletion ends every eligibility; Entra refuses to remove a new one.
    { parent, deletedWith: group.nodes.group },
  );
}

/** Microsoft, "Activate your group membership or ownership in Privileged Identity Management". */
export const activateMembership =
  "Each analyst activates the membership before work: in the Entra admin center, in the customer's directory, Identity Governance > " +
  "Privileged Identity Management > My roles > Groups > Activate. Until then the Defender portal shows nothing.";
