import type * as pulumi from "@pulumi/pulumi";
import { hasAccess, membershipsOfAll } from "../../domain/memberships";
import { analystsGroup } from "./analystsGroup";
import { DirectoryRoleAccess } from "./directoryRoleAccess";
import { activateMembership, eligibleAnalysts } from "./eligibleAnalysts";
import { objectIds, type GivenAccess, type ModelContext } from "./modelContext";
import type { MsspSecurityGroup } from "./msspSecurityGroup";
import type { BasicChoice } from "./portalAccessArgs";

/** Model `basic`: a directory role for the group of all analysts, or for each guest. */
export function basicAccess(context: ModelContext<BasicChoice>): GivenAccess {
  const { name, args, access, model, dates } = context;
  const { activation } = access;
  const emails = membershipsOfAll(args.analysts, dates);
  const group = analystsGroup(context, {
    members: activation === undefined ? objectIds(args.analysts, emails) : undefined,
    assignableToRole: access.assignTo === "group" ? true : undefined,
    // Back from just-in-time access nobody becomes a member before the eligibilities are gone.
    dependsOn: [model],
  });
  if (group !== undefined && activation !== undefined) {
    eligibleAnalysts(`${name}-analysts`, context, { group, emails, hours: activation.hours });
  }
  directoryRole(context, group);
  return { group, nextSteps: activation === undefined ? [] : [activateMembership] };
}

function directoryRole(
  { name, args, access, model, parent, dates }: ModelContext<BasicChoice>,
  group: MsspSecurityGroup | undefined,
): void {
  const analysts = args.analysts.filter((analyst) => hasAccess(analyst, dates));
  const guests = Object.fromEntries(analysts.map(({ email, objectId }) => [email, objectId]));
  const groups: Record<string, pulumi.Input<string>> = group === undefined ? {} : { group: group.objectId };
  new DirectoryRoleAccess(
    `${name}-role`,
    {
      role: access.role,
      principals: access.assignTo === "group" ? groups : guests,
      directoryScope: model.directoryScope,
    },
    { parent },
  );
}
