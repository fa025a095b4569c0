/** Recorded states, but for those of the dev stack: test/lives/releasedState.test.ts. */
import { previewStates } from "./previewStates";

previewStates((stack) => stack !== "dev");
