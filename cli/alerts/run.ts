/**
 * `mssp alerts`: pulls the alerts of one customer or of several, and turns the result into an exit
 * code.
 */
import { ServiceError } from "@defender-mssp/microsoft";
import { selectedConnector } from "../connector/connectorOption";
import { advised } from "../output/advised";
import { exitCodeOf, Interrupt } from "../pull/interrupt";
import { withFlatMemory } from "../pull/memory";
import { Metrics, metricsPlace, publish } from "../pull/metrics";
import { StderrProgress } from "../pull/progress";
import { pull, type PullProgress } from "../pull/pull";
import { defaultInterval, intervalOf, momentOf } from "../pull/time";
import { ReaderGone } from "../sinks/sink";
import { adviceFor } from "../tokens/signIn";
import { checkCombination, defaultSince, pullOf, sinkOf, type AlertsOptions } from "./setup";

export type { AlertsOptions } from "./setup";

const endOfTime = new Date(8.64e15);

export async function runAlerts(options: AlertsOptions): Promise<void> {
  const interrupt = new Interrupt();
  const progress = new StderrProgress("alert", options.quiet === true);
  try {
    process.exitCode = await pullAlerts(options, interrupt.signal, progress);
    progress.finish();
  } catch (error) {
    if (interrupt.signal.aborted || error instanceof ReaderGone) progress.finish();
    process.exitCode = exitCodeOf(error, { follow: options.follow === true, interrupt });
    // Standard output may wait for a reader without end: what it has not taken comes again.
    if (interrupt.signal.aborted) process.stderr.write("", () => process.exit());
    else if (!(error instanceof ReaderGone)) throw advised(error, adviceOn);
  } finally {
    interrupt.dispose();
  }
}

/** @returns the exit code. */
async function pullAlerts(options: AlertsOptions, signal: AbortSignal, progress: StderrProgress): Promise<number> {
  checkCombination(options);
  const follow = options.follow === true ? intervalOf(options.interval ?? defaultInterval) : undefined;
  momentOf(options.since ?? defaultSince, endOfTime); // A usage error comes before anything is read.
  const place = options.metrics === undefined ? undefined : metricsPlace(options.metrics);
  const sink = withFlatMemory(sinkOf(options, signal, progress));
  const metrics = new Metrics("alert");
  const { health } = options;
  const publication = await publish({ metrics, place, health, note: (text) => progress.note(text) });
  try {
    if (options.all === true) {
      const { pullAll } = await import("./all.js");
      return await pullAll({ options, sink, follow, signal, progress, metrics, adviceOn });
    }
    const connector = await selectedConnector(options);
    const observed = observedBy(progress, metrics, connector);
    const checkpointOf = () => options.checkpoint;
    const setup = await pullOf(connector, { options, checkpointOf, signal, progress, follow });
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

function adviceOn({ serviceCode, status }: ServiceError): string | undefined {
  const advice = adviceFor(serviceCode);
  if (advice !== undefined || ![401, 403].includes(status)) return advice;
  return "`npx mssp verify` shows what the connector lacks: consent, the SIEM authorization, or its credential.";
}
