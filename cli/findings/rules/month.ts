import { monthName } from "../../base/spanOfDay";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** A month whose page the customer has not got. */
export function month({ stack, unsentMonth }: Facts): Finding[] {
  if (unsentMonth === undefined) return [];
  const name = monthName(unsentMonth);
  return [
    finding("month", "soon", {
      key: `month ${unsentMonth}`,
      title: `${name}: not sent`,
      text: `The customer's page of ${name} is not noted as sent`,
      next: `npx mssp report --month ${unsentMonth} --stack ${stack}; after sending it, the same with --sent`,
    }),
  ];
}
