/** The program that a worker runs, and the SDK that it resolves: another copy of the SDK would not know its resources. */
import { createRequire } from "node:module";
import path from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import type * as automation from "@pulumi/pulumi/automation";
import { failUnfinishedRuns } from "../../program/sdk/failUnfinishedRuns";
import { packageRoot } from "../base/ownPackage";
import type { WorkerSetup } from "./job";

/** The used part of program/sdk/shortcuts.js. */
interface Shortcuts {
  readonly rememberClients: (ofProgram: NodeJS.Require) => () => void;
}

export interface CustomerProgram {
  /** Requires as the program does. */
  readonly program: automation.PulumiFn;
  readonly sdk: typeof automation;
  /** Whether the engine ended the run: its messages say why. */
  readonly isOfEngine: (error: unknown) => boolean;
  readonly closeClients: () => void;
}

let loaded: CustomerProgram | undefined;

/** Loads the program once for all jobs of this thread. */
export function loadProgram({ main, folder }: WorkerSetup): CustomerProgram {
  if (loaded !== undefined) return loaded;
  const ofProgram = createRequire(main);
  const shortcuts = ofProgram(path.join(packageRoot(), "program/sdk/shortcuts.js")) as Shortcuts;
  const closeClients = shortcuts.rememberClients(ofProgram);
  const program: unknown = ofProgram(main);
  if (typeof program !== "function") {
    throw new Error(
      `${main} does not export a function. A fleet run requires the program as an exported function, as in launcher.js.`,
    );
  }
  // The language host sets this in a run of its own: extensions of an installed package are there.
  process.env["PULUMI_NODEJS_ROOT_DIRECTORY"] = folder;
  const sdk = ofProgram("@pulumi/pulumi/automation") as typeof automation;
  failUnfinishedRuns(ofProgram);
  const { isGrpcError } = ofProgram("@pulumi/pulumi") as typeof pulumi;
  const isOfEngine = (error: unknown) => error instanceof Error && isGrpcError(error);
  loaded = { program: program as automation.PulumiFn, sdk, isOfEngine, closeClients };
  return loaded;
}
