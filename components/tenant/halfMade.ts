/**
 * Creates of azuread that fail when their object is in the state already. The bridge records the
 * planned values, so the next `up` sees no difference: what such a create has not done is done here,
 * or the person is told to refresh.
 */
import {
  addMembers,
  discoverEndpoints,
  messageOf,
  objectIdIn,
  removeCreator,
  signInToGraph,
  type CallContext,
} from "@defender-mssp/microsoft";
import { textOf } from "@defender-mssp/errors/json";
import * as pulumi from "@pulumi/pulumi";
import { azuread } from "../../domain/resourceTypes";

type Inputs = Readonly<Record<string, unknown>>;
type FailedCreate = Pick<pulumi.ErrorHookArgs, "type" | "name" | "errors">;

/** Whether the object of a failed create is in the state: the bridge's words for it. */
export function isHalfMade({ type, errors: [newest = ""] }: FailedCreate): boolean {
  return type.startsWith("azuread:") && /\bcreating urn:pulumi:/.test(newest);
}

/** Does what a create of a group or service principal has not done, and says how to go on. */
export async function completeHalfMade(
  { type, name, errors }: FailedCreate,
  inputs: Inputs,
  tenantId: string,
  context: CallContext,
): Promise<void> {
  const say = (text: string) => void pulumi.log.info(`${name}: ${text}`);
  const isComplete = await completed({ type, errors }, inputs, tenantId, { ...context, say }).catch(
    (failure: unknown) => {
      say(messageOf(failure));
      return false;
    },
  );
  const next = isComplete
    ? "Run the same command again: it goes on from there."
    : "Run the same command again in ten minutes, with --refresh: only a refresh shows what it lacks.";
  await pulumi.log.warn(`${name}: the object is in the tenant and in the state, but its create has failed. ${next}`);
}

async function completed(
  { type, errors }: Pick<FailedCreate, "type" | "errors">,
  inputs: Inputs,
  tenantId: string,
  context: CallContext,
): Promise<boolean> {
  const isGroup = type === azuread("Group");
  if (!isGroup && type !== azuread("ServicePrincipal")) return false;
  const endpoints = context.endpoints ?? (await discoverEndpoints(context.environment ?? process.env, context));
  const { call, accessToken } = await signInToGraph(tenantId, { ...context, endpoints });
  const [, id] = /\(Group: "([0-9a-f-]{36})"\)/i.exec(errors[0] ?? "") ?? [];
  if (isGroup) return addMembers(call, { ...halfMadeGroup(inputs), id, graph: endpoints.graphEndpoint }, context);
  return removeCreator(call, { appId: textOf(inputs["clientId"]), creatorId: objectIdIn(accessToken) ?? "" }, context);
}

function halfMadeGroup({ displayName, description, members }: Inputs) {
  const ids = Array.isArray(members) ? (members as readonly unknown[]).map(textOf) : [];
  return { displayName: textOf(displayName), description: textOf(description), members: ids };
}
