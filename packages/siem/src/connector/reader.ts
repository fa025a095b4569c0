/** Who reads a hint: somebody with the stack, or somebody who has the connection file alone. */
import type { Connector } from "./connector";

export type Reader = "stack" | "file";

/** Who reads the hints about a connector. */
export function reader({ connection }: Pick<Connector, "connection">): Reader {
  return connection === undefined ? "stack" : "file";
}

/** @param step what whoever deploys the stack does, as an imperative without a full stop. */
export function deployerStep(step: string, forReader: Reader): string {
  if (forReader === "file") return `Ask whoever runs \`pulumi up\` for this customer to ${step}.`;
  return `${step.charAt(0).toUpperCase()}${step.slice(1)}.`;
}
