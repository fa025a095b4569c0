/**
 * `mssp alerts`: pulls the alerts of one customer or of several, and turns the result into an exit
 * code.
 */
import type { ServiceError } from "@defender-mssp/microsoft";
import type { Session } from "@defender-mssp/terminal/session";
import type { ConnectorSource } from "../connector/connectorSource";
import { interruptible } from "../pull/interrupt";
import { withFlatMemory } from "../pull/memory";
import { Metrics, metricsPlace, publish } from "../pull/metrics";
import { StderrProgress } from "../pull/progress";
import { pull, type PullProgress } from "../pull/pull";
import { checkSince, defaultInterval, intervalOf } from "../pull/time";
import { unconfirmed } from "../sinks/chooseSink";
import { adviceFor } from "../tokens/signIn";
import { checkCombination, pullOf, sinkOf, type AlertsOptions } from "./setup";

export type { AlertsOptions } from "./setup";

export function runAlerts(options: AlertsOptions, session: Session, source: ConnectorSource): Promise<void> {
  const progress = new StderrProgress("alert", options.quiet === true, session.err, unconfirmed(options));
  const adviceOn = (error: ServiceError): string | undefined => adviceOnAlerts(error, source);
  return interruptible(session, { follow: options.follow === true, progress, adviceOn }, (signal) =>
    pullAlerts({ options, session, source, signal, progress, adviceOn }),
  );
}

interface AlertsPull {
  readonly options: AlertsOptions;
  readonly session: Session;
  readonly source: ConnectorSource;
  readonly signal: AbortSignal;
  readonly progress: StderrProgress;
  readonly adviceOn: (error: ServiceError) => string | undefined;
}

/** @returns the exit code. */
async function pullAlerts({ options, session, source, signal, progress, adviceOn }: AlertsPull): Promise<number> {
  checkCombination(options);
  const follow = options.follow === true ? intervalOf(options.interval ?? defaultInterval) : undefined;
  if (options.since !== undefined) checkSince(options.since); // A usage error comes before anything is read.
  const place = options.metrics === undefined ? undefined : metricsPlace(options.metrics);
  const sink = withFlatMemory(sinkOf(options, session, signal, progress));
  const metrics = new Metrics("alert");
  const { health } = options;
  const publication = await publish({ metrics, place, health, note: (text) => progress.note(text) });
  try {
    if (options.all === true) {
      const { pullAll } = await import("./all.js");
      return await pullAll({ options, session, source, sink, follow, signal, progress, metrics, adviceOn });
    }
    const customer = source.one(options, session);
    const connector = await customer.read();
    const observed = observedBy(progress, metrics, connector);
    const checkpointOf = () => options.checkpoint;
    const setup = await pullOf(customer, connector, {
      options,
      environment: session.environment,
      checkpointOf,
      signal,
      progress,
      follow,
    });
    await pull({ ...setup, sink, follow, signal, progress: observed });
    return 0;
  } finally {
    await publication.stop();
  }
}

function observedBy(
  progress: PullProgress,
  metrics: Metrics,
  { stack, tenantId }: { readonly stack: string; readonly tenantId: string },
): PullProgress {
  const customer = metrics.customer(stack);
  customer.label({ tenant_id: tenantId });
  return {
    note: (text) => progress.note(text),
    delivered: (count, upTo) => {
      progress.delivered(count, upTo);
      customer.delivered(count, upTo);
    },
    started: () => customer.started(),
    succeeded: () => customer.succeeded(),
    failed: () => customer.failed(),
  };
}

function adviceOnAlerts({ serviceCode, status }: ServiceError, { program }: ConnectorSource): string | undefined {
  const advice = adviceFor(serviceCode);
  if (advice !== undefined || ![401, 403].includes(status)) return advice;
  return `\`${program} verify\` shows what the connector lacks: consent, the SIEM authorization, or its credential.`;
}
