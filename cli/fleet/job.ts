/** Jobs and messages between a fleet run and its worker threads. */
import type { FleetCommand, TryResult } from "../stack/outcome";

/** Same for every job of a worker. */
export interface WorkerSetup {
  /** Folder of the project. */
  readonly folder: string;
  /** The module that Pulumi.yaml names as `main`. */
  readonly main: string;
  readonly engine: string;
  readonly engineVersion: string;
}

export interface Job {
  readonly stack: string;
  readonly command: FleetCommand;
  readonly refresh: boolean;
  /** Look for what somebody added to the stack's objects, too. */
  readonly drift: boolean;
  /** Leave out what only the automation may do, which the settings name beside a keeper. */
  readonly keep?: boolean | undefined;
  /** Folders. */
  readonly policyPacks: readonly string[];
  /**
   * Whether the settings name an extension. Its code may go on after the run, such as by a timer: no
   * other stack runs in this thread afterwards.
   */
  readonly hasExtension: boolean;
  /**
   * Where the backend has no stack of that name, create it first; a preview uses a temporary state.
   */
  readonly init?: { readonly secretsProvider?: string };
  /** Variables of this stack's engine, such as its passphrase. */
  readonly environment: Readonly<Record<string, string>>;
}

export type ToWorker = { readonly job: Job } | { readonly cancel: true };
/** `isUnfinished`: the program may still run in this thread. */
export type FromWorker =
  | { readonly step: string }
  | { readonly wait: string | undefined }
  | { readonly resources: number; readonly total: number | undefined }
  | { readonly result: TryResult; readonly isUnfinished: boolean };
