/** What commands of many customers by connection files take: a pull of alerts, `verify --all` and the count of deliveries. */
import { dayMs, hourMs } from "@defender-mssp/errors/time";
import { setSwitches } from "@defender-mssp/testkit";
import { ofThousand } from "./devCustomer";
import { ManyCustomers, type ManyCustomersOptions } from "./manyCustomers";
import { runMssp } from "./measure";
import { benchGroup, type ComparedRow, type Measured } from "./row";

/** Alerts of each run. */
const pulledAlerts = 20_000;

/** As a service over the internet answers; without it the sandbox's one thread is the limit of both. */
const late = { seed: 1, percent: 100, kinds: ["slow"], timeScale: 0.02 } as const;

const mostMegabytes = 300;

const run = async (
  checkout: string,
  many: ManyCustomers,
  args: readonly string[],
  stdout: "ignore" | "pipe" = "pipe",
) => runMssp(checkout, args, { cwd: many.folder, env: await many.environment(), stdout });

const group = (row: ComparedRow<ManyCustomers>, options: ManyCustomersOptions & { count?: number } = {}) =>
  benchGroup([row], ({ customers = 50 }) => ManyCustomers.start(options.count ?? customers, options));

export const manyAlerts = group(
  {
    name: "alerts-many",
    what: "mssp alerts --all: alerts per second",
    against: "of one customer, answers take 0.2 to 0.6 s",
    goal: 1.5,
    atLeast: true,
    isLong: true,
    compare(many, { checkout }) {
      const pull = async (customers: number, ...args: readonly string[]): Promise<Measured> => {
        many.hold(pulledAlerts, { customers });
        const usage = await run(checkout, many, ["alerts", ...args]);
        const count = usage.stdout.split("\n").length;
        if (count < pulledAlerts / 2) throw new Error(`mssp alerts ${args.join(" ")}: ${count} alerts only`);
        return ofThousand(usage, count);
      };
      const customers = many.customers.length;
      return [
        () => pull(1, "--connection", many.connection(0)),
        () => pull(customers, "--all", "--connections", many.connections),
        { customers },
      ];
    },
  },
  { faults: late },
);

export const verifyAll = group({
  name: "verify-all",
  what: "mssp verify --all of 50 customers",
  against: "of one customer",
  goal: 8,
  isProcessor: true,
  compare: (many, { checkout }) => [
    () => run(checkout, many, ["verify", "--connection", many.connection(0)]),
    () => run(checkout, many, ["verify", "--all", "--connections", many.connections]),
    { customers: many.customers.length },
  ],
});

/** A day of so many alerts, some of which are in hunting only. */
export const verifyCoverage = group(
  {
    name: "verify-coverage",
    what: "mssp verify --coverage: peak memory",
    against: "300 MB",
    goal: 1,
    unit: "MB",
    isLong: true,
    async compare(many, { checkout, alerts }) {
      const { cloud } = many.sandbox;
      cloud.detectionInterval = Math.max(1, Math.floor(dayMs / alerts));
      setSwitches(cloud.tenant(many.customers[0]?.tenantId ?? ""), { alertSources: "mixed" });
      const customer = ["--connection", many.connection(0), "--checkpoint", "coverage.json"];
      const since = new Date(cloud.now().getTime() - 28 * hourMs).toISOString();
      await run(checkout, many, ["alerts", ...customer, "--since", since, "--quiet"], "ignore");
      return [
        () => Promise.resolve({ seconds: 1, megabytes: mostMegabytes }),
        () => run(checkout, many, ["verify", ...customer, "--coverage"]),
      ];
    },
  },
  { count: 1, permissions: ["SecurityAlert.Read.All", "ThreatHunting.Read.All"] },
);
