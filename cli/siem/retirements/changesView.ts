/** The view `changes` of `mssp status`. */
import type { StatusView } from "../../selection/statusView";

export const changesView: StatusView<{ readonly json?: boolean }> = {
  shows:
    "what Microsoft ends, begins, freezes or charges for by itself, when, how certain that is, and when it was read; with paths of " +
    "connection files, SIEM settings or queries (.kql), what of it they use",
  takes: [],
  takesPaths: true,
  print: async (options, session, paths) => {
    if (paths.length > 0) {
      const { printRetirements } = await import("@defender-mssp/siem/retirements/printRetirements");
      return printRetirements(paths, options, session, "changes");
    }
    const { printChanges } = await import("./printChanges.js");
    printChanges(options, session);
  },
};
