/**
 * `npm run fleet:demo`: the life of a fleet of sandbox customers, and what each step takes. Exits with 1 where a step does not end as
 * expected, or a tenant is not as before.
 */
import { availableParallelism } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { demonstrate, type DemoStep } from "./demonstration";

const usage = `npm run -s fleet:demo -- [--customers 8] [--parallel N] [--json]

  --customers N  a quarter of each model: dev, basic, entitlement, msspApp. At least 4; 200 take about an hour on two cores
  --parallel N   stacks at a time. Default: the number of cores
  --json         one JSON object for each step
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      customers: { type: "string", default: "8" },
      parallel: { type: "string", default: String(availableParallelism()) },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const [customers, parallel] = [Number(values.customers), Number(values.parallel)];
  if (
    values.help ||
    !(Number.isInteger(customers) && customers >= 4) ||
    !(Number.isInteger(parallel) && parallel > 0)
  ) {
    process.stdout.write(usage);
    if (!values.help) process.exitCode = 2;
    return;
  }
  const steps = await demonstrate({
    checkout: path.resolve(__dirname, "..", "..", ".."),
    customers,
    parallel,
    onStep: (step) => process.stdout.write(values.json ? `${JSON.stringify(step)}\n` : textOf(step)),
  });
  const wrong = steps.filter(({ problems }) => problems.length > 0);
  if (!values.json) process.stdout.write(`${steps.length - wrong.length} steps as expected, ${wrong.length} not\n`);
  if (wrong.length > 0) process.exitCode = 1;
}

function textOf({
  name,
  command,
  exitCode,
  signal,
  seconds,
  processor,
  megabytes,
  requests,
  counts,
  problems,
}: DemoStep): string {
  const ending = signal ?? (exitCode === undefined ? "" : `exit code ${exitCode}`);
  const taken =
    seconds === 0 ? [] : [`${seconds.toFixed(1)} s, processor ${processor.toFixed(1)} s, ${Math.round(megabytes)} MB`];
  const asked =
    requests === undefined ? [] : [`${requests.reads} reads, ${requests.writes} writes, ${requests.tokens} tokens`];
  const states = Object.entries(counts ?? {}).filter(([, count]) => count > 0);
  const counted = states.length === 0 ? [] : [states.map(([state, count]) => `${count} ${state}`).join(", ")];
  const facts = [ending, ...taken, ...asked, ...counted].filter((text) => text !== "");
  return [
    `${name}: ${command}`,
    ...facts.map((fact) => `  ${fact}`),
    ...problems.map((one) => `  PROBLEM ${one}`),
    "",
  ].join("\n");
}

void main();
