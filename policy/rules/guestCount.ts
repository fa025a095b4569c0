import { guestCountProblem } from "../../domain/guardrails/people";
import { dynamic } from "../../domain/resourceTypes";
import { stackRule } from "../rule";

export const guestCount = stackRule<{ most: number }>({
  name: "guest-count",
  severity: "medium",
  level: "mandatory",
  why: "A stack has no more guests than one team of analysts: a longer list is a mistake, or old.",
  remedy: "Remove analysts who do not work for this customer, or raise the parameter most.",
  link: "https://learn.microsoft.com/entra/identity-platform/secure-least-privileged-access",
  parameters: {
    most: { type: "integer", minimum: 0, default: 50, description: "Highest number of guests in a stack." },
  },
  checkStack: (resources, { parameters: { most } }) => {
    const guests = resources.filter(({ type }) => type === dynamic("Guest"));
    const problem = guestCountProblem(guests.length, most);
    return problem === undefined ? [] : [{ problem }];
  },
});
