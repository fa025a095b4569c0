/** `mssp alerts`: pulls the alerts of one customer or of several. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { ServiceError } from "@defender-mssp/microsoft";
import { UsageError } from "@defender-mssp/terminal/usageError";
import type { Session } from "@defender-mssp/terminal/session";
import { readerBy } from "../connector/connectionFiles";
import type { Reader } from "../connector/reader";
import type { ConnectorSource } from "../connector/connectorSource";
import { runPull } from "../pull/runPull";
import { retiredApiAdvice } from "../retirements/retiredApiAdvice";
import { adviceFor } from "../connector/entraAdvice";
import { sinkRecordOf, type FetchedAlert } from "./fetchedAlert";
import { alertFormats } from "./formats";
import { openAlerts, type AlertsOptions } from "./setup";

export function runAlerts(options: AlertsOptions, session: Session, source: ConnectorSource): Promise<void> {
  const adviceOn = (error: ServiceError): string | undefined =>
    [adviceOnAlerts(error, source, readerBy(options)), retiredApiAdvice(error, session.now())]
      .filter((advice) => advice !== undefined)
      .join("\n") || undefined;
  checkCoverage(options);
  const { follow, since, checkpoint, checkpoints } = options;
  const isFirst = checkpoint === undefined || !existsSync(path.resolve(session.folder, checkpoint));
  if (follow === true && since === undefined && checkpoints === undefined && isFirst)
    session.err.note(
      "Without a checkpoint this begins with the alerts of the last 180 days. --since 24h begins with yesterday's.",
    );
  const { program } = source;
  const now = (): number => session.now().getTime();
  return runPull<FetchedAlert>(
    {
      noun: "alert",
      recordOf: (alert, format) => sinkRecordOf(alert, alertFormats[format]),
      open: (customer, connector, setup) => openAlerts(customer, connector, options, { ...setup, program, now }),
      adviceOn,
    },
    options,
    session,
    source,
  );
}

/** @throws UsageError */
function checkCoverage({ coverage, follow, checkpoint, checkpoints }: AlertsOptions): void {
  if (coverage !== true || (follow === true && (checkpoint ?? checkpoints) !== undefined)) return;
  throw new UsageError(
    "--coverage goes with --follow and --checkpoint or --checkpoints: it counts what the checkpoint has kept. " +
      "To count once: verify --coverage.",
  );
}

function adviceOnAlerts(
  { serviceCode, status }: ServiceError,
  { program }: ConnectorSource,
  forReader: Reader,
): string | undefined {
  const advice = adviceFor(serviceCode, forReader);
  if (advice !== undefined || ![401, 403].includes(status)) return advice;
  return `\`${program} verify\` shows what the connector lacks: consent, the SIEM authorization, or its credential.`;
}
