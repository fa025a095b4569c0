/** What needs attention, the most urgent first. */
import { effectiveActions, tierPermissions, type Ending } from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import { counted } from "../../base/counted";
import { joinersIn, leaverSentence, leaversIn, revokeStep } from "../../stack/leavers";
import type { ReportState } from "../state/readState";
import { daysLeft, daysOfWarning, endText, type ReportEnd } from "../ends/ends";
import { governanceAttention } from "./governance";
import type { LiveFindings } from "./live";
import type { Attention } from "./model";
import { retirementAttention } from "./reportRetirements";

export interface AttentionSources {
  readonly stack: string;
  readonly settings: Settings;
  readonly ends: readonly ReportEnd[];
  readonly retirements: readonly Ending[];
  readonly nextSteps: readonly string[];
  /** Absent where nothing of the state was read. */
  readonly state?: ReportState;
  /** Where a person consents, if the state has no consent. */
  readonly consentToGive?: string;
  readonly live?: LiveFindings;
  readonly now: Date;
}

const order = ["failed", "warning", "notChecked"] as const;

export function attentionOf(sources: AttentionSources): Attention[] {
  const { stack, live, settings, state, retirements, now } = sources;
  const all = [
    ...(state === undefined ? [] : [...interruptedRun(stack, state), ...people(stack, settings, state)]),
    ...endings(sources),
    ...(live === undefined ? [] : liveAttention(live)),
    ...governanceAttention(stack, settings, live?.governance),
    ...leastPrivilege(settings),
    ...retirementAttention(retirements, settings, now),
    ...manualSteps(sources),
    ...consentOfPerson(sources),
  ];
  return all.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

function interruptedRun(stack: string, { interrupted }: ReportState): Attention[] {
  if (interrupted === 0) return [];
  return [
    {
      state: "failed",
      topic: "state",
      title: `The last run was interrupted: the outcome of ${counted(interrupted, "operation")} is unknown`,
      remedy: `npx pulumi up --refresh --stack ${stack}`,
    },
  ];
}

/** People who have left the settings and not the tenant, and those whom `up` is yet to invite. */
function people(stack: string, settings: Settings, { guests }: ReportState): Attention[] {
  const joiners = joinersIn(guests, settings);
  const next = `npx mssp fleet up --stack ${stack}`;
  const due = `\`up\` is due: the settings name ${joiners.join(", ")}, not yet invited`;
  return [
    ...leaversIn(guests, settings).map((leaver) => ({
      state: "failed" as const,
      topic: "leaver" as const,
      title: `${leaverSentence(leaver, stack)}: the settings no longer name ${leaver.email}`,
      remedy: `${next}; if it is urgent, ${revokeStep}`,
    })),
    ...(joiners.length === 0 ? [] : [{ state: "warning", topic: "joiner", title: due, remedy: next } as const]),
  ];
}

function endings({ ends, now }: AttentionSources): Attention[] {
  return ends.flatMap(({ what, until, remedy }): Attention[] => {
    if (until === undefined) return [];
    const days = daysLeft(until, now);
    if (days > daysOfWarning) return [];
    const state = Date.parse(until) <= now.getTime() ? "failed" : "warning";
    return [{ state, topic: "ends", title: endText(what, until, now), remedy }];
  });
}

/** Outputs say what a person does, never whether it has been done. */
function manualSteps({ nextSteps, live }: AttentionSources): Attention[] {
  return nextSteps
    .filter((step) => live?.pendingInvitations === undefined || !step.startsWith("Each invited analyst accepts"))
    .map((step) => ({
      state: "notChecked",
      topic: "manualSteps",
      title: step,
      remedy: "No API shows whether this has been done. npx mssp verify proves the SIEM's steps by use",
    }));
}

/** By the settings: what reaches further than Microsoft's document or this program's defaults. */
function leastPrivilege({ portalAccess }: Settings): Attention[] {
  const found: Omit<Attention, "state" | "topic">[] = [];
  if (portalAccess.model === "basic") {
    found.push({
      title: `The directory role ${portalAccess.role} reaches more of the tenant than Microsoft Defender`,
      remedy: "portalAccess.model: rbac gives roles in Defender only",
    });
    if (portalAccess.assignTo === "guests")
      found.push({
        title: "The directory role is assigned to each guest, not to a group",
        remedy: "portalAccess.assignTo: group, where the tenant has Microsoft Entra ID P1",
      });
  } else if (portalAccess.model === "governance") {
    for (const role of new Set(portalAccess.groups.flatMap(({ roles }) => roles)))
      found.push({
        title: `The directory role ${role} reaches more of the tenant than Microsoft Defender`,
        remedy: "portalAccess.groups: the least role for each group, or portalAccess.model: rbac",
      });
  } else {
    for (const tier of ["tier1", "tier2", "approvers"] as const) {
      const { name, permissions } = portalAccess.tiers[tier];
      const usual = tierPermissions[tier];
      const more = effectiveActions(permissions ?? []).filter(
        (one) => effectiveActions([...usual, one]).includes(one) && !usual.includes(one),
      );
      if (more.length > 0)
        found.push({
          title: `${name} may do more than the tier's default: ${more.join(", ")}`,
          remedy: `Remove them from portalAccess.tiers.${tier}.permissions if the tier does not need them`,
        });
    }
  }
  return found.map((one) => ({ state: "warning", topic: "leastPrivilege", ...one }));
}

/** The state has no consent that a person gives by a link. */
function consentOfPerson({ consentToGive }: AttentionSources): Attention[] {
  if (consentToGive === undefined) return [];
  return [
    {
      state: "notChecked",
      topic: "consent",
      title: "Whether the customer's administrator has consented to the MSSP's application is not in the state",
      remedy: `npx mssp verify shows it. The link: ${consentToGive}`,
    },
  ];
}

function liveAttention({ parts, missing, pendingInvitations, missingConsents, notChecked }: LiveFindings): Attention[] {
  const drift = { state: "failed", topic: "drift" } as const;
  return [
    ...missing.map((what) => ({
      ...drift,
      title: `${what} is missing in the tenant`,
      remedy: "npx pulumi up --refresh creates it again; change the settings if it was removed on purpose",
    })),
    ...parts
      .flatMap(({ additions }) => additions)
      .map(({ what, to, step }) => ({ ...drift, title: `Added in the tenant: ${what}, on ${to}`, remedy: step })),
    ...(pendingInvitations ?? []).map((email) => ({
      state: "warning" as const,
      topic: "invitations" as const,
      title: `${email} has not accepted the invitation`,
      remedy: "The person accepts it in the e-mail; ask whether it has arrived",
    })),
    ...missingConsents.map((name) => ({
      state: "failed" as const,
      topic: "consent" as const,
      title: `The tenant has no consent to ${name}`,
      remedy: "npx pulumi up --refresh",
    })),
    ...notChecked.map(({ what, reason }) => ({
      state: "notChecked" as const,
      topic: "notChecked" as const,
      title: `Not compared with the tenant: ${what}`,
      remedy: reason,
    })),
    ...parts
      .filter(({ state, reason }) => state === "notChecked" && !reason.startsWith("not applicable"))
      .map(({ name, reason }) => ({
        state: "notChecked" as const,
        topic: "notChecked" as const,
        title: `Not compared with the tenant: ${name}`,
        remedy: reason,
      })),
  ];
}
