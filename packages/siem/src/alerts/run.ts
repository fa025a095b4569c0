/** `mssp alerts`: pulls the alerts of one customer or of several. */
import type { ServiceError } from "@defender-mssp/microsoft";
import type { Session } from "@defender-mssp/terminal/session";
import { readerBy } from "../connector/connectionFiles";
import type { Reader } from "../connector/reader";
import type { ConnectorSource } from "../connector/connectorSource";
import { runPull } from "../pull/runPull";
import { adviceFor } from "../tokens/signIn";
import { alertSink, openAlerts, type AlertsOptions } from "./setup";

export function runAlerts(options: AlertsOptions, session: Session, source: ConnectorSource): Promise<void> {
  const adviceOn = (error: ServiceError): string | undefined => adviceOnAlerts(error, source, readerBy(options));
  return runPull(
    {
      noun: "alert",
      sink: (context, chosen) => alertSink({ ...options, ...chosen }, context),
      open: (customer, connector, setup) => openAlerts(customer, connector, options, setup),
      adviceOn,
    },
    options,
    session,
    source,
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
