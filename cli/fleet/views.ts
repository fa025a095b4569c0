/** The views of `mssp status` that read settings files and journals alone: all customers, and their last runs. */
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import type { SelectionOptions } from "../selection/selectionOptions";
import { selectors, type StatusView } from "../selection/statusView";

interface PlaceOptions extends SelectionOptions {
  readonly journal: string;
  readonly json?: boolean;
}

export const customersView: StatusView<PlaceOptions> = {
  shows: "every settings file with its tenant and tags; one with errors ends it with exit code 1",
  takes: [...selectors, "--journal"],
  print: async (options, session) => {
    const { listText } = await import("./summary.js");
    const { chosen } = await selected(options, session);
    if (options.json === true) writeJson(session.out, "fleet list", { stacks: chosen });
    else session.out.write(listText(chosen));
    if (chosen.some(({ problem }) => problem !== undefined)) session.exitCode = 1;
  },
};

export const runsView: StatusView<PlaceOptions> = {
  shows: "how the last run of each customer ended; one that failed ends it with exit code 1",
  takes: [...selectors, "--journal"],
  print: async (options, session) => {
    const { runsText } = await import("./summary.js");
    const { lastOutcomes } = await import("../stack/journal.js");
    const { chosen, journals } = await selected(options, session);
    const last = await lastOutcomes(journals);
    const list = chosen.map(({ stack }) => ({ stack, ...(last.get(stack) ?? { state: "never" }) }));
    if (options.json === true) writeJson(session.out, "fleet status", { stacks: list });
    else session.out.write(runsText(chosen, last));
    if (list.some(({ state }) => state === "failed")) session.exitCode = 1;
  },
};

/** Their notes are said. */
export async function selected(options: PlaceOptions, session: Session) {
  const { selectedCustomers } = await import("../selection/selectedCustomers.js");
  const customers = await selectedCustomers(options, session);
  for (const note of customers.notes) session.err.note(note);
  return customers;
}
