/** The list in docs/guides/customer-administrator.md of what people give the MSSP without this program. */
import { isNotApplicable } from "../../domain/kinds/accessKind";
import { kinds } from "../../domain/kinds/kinds";
import { betweenComments } from "./betweenComments";

export const customerPageFile = "docs/guides/customer-administrator.md";

/** The page as it is, with each kind that no onboarding creates, and how the customer ends it. */
export function customerPage(): string {
  const items = kinds.flatMap(({ plural, removal }) =>
    removal.by === "person" && isNotApplicable(removal.given)
      ? [`- **${capitalized(plural)}**: ${removal.end.replaceAll("{mssp}", "the MSSP")}`]
      : [],
  );
  return betweenComments(customerPageFile, "other access", items.join("\n"));
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
