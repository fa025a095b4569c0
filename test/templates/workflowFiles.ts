/** The workflow files: those of a repository of customers, and this project's own. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

export const root = path.resolve(__dirname, "..", "..");
export const templates = path.join(root, "templates");
const folders = [path.join(templates, "github"), path.join(root, ".github", "workflows")];
export const workflows = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith(".yml")));

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
export interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly "timeout-minutes"?: number;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: unknown };
  /** Of a job that runs a reusable workflow. */
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly steps?: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

export const workflowFile = (name: string) => folders.map((folder) => path.join(folder, name)).find(existsSync)!;
export const text = (name: string) => readFileSync(workflowFile(name), "utf8");
export const workflow = (name: string) => parse(text(name)) as Workflow;
export const jobsOf = (name: string) => Object.entries(workflow(name).jobs);
export const stepsOf = ({ steps = [] }: Job) => steps;
export const runsOf = (job: Job) => stepsOf(job).map(({ run = "" }) => run);
