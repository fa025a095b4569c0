/**
 * What a pull tells Prometheus: text in the exposition format, in a file for node_exporter's
 * textfile collector or at an address of this machine. Source: Prometheus, "Exposition formats",
 * "Metric and label naming".
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Ending } from "@defender-mssp/microsoft";
import { messageOf, VisibleError } from "@defender-mssp/errors";
import { checkWritable, writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { UsageError } from "@defender-mssp/terminal/usageError";
import type { Coverage } from "./coverage";
import { coverageMetrics } from "./coverageMetrics";
import { labelsText, metricText, type Sample } from "./gaugeText";

/** Between two writes of the files, in milliseconds. */
const writeEvery = 10_000;

/** Of one customer. Times are milliseconds since 1970, by this machine's clock. */
interface Customer {
  readonly labels: Readonly<Record<string, string>>;
  /** By destination; "" where there is one. */
  readonly delivered: Map<string, number>;
  failed: number;
  lastSuccess: number | undefined;
  /** By destination: everything before this time was delivered. */
  readonly reached: Map<string, number>;
  /** By destination. */
  readonly lags: Map<string, Histogram>;
  /** The last count of deliveries, of each destination. */
  coverages: readonly Coverage[];
  isFailing: boolean;
  /** What ends of what the connector rests on, today. */
  retirements: () => readonly Ending[];
}

/** The figures of a command: `mssp_<noun>s_…`. */
export class Metrics {
  readonly #customers = new Map<string, Customer>();
  /** By destination; "" where there is one. */
  readonly #destinationFailures = new Map<string, number>();

  /** @param noun what is delivered, in the singular: `alert`. */
  constructor(
    private readonly noun: string,
    private readonly now: () => number = Date.now,
    /** The command's own figures. */
    private readonly more: () => string = () => "",
  ) {}

  /** The figures of a customer, who appears from now on. */
  customer(stack: string): CustomerMetrics {
    let known = this.#customers.get(stack);
    if (known === undefined) {
      const figures = { delivered: new Map([["", 0]]), reached: new Map(), lags: new Map() };
      const nothing = { ...figures, lastSuccess: undefined, coverages: [] };
      known = { labels: { stack }, failed: 0, isFailing: false, retirements: () => [], ...nothing };
      this.#customers.set(stack, known);
    }
    return new CustomerMetrics(known, this.now);
  }

  destinationFailed(destination = ""): void {
    this.#destinationFailures.set(destination, (this.#destinationFailures.get(destination) ?? 0) + 1);
  }

  /** Names of the customers whose last pull has failed. */
  get failing(): string[] {
    return [...this.#customers].filter(([, { isFailing }]) => isFailing).map(([stack]) => stack);
  }

  /** Whether a customer's first pull has not ended yet, or none has begun. */
  get isStarting(): boolean {
    const customers = [...this.#customers.values()];
    return customers.length === 0 || customers.some(({ lastSuccess }) => lastSuccess === undefined);
  }

  get count(): number {
    return this.#customers.size;
  }

  get text(): string {
    const [now, prefix, noun] = [this.now(), `mssp_${this.noun}s`, `${this.noun}s`];
    const customers = [...this.#customers.values()];
    const failures = this.#destinationFailures.size === 0 ? [["", 0] as const] : [...this.#destinationFailures];
    /** @param values of a customer, by destination; "" where a value has none. */
    const family = (
      name: string,
      type: "counter" | "gauge",
      help: string,
      values: (customer: Customer) => readonly (readonly [destination: string, value: number])[],
    ): string =>
      metricText(
        `${prefix}_${name}`,
        type,
        help,
        customers.flatMap((customer) => samplesOf(customer.labels, values(customer))),
      );
    return [
      family("delivered_total", "counter", `Number of ${noun} that the destination has accepted.`, ({ delivered }) =>
        [...delivered].filter(([destination]) => destination !== "" || delivered.size === 1),
      ),
      family("pull_failures_total", "counter", "Number of pulls of a customer that have failed.", ({ failed }) => [
        ["", failed],
      ]),
      family("pull_success", "gauge", "Whether the last pull of a customer has succeeded.", ({ isFailing }) => [
        ["", isFailing ? 0 : 1],
      ]),
      family("last_success_timestamp_seconds", "gauge", "When a pull of a customer was last complete.", (customer) =>
        customer.lastSuccess === undefined ? [] : [["", customer.lastSuccess / 1000]],
      ),
      family("lag_seconds", "gauge", `Age of the moment up to which all ${noun} were delivered.`, ({ reached }) =>
        [...reached].map(([destination, time]) => [destination, Math.max(0, now - time) / 1000]),
      ),
      this.#lagFamily(`${prefix}_delivery_lag_seconds`),
      coverageMetrics(
        prefix,
        customers.flatMap(({ labels, coverages }) => coverages.map((coverage) => ({ labels, coverage }))),
      ),
      metricText(
        `${prefix}_retirement_days`,
        "gauge",
        "Days until something ends that the connector rests on, negative after it.",
        // What has no published date has no sample.
        customers.flatMap(({ labels, retirements }) =>
          retirements().flatMap(({ id, daysLeft }) =>
            daysLeft === null ? [] : [{ labels: { ...labels, retirement: id }, value: daysLeft }],
          ),
        ),
      ),
      metricText(
        `${prefix}_destination_failures_total`,
        "counter",
        "Number of deliveries that the destination has refused.",
        samplesOf({}, failures),
      ),
      this.more(),
    ].join("");
  }

  #lagFamily(name: string): string {
    const samples = [...this.#customers.values()].flatMap(({ labels, lags }) =>
      [...lags].map(([destination, histogram]) =>
        histogram.text(name, destination === "" ? labels : { ...labels, destination }),
      ),
    );
    const when = this.noun === "incident" ? "last change of an incident" : `creation of an ${this.noun}`;
    const help = `# HELP ${name} Seconds from the ${when} to its delivery, without the backlog of a first pull.\n`;
    return `${help}# TYPE ${name} histogram\n${samples.join("")}`;
  }
}

/** By destination; "" where a value has none. */
function samplesOf(
  labels: Readonly<Record<string, string>>,
  values: readonly (readonly [destination: string, value: number])[],
): Sample[] {
  return values.map(([destination, value]) => ({
    labels: destination === "" ? labels : { ...labels, destination },
    value,
  }));
}

export class CustomerMetrics {
  #startedAt: number;

  constructor(
    private readonly customer: Customer,
    private readonly now: () => number,
  ) {
    this.#startedAt = now();
  }

  /** Whose it is, as soon as that is known. */
  label(labels: Readonly<Record<string, string>>): void {
    Object.assign(this.customer.labels, labels);
  }

  /** @param retirements asked for each time that the figures are written. */
  restsOn(retirements: () => readonly Ending[]): void {
    this.customer.retirements = retirements;
  }

  /** A pull begins. */
  started(): void {
    this.#startedAt = this.now();
  }

  /** @param upTo time of the last one: ISO 8601 */
  delivered(count: number, upTo: string, destination = ""): void {
    const { delivered } = this.customer;
    delivered.set(destination, (delivered.get(destination) ?? 0) + count);
    const time = Date.parse(upTo);
    if (!Number.isNaN(time)) this.#reach(destination, time);
  }

  /** @param times of the service: ISO 8601 */
  lagged(times: readonly string[], destination = ""): void {
    const { lags } = this.customer;
    const histogram = lags.get(destination) ?? new Histogram(lagBounds);
    lags.set(destination, histogram);
    for (const time of times) {
      const seconds = (this.now() - Date.parse(time)) / 1000;
      if (!Number.isNaN(seconds)) histogram.observe(Math.max(0, seconds));
    }
  }

  /** The deliveries were counted. */
  counted(coverages: readonly Coverage[]): void {
    this.customer.coverages = coverages;
  }

  /** Of several destinations, this one has everything up to the beginning of the pull. */
  caughtUp(destination: string): void {
    this.#reach(destination, this.#startedAt);
  }

  succeeded(): void {
    const { customer } = this;
    [customer.lastSuccess, customer.isFailing] = [this.now(), false];
    const destinations = customer.reached.size === 0 ? [""] : [...customer.reached.keys()];
    for (const destination of destinations) this.#reach(destination, this.#startedAt);
  }

  /** A late item is no step back. */
  #reach(destination: string, time: number): void {
    const { reached } = this.customer;
    reached.set(destination, Math.max(reached.get(destination) ?? 0, time));
  }

  failed(): void {
    this.customer.failed++;
    this.customer.isFailing = true;
  }
}

/** Upper bounds of the lag's buckets, in seconds: from a pull each minute to a day's outage. */
const lagBounds = [15, 30, 60, 120, 300, 600, 1800, 3600, 10_800, 43_200, 86_400];

/** Counts by upper bounds. Source: Prometheus, "Exposition formats", "Histograms and summaries". */
class Histogram {
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.#counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.#sum += value;
    this.#count++;
    for (const [index, bound] of this.bounds.entries())
      if (value <= bound) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  text(name: string, labels: Readonly<Record<string, string>>): string {
    const buckets = [...this.bounds.map((bound, index) => [String(bound), this.#counts[index] ?? 0] as const)];
    return [
      ...[...buckets, ["+Inf", this.#count] as const].map(
        ([le, count]) => `${name}_bucket${labelsText({ ...labels, le })} ${count}\n`,
      ),
      `${name}_sum${labelsText(labels)} ${this.#sum}\n`,
      `${name}_count${labelsText(labels)} ${this.#count}\n`,
    ].join("");
  }
}

/** Where metrics go: a file, or a port of this machine. */
export type MetricsPlace = { readonly file: string } | { readonly host: string; readonly port: number };

/** What `--metrics` means. @throws UsageError */
export function metricsPlace(text: string): MetricsPlace {
  const [, host = "", port = ""] = /^(?:(127\.0\.0\.1|localhost|\[::1\]):)?(\d{1,5})$/.exec(text) ?? [];
  if (port !== "" && Number(port) <= 65_535) {
    return { host: host === "[::1]" ? "::1" : "127.0.0.1", port: Number(port) };
  }
  if (text.endsWith(".prom")) return { file: text };
  throw new UsageError(
    `--metrics "${text}" is neither a port of this machine, such as 127.0.0.1:9464, nor a file that ends with .prom, as node_exporter reads it.`,
  );
}

export interface Publication {
  /** Writes the last figures and ends. */
  stop(): Promise<void>;
  /** Port of the server. */
  readonly port?: number;
}

export interface PublishOptions {
  readonly metrics: Metrics;
  readonly place?: MetricsPlace | undefined;
  /** File for a container's probes. */
  readonly health?: string | undefined;
  readonly note: (text: string) => void;
  /** Milliseconds; for tests. */
  readonly every?: number;
}

/** Shows metrics and health until it is stopped. @throws VisibleError when a place can't be used. */
export async function publish({
  metrics,
  place,
  health,
  note,
  every = writeEvery,
}: PublishOptions): Promise<Publication> {
  const files = [
    ...(place !== undefined && "file" in place ? [{ file: place.file, text: () => metrics.text }] : []),
    ...(health === undefined ? [] : [{ file: health, text: () => healthText(metrics) }]),
  ];
  for (const { file } of files) await checkWritable(file);
  const write = async (): Promise<void> => {
    for (const { file, text } of files) await writeWholeFile(file, text());
  };
  const server = place !== undefined && "port" in place ? await serve(metrics, place) : undefined;
  await write();
  let writing = Promise.resolve();
  const timer = setInterval(() => {
    writing = writing.then(write).catch((error: unknown) => note(messageOf(error)));
  }, every);
  timer.unref();
  return {
    ...(server === undefined ? {} : { port: (server.address() as AddressInfo).port }),
    stop: async () => {
      clearInterval(timer);
      await writing;
      server?.close();
      server?.closeAllConnections();
      await write();
    },
  };
}

/** The file's age shows that the process lives; its `status` shows whether all customers are read. */
function healthText(metrics: Metrics): string {
  const { failing, count, isStarting } = metrics;
  const status = failing.length > 0 ? "degraded" : isStarting ? "starting" : "ok";
  return `${JSON.stringify({ status, at: new Date().toISOString(), customers: count, failing })}\n`;
}

async function serve(metrics: Metrics, { host, port }: { readonly host: string; readonly port: number }) {
  const server = createServer((request, response) => {
    const isKnown = request.url === "/metrics" && request.method === "GET";
    response.writeHead(isKnown ? 200 : 404, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    response.end(isKnown ? metrics.text : "not found: GET /metrics\n");
  });
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new VisibleError(`--metrics can't listen on ${host}:${port}: ${(error as Error).message}.`, { cause: error });
  }
  server.unref();
  return server;
}
