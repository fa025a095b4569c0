import type * as pulumi from "@pulumi/pulumi";
import { missingMember } from "./missingMember";

/** Public members of the SDK's outputs, left out of its types. */
export interface InspectedOutput {
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
  promise(): Promise<unknown>;
}

const members = ["isKnown", "isSecret", "promise"] as const;

/** @throws VisibleError if this SDK's outputs have no such members. */
export function inspected(output: pulumi.Output<unknown>): InspectedOutput {
  for (const member of members) if (!(member in output)) throw missingMember(`Output.${member}`);
  return output as unknown as InspectedOutput;
}
