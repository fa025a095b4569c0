/** `verify` of several customers: a row for each. */
import { VisibleError } from "@defender-mssp/errors";
import { atOnce } from "@defender-mssp/terminal/atOnce";
import { countsSentence, markOf, overallState, type CheckState } from "@defender-mssp/terminal/checkState";
import type { Session } from "@defender-mssp/terminal/session";
import { tableText } from "@defender-mssp/terminal/table";
import type { ConnectorSource } from "../connector/connectorSource";
import type { Check } from "./check";
import type { Verification, VerifyOptions } from "./verification";

/** Customers that are checked at the same time: a stack takes a process of the engine. */
const simultaneous = 4;

/** A customer's checks. */
export interface VerifiedCustomer {
  readonly stack: string;
  readonly state: CheckState;
  readonly checks: readonly Check[];
}

/** Checks all customers that the options select. @throws VisibleError where there is none. */
export async function verifyAll(
  options: VerifyOptions,
  session: Session,
  source: ConnectorSource,
  verification: Verification,
): Promise<readonly VerifiedCustomer[]> {
  const customers = await source.many(options, session);
  if (customers.length === 0) throw new VisibleError("No customer matches.");
  return atOnce(options.parallel ?? simultaneous, customers, async (customer) => {
    const checks = await verification.checks(customer, options, session, source.program);
    return { stack: customer.name, state: overallState(checks.map(({ state }) => state)), checks };
  });
}

/** A row for each customer: the counts, and each check that failed. */
export function customersText(customers: readonly VerifiedCustomer[]): string {
  const rows = customers.map(({ stack, state, checks }) => {
    const failures = checks.filter((check) => check.state === "failed");
    const counts = countsSentence(checks.map((check) => check.state));
    return [markOf(state), stack, [counts, ...failures.map(({ name, reason }) => `${name}: ${reason}`)].join("\n")];
  });
  const failed = customers.filter(({ state }) => state === "failed").length;
  return `${tableText(rows)}\n${customers.length - failed} of ${customers.length} customers without a failed check.\n`;
}
