/** Who acts on a customer's access. */

/** Whose move a step is. */
export type Actor = "customerAdministrator" | "platformEngineer" | "siemEngineer" | "analyst";

export const actorNames: Readonly<Record<Actor, string>> = {
  customerAdministrator: "the customer's administrator",
  platformEngineer: "the MSSP's platform engineer",
  siemEngineer: "the SIEM engineer",
  analyst: "the analysts",
};
