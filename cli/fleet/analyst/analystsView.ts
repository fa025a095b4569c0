/** The view `analysts` of `mssp status`: the analysts of all customers, by the settings files. */
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { StatusView } from "../../selection/statusView";

interface AnalystsOptions {
  readonly stack?: readonly string[];
  readonly json?: boolean;
}

export const analystsView: StatusView<AnalystsOptions> = {
  shows: "the analysts of all customers, by the settings files",
  takes: ["--stack"],
  print: async (options, session) => {
    const { namedAnalysts } = await import("./analystChanges.js");
    const { analystsText } = await import("./analystsText.js");
    const { analystStacks } = await import("./analystStacks.js");
    const { project, stacks } = await analystStacks(options, session);
    const analysts = await namedAnalysts(stacks, project);
    if (options.json === true) writeJson(session.out, "analyst list", { analysts });
    else session.out.write(analystsText(analysts, stacks.length));
  },
};
