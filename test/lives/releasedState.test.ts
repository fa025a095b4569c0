/** The dev stack as each recorded version left it: imported, and previewed by this version. */
import { previewStates } from "../compat/previewStates";

previewStates((stack) => stack === "dev");
