/** A client secret that leaked: a tag of the stack says so while the state has secrets from before the rotation. */
import { lastSegment } from "@defender-mssp/microsoft";
import { resourceKind } from "../../domain/kinds/kinds";
import type { Place } from "../base/place";
import type { StateResource } from "./deployment";
import { stackTag, type TagAction } from "./stackTag";

/** A client secret of the state. */
export interface MadeSecret {
  readonly keyId: string;
  /** ISO 8601, UTC. */
  readonly madeOn: string;
  /** Where the state was read with its secrets. */
  readonly value: string | undefined;
}

export function secretsIn(resources: readonly StateResource[]): MadeSecret[] {
  return resources
    .filter((resource) => resourceKind(resource)?.key === "clientSecret" && !resource.delete)
    .map(({ id, outputs }) => {
      const { plaintext } = Object(outputs["value"]) as { readonly plaintext?: string };
      const value = plaintext === undefined ? undefined : (JSON.parse(plaintext) as string);
      return { keyId: lastSegment(id), madeOn: String(outputs["startDate"]), value };
    });
}

export function madeBefore(secrets: readonly MadeSecret[], moment: string): MadeSecret[] {
  return secrets.filter(({ madeOn }) => !(Date.parse(madeOn) >= Date.parse(moment)));
}

/** The tag's value: the moment of the leak's rotation, ISO 8601, UTC; undefined without one. */
export function leakTag(action: TagAction, stack: string, place: Place) {
  return stackTag("defender-mssp:leaked-secrets-before", action, stack, place);
}

/** The leaked ones that a state still has; asks for the tag only where a rotation has left a secret. */
export async function leakedSecrets(
  stack: string,
  resources: readonly StateResource[],
  credential: { readonly type: string; readonly renewMadeBefore?: string },
  place: Place,
): Promise<readonly MadeSecret[]> {
  const { renewMadeBefore: moment } = credential;
  const old = moment === undefined ? [] : madeBefore(secretsIn(resources), moment);
  return old.length === 0 ? [] : madeBefore(old, (await leakTag("get", stack, place)) ?? "0000-01-01");
}
