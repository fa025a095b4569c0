/**
 * Previews with a refresh, read twice: the tenant answers from replicas, so that a difference is
 * drift where two reads apart agree, and an object that one read does not show may be there.
 */
import { isRecentWrite, waits } from "@defender-mssp/microsoft";
import { parseUrn } from "../../domain/urn";
import type { Deployment } from "./deployment";
import type { FleetCommand } from "./outcome";
import type { Change, Dropped, StackPreview } from "./stackPreview";

/** Between two reads. In milliseconds. */
export const betweenReads = waits.drift.pause;

/** Whether a further read may show something else. */
export function needsAnotherRead({ failed, changes, dropped = [] }: StackPreview): boolean {
  return !failed && (changes.length > 0 || dropped.length > 0);
}

/** What both say. A change that only one of them shows is `changing`; additions are those of the first. */
export function agreedPreview(first: StackPreview, second: StackPreview): StackPreview {
  if (second.failed) return second;
  const texts = new Set(first.changes.map((change) => JSON.stringify(change)));
  const changes = second.changes.filter((change) => texts.has(JSON.stringify(change)));
  const agreed = new Set(changes.map(nameOf));
  const others = [...first.changes, ...second.changes].filter((change) => !agreed.has(nameOf(change)));
  const changing = [
    ...new Map([...(first.changing ?? []), ...others].map((change) => [nameOf(change), change])).values(),
  ];
  const dropped = (second.dropped ?? []).filter(({ urn }) => first.dropped?.some((object) => object.urn === urn));
  return {
    ...second,
    changes,
    additions: first.additions,
    ...(changing.length === 0 ? {} : { changing }),
    dropped: dropped.length === 0 ? undefined : dropped,
  };
}

/** Such as `azuread:index/group:Group "tier-1"`. */
export function nameOf({ type, name }: Pick<Change, "type" | "name">): string {
  return `${type} "${name}"`;
}

/**
 * Objects of the azuread plugin that the state has, and that the refresh did not find within an hour of
 * their own write: the plugin drops them after one answer, and the next `up` creates them a second time.
 * @param created URNs that the engine creates, or that a refresh alone deletes from the state
 */
export function droppedByRefresh(
  { resources, writtenAt }: Pick<Deployment, "resources" | "writtenAt">,
  created: readonly string[],
  now: Date,
): Dropped[] {
  const urns = new Set(created);
  return resources.flatMap(({ urn, type, id, delete: isLeaving, modified, created: madeOn }) => {
    const writtenOn = modified ?? madeOn ?? writtenAt ?? "";
    const isYoung = isRecentWrite(writtenOn, now);
    if (!urns.has(urn) || !type.startsWith("azuread:") || id === "" || isLeaving || !isYoung) return [];
    return [{ urn, id, writtenOn }];
  });
}

/** Whether a refresh may drop an object for one stale answer. */
export function hasYoungObjects(deployment: Pick<Deployment, "resources" | "writtenAt">, now: Date): boolean {
  const urns = deployment.resources.map(({ urn }) => urn);
  return droppedByRefresh(deployment, urns, now).length > 0;
}

/** What to say of each, with what to do. */
export function droppedText({ urn, id, writtenOn }: Dropped, command: FleetCommand): string {
  const { stack, type, name } = parseUrn(urn);
  const finding = `The refresh did not find ${nameOf({ type, name })} (${id}), written at ${writtenOn.slice(11, 16)} UTC. A replica of the tenant may be behind`;
  switch (command) {
    case "up":
      return `${finding}, and there may be two now: run npx mssp doctor --repair --stack ${stack}.`;
    case "refresh":
      return `${finding}, and the state no longer has it: run npx mssp doctor --repair --stack ${stack} before the next up.`;
    default:
      return `${finding}, and \`up\` would create it a second time.`;
  }
}
