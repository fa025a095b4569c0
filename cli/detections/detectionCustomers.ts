/** Customers with detection rules, each with the place of its settings in its file. */
import { readFile } from "node:fs/promises";
import { VisibleError } from "@defender-mssp/errors";
import type { Settings } from "../../settings";
import type { DetectionSettings } from "../../settings/detections";
import { placedProblems, readStackSettingsOffline } from "../../settings/fromFile";
import { keyPosition } from "../../settings/keyPosition";
import type { PlacedProblem } from "../../settings/problems";
import { shownStackFile, stackFile, type Project } from "../../settings/project";
import { customerStacks } from "../stack/customers";

export interface DetectionCustomer {
  readonly stack: string;
  readonly settings: Settings & { readonly detections: DetectionSettings };
  /** The stack's file, from the folder of `Pulumi.yaml`. */
  readonly file: string;
  /** Where a key such as `detections.except[0].filter` is in the file. */
  readonly placeOfKey: (key: string) => { readonly line: number; readonly column: number };
}

/** A customer whose settings have errors. */
export interface FaultyCustomer {
  readonly stack: string;
  readonly file: string;
  readonly message: string;
  readonly problems: readonly PlacedProblem[];
}

export interface DetectionCustomers {
  readonly customers: readonly DetectionCustomer[];
  readonly faulty: readonly FaultyCustomer[];
}

/** @param stacks only these; default: every customer of the project. */
export async function detectionCustomers(project: Project, stacks?: readonly string[]): Promise<DetectionCustomers> {
  const names = stacks ?? (await customerStacks(project.folder));
  const read = await Promise.all(names.map((stack) => readCustomer(project, stack)));
  return {
    customers: read.flatMap((customer) => (customer !== undefined && "settings" in customer ? [customer] : [])),
    faulty: read.flatMap((customer) => (customer !== undefined && "message" in customer ? [customer] : [])),
  };
}

/** Undefined for a customer without rules. */
async function readCustomer(project: Project, stack: string): Promise<DetectionCustomer | FaultyCustomer | undefined> {
  const file = shownStackFile(project, stack);
  try {
    const settings = await readStackSettingsOffline(stack, project.folder);
    const { detections } = settings;
    if (detections === undefined) return undefined;
    const find = keyPosition(await readFile(stackFile(project, stack), "utf8"), project.name);
    const placeOfKey = (key: string) => find(key) ?? { line: 1, column: 1 };
    return { stack, settings: { ...settings, detections }, file, placeOfKey };
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    return { stack, file, message: error.message, problems: placedProblems(error, file) };
  }
}
