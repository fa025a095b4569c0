/**
 * `mssp alerts --all` against the same number of alerts of one customer. Each answer of the sandbox
 * takes 0.2 to 0.6 seconds, as a service over the internet does: without that, the sandbox's one
 * thread is the limit of both.
 */
import path from "node:path";
import { execa } from "execa";
import { ManyCustomers } from "./manyCustomers";
import { usageOf } from "../processes/processes";
import { inTurn, rowOf, type BenchGroup, type Measured, type RowInfo } from "./row";

const row = {
  name: "alerts-many",
  what: "mssp alerts --all: alerts per second",
  against: "of one customer, answers take 0.2 to 0.6 s",
  goal: 1.5,
  atLeast: true,
  isLong: true,
} satisfies RowInfo;

/** Alerts of each run. */
const alerts = 20_000;
const late = { seed: 1, percent: 100, kinds: ["slow"], timeScale: 0.02 } as const;

export const manyAlerts: BenchGroup = {
  rows: [row],
  async measure(_wanted, { checkout, customers = 50, runs }) {
    const many = await ManyCustomers.start(customers, { faults: late });
    try {
      const environment = await many.environment();
      const pull = async (...args: readonly string[]): Promise<Measured> => {
        const command = [path.join(checkout, "cli", "mssp.js"), "alerts", ...args];
        const running = execa(process.execPath, command, {
          cwd: many.folder,
          env: environment,
          extendEnv: false,
          stdin: "ignore",
          reject: false,
        });
        const { end, ...usage } = await usageOf(running);
        if (end.exitCode !== 0)
          throw new Error(`mssp alerts ${args.join(" ")} ended with ${end.exitCode}:\n${end.stderr}`);
        const count = end.stdout.split("\n").length;
        if (count < alerts / 2) throw new Error(`mssp alerts ${args.join(" ")}: ${count} alerts only`);
        return { ...usage, seconds: (usage.seconds / count) * 1000, processor: (usage.processor / count) * 1000 };
      };
      const ofOne = () => {
        many.hold(alerts, { customers: 1 });
        return pull("--connection", many.connection(0));
      };
      const ofAll = () => {
        many.hold(alerts);
        return pull("--all", "--connections", many.connections);
      };
      return [rowOf(row, await inTurn(ofOne, ofAll, runs), customers)];
    } finally {
      await many.dispose();
    }
  },
};
