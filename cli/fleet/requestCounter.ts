/**
 * `--set countRequests=true`: requests to the sandbox during a run, including those of the provider
 * plugins.
 */
import { isLoopback, request } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { z } from "zod";
import type { FleetStack } from "../stack/inventory";
import type { RequestCounts } from "./runReport";

const counts = z.object({ reads: z.number(), writes: z.number(), tokens: z.number() });
const page = z.object({ tenants: z.array(z.object({ id: z.string(), requests: counts })) });
type Counts = z.infer<typeof counts>;
type ByTenant = ReadonlyMap<string, Counts>;

const none: Counts = { reads: 0, writes: 0, tokens: 0 };

export class RequestCounter {
  private constructor(
    private readonly address: string,
    private readonly before: ByTenant,
  ) {}

  /** @throws VisibleError without a sandbox: Microsoft's services don't report counts. */
  static async start(environment: NodeJS.ProcessEnv): Promise<RequestCounter> {
    const host = environment["ARM_METADATA_HOSTNAME"] ?? "";
    if (!isLoopback(host.split(":")[0] ?? "")) {
      throw new VisibleError(
        "--set countRequests=true requires the sandbox, which counts them: put `npx mssp sandbox run --` in front of the command.",
      );
    }
    const address = `https://${host}/`;
    return new RequestCounter(address, await ask(address));
  }

  /** Since the start. Requests in other tenants, such as the MSSP's, count in the sum only. */
  async counts(inventory: readonly FleetStack[]): Promise<RequestCounts> {
    const after = await ask(this.address);
    const grown = new Map([...after].map(([tenant, now]) => [tenant, minus(now, this.before.get(tenant) ?? none)]));
    const sum = (name: keyof Counts) => [...grown.values()].reduce((all, one) => all + one[name], 0);
    const byStack = inventory.flatMap(({ stack, tenantId }) => {
      const own = grown.get(tenantId ?? "");
      return own === undefined || own.reads + own.writes + own.tokens === 0 ? [] : [[stack, own] as const];
    });
    return {
      reads: sum("reads"),
      writes: sum("writes"),
      tokens: sum("tokens"),
      byStack: Object.fromEntries(byStack),
    };
  }
}

async function ask(address: string): Promise<ByTenant> {
  const { body } = await request(address);
  const parsed = page.safeParse(body);
  if (!parsed.success)
    throw new VisibleError(`${address} does not count requests: it is not a sandbox of this version.`);
  return new Map(parsed.data.tenants.map(({ id, requests }) => [id, requests]));
}

function minus(a: Counts, b: Counts): Counts {
  return { reads: a.reads - b.reads, writes: a.writes - b.writes, tokens: a.tokens - b.tokens };
}
