/** `offboarded`: the customer has left, and no run grants anything again. */
import { optional, required } from "./setting";
import { calendarDay, displayName, mapOf } from "./validators";

const offboarded = mapOf("a map with on and by", {
  on: required(calendarDay("the day of the off-boarding"), {
    description: "The day on which the access was removed.",
    example: '"2026-11-28"',
  }),
  by: optional(displayName("who off-boarded the customer", 256), {
    description: "Who off-boarded the customer.",
    default: "not shown",
    example: "Ana Silva",
  }),
});

export const offboardedSettings = {
  offboarded: optional(offboarded, {
    description:
      "The customer was off-boarded: `up` and `preview` refuse to run, and `npx mssp fleet` and `npx mssp ci matrix` leave the stack out. " +
      "`destroy`, `refresh`, `npx mssp evidence` and `npx mssp offboard` go on. `npx mssp offboard` writes it, together with a stack tag.",
    default: "the customer is onboarded",
    example: '{ on: "2026-11-28", by: Ana Silva }',
  }),
};
