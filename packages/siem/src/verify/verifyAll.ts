/** `verify` of several customers. */
import { atOnce } from "@defender-mssp/errors/atOnce";
import { overallState } from "@defender-mssp/terminal/checkState";
import type { Session } from "@defender-mssp/terminal/session";
import type { ConnectorSource } from "../connector/connectorSource";
import type { Check } from "./check";
import type { VerifiedCustomer } from "./customersTable";
import type { CustomerFacts } from "./customerFacts";
import type { Verification, VerifyOptions } from "./verification";

/** Customers that are checked at the same time: a stack takes a process of the engine. */
const simultaneous = 4;

/** Checks all customers that the options select. @throws VisibleError */
export async function verifyAll(
  options: VerifyOptions,
  session: Session,
  source: ConnectorSource,
  verification: Verification,
): Promise<readonly VerifiedCustomer[]> {
  const customers = await source.many(options, session);
  return atOnce(options.parallel ?? simultaneous, customers, async (customer) =>
    verifiedCustomer(customer.name, await verification.checks(customer, options, session, source.program)),
  );
}

/** A customer with the figures of the checks. */
export function verifiedCustomer(stack: string, checks: readonly Check[]): VerifiedCustomer {
  return {
    stack,
    state: overallState(checks.map(({ state }) => state)),
    ...factsIn(checks),
    checks: checks.map((check) => {
      const { facts, ...shown } = check;
      return facts === undefined ? check : shown;
    }),
  };
}

/** The facts of a customer's checks together. */
function factsIn(checks: readonly Check[]): CustomerFacts {
  return Object.assign({}, ...checks.map(({ facts }) => facts ?? {})) as CustomerFacts;
}
