/** Values of a state's resources: as the provider answered, else as they were asked for. */
import { lastSegment, unknownValue } from "@defender-mssp/microsoft";
import { membersOf, type DeclaredMember } from "../../tenant/deployed";
import type { ReportResource } from "./readState";

/** Empty for a value that is no text, or that only `up` will know. */
export function text({ inputs, outputs }: ReportResource, name: string): string {
  const value = outputs[name] ?? inputs[name];
  return typeof value === "string" && value !== unknownValue ? value : "";
}

export function texts({ inputs, outputs }: ReportResource, name: string): string[] {
  const value = outputs[name] ?? inputs[name];
  return (Array.isArray(value) ? (value as unknown[]) : []).filter(
    (item): item is string => typeof item === "string" && item !== unknownValue,
  );
}

export function isOn({ inputs, outputs }: ReportResource, name: string): boolean {
  return (outputs[name] ?? inputs[name]) === true;
}

/** The resource with this ID, whatever path its provider puts before it; undefined before `up`. */
export function resourceWithId(id: string, resources: readonly ReportResource[]): ReportResource | undefined {
  return id === "" ? undefined : resources.find((resource) => lastSegment(resource.id) === lastSegment(id));
}

/** The eligible memberships of a group. */
export function groupEligibility(
  group: ReportResource,
  resources: readonly ReportResource[],
): ReportResource | undefined {
  return resources.find(
    ({ kind, inputs }) => kind === "eligibility" && group.id !== "" && inputs["groupId"] === lastSegment(group.id),
  );
}

export function eligibleMembers({ inputs, outputs }: ReportResource): DeclaredMember[] {
  return membersOf(outputs["members"] ?? inputs["members"]);
}

/** Such as "active for up to 4 hours after an approval". */
export function activationText(eligibility: ReportResource): string {
  const hours = /^PT(\d+)H$/.exec(text(eligibility, "maximumActivation"))?.[1];
  const isApproved = [...texts(eligibility, "approvers"), ...texts(eligibility, "approverGroups")].length > 0;
  const duration = hours === undefined ? text(eligibility, "maximumActivation") : `${hours} hours`;
  return `active for up to ${duration}${isApproved ? " after an approval" : ""}`;
}
