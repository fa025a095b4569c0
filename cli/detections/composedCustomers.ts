import { readRules, type ComposedRules, type ReadRules } from "@defender-mssp/detections";
import type { Project } from "../../settings/project";
import { composedFor } from "./composedFor";
import { detectionCustomers, type DetectionCustomer, type FaultyCustomer } from "./detectionCustomers";

export interface ComposedCustomers extends ReadRules {
  readonly composed: readonly (ComposedRules & { readonly customer: DetectionCustomer })[];
  readonly faulty: readonly FaultyCustomer[];
}

interface ComposedCustomersOptions {
  /** Only these customers, and the sets of their settings. Default: all sets and all customers. */
  readonly stacks?: readonly string[];
  readonly now: Date;
}

/** Reads the rules of a repository, and composes them as each customer gets them. */
export async function composedCustomers(
  project: Project,
  { stacks, now }: ComposedCustomersOptions,
): Promise<ComposedCustomers> {
  const { customers, faulty } = await detectionCustomers(project, stacks);
  const sets = stacks && [...new Set(customers.flatMap(({ settings }) => settings.detections.sets))];
  const read = await readRules(project.folder, sets);
  const composed = customers.map((customer) => ({ customer, ...composedFor(customer, read.rules, now) }));
  return { ...read, composed, faulty };
}
