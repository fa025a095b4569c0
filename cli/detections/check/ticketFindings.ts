/** `tickets.yaml` beside `Pulumi.yaml`: what is wrong in it, and what the customers' settings contradict. */
import path from "node:path";
import { messageOf } from "@defender-mssp/errors";
import {
  judgedTicketSettings,
  ticketFile,
  type TicketProblem,
  type TicketSettings,
} from "@defender-mssp/siem/tickets/ticketSettings";
import { textIfThere } from "@defender-mssp/terminal/wholeFile";
import { LineCounter, parseDocument } from "yaml";
import type { Settings } from "../../../settings";
import { offsetIn } from "../../../settings/keyPosition";
import type { DetectionFinding } from "./checkDetections";

/** @param settings by stack; undefined where they have errors of their own, or are not judged. */
export async function ticketFindings(
  folder: string,
  settings: ReadonlyMap<string, Settings | undefined>,
): Promise<readonly DetectionFinding[]> {
  const text = await textIfThere(path.join(folder, ticketFile), ticketFile);
  if (text === undefined) return [];
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: "silent" });
  const placed = (level: DetectionFinding["level"], offset: number, what: string, remedy: string) => {
    const { line, col: column } = lines.linePos(offset);
    return { file: ticketFile, line, column, level, what: what.replace(/\.$/, ""), remedy };
  };
  const remedy = "Correct the file; `npx mssp docs tickets` describes it";
  try {
    const [invalid] = document.errors;
    if (invalid !== undefined)
      return [placed("error", invalid.pos[0], `not valid YAML: ${messageOf(invalid).split(" at line ")[0]}`, remedy)];
    const { settings: tickets, problems } = judgedTicketSettings(document.toJS({ maxAliasCount: 0 }));
    const offset = (at: string) => offsetIn(document.contents, at, 0);
    return [
      ...problems.map(({ at, what }) => placed("error", offset(at), `${at || "the file"}: ${what}`, remedy)),
      ...(tickets === undefined ? [] : contradictions(tickets, settings)).map(({ at, what, remedy: own }) =>
        placed("warning", offset(at), `${at}: ${what}`, own),
      ),
    ];
  } catch (error) {
    return [placed("error", 0, messageOf(error), remedy)];
  }
}

function contradictions(
  { trackers, routes }: TicketSettings,
  settings: ReadonlyMap<string, Settings | undefined>,
): (TicketProblem & { readonly remedy: string })[] {
  const ofRoutes = routes.flatMap(({ customers = [] }, index) =>
    customers.flatMap((customer, place) => {
      const at = `routes[${index}].customers[${place}]`;
      const connector = settings.get(customer)?.connector;
      if (!settings.has(customer))
        return [{ at, what: `"${customer}" has no settings file here`, remedy: "Name a stack" }];
      if (connector === undefined || connector.profile !== undefined || connector.incidents === true) return [];
      const what = `the connector of "${customer}" may not read incidents`;
      return [{ at, what, remedy: "Set connector.incidents: true, or connector.profile" }];
    }),
  );
  const ofOwners = Object.entries(trackers).flatMap(([name, { owners }]) =>
    Object.entries(owners).flatMap(([user, { address, customers = [] }]) =>
      customers.flatMap((customer) => {
        const analysts = settings.get(customer)?.analysts ?? [];
        const isNamed = analysts.some(({ email }) => email.toLowerCase() === address.toLowerCase());
        if (isNamed || analysts.length === 0) return [];
        const what = `${address} is no analyst of "${customer}" in its settings`;
        return [{ at: `trackers.${name}.owners.${user}`, what, remedy: "Correct the customers of this owner" }];
      }),
    ),
  );
  return [...ofRoutes, ...ofOwners];
}
