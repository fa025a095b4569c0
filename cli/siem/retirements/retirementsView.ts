/** The view `retirements` of `mssp status`: endings alone, in the form that files and scripts know. `changes` has more. */
import type { StatusView } from "../../selection/statusView";

export const retirementsView: StatusView<{ readonly json?: boolean }> = {
  shows:
    "what Microsoft retires of what this program uses and when; with paths of connection files, SIEM settings or queries " +
    "(.kql), what of it they use",
  takes: [],
  takesPaths: true,
  print: async (options, session, paths) => {
    const { printRetirements } = await import("@defender-mssp/siem/retirements/printRetirements");
    await printRetirements(paths, options, session);
  },
};
