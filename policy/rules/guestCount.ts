import { guestCountProblem } from "../../guardrails/people";
import { dynamic } from "../resourceTypes";
import { stackRule } from "../rule";

export const guestCount = stackRule<{ most: number }>({
  name: "guest-count",
  severity: "medium",
  level: "mandatory",
  why: "A customer's tenant has no more guests of the MSSP's than a team that watches it: a list that has grown beyond is a mistake, or a leak.",
  remedy: "Take analysts out who don't work for this customer, or raise the parameter most.",
  link: "https://learn.microsoft.com/entra/identity-platform/secure-least-privileged-access",
  parameters: {
    most: { type: "integer", minimum: 0, default: 50, description: "Guests that a stack may have." },
  },
  checkStack: (resources, { parameters: { most } }) => {
    const guests = resources.filter(({ type }) => type === dynamic("Guest"));
    const problem = guestCountProblem(guests.length, most);
    return problem === undefined ? [] : [{ problem }];
  },
});
