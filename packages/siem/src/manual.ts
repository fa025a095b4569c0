/** The manual of the machine that runs the collector: the package ships it. */
import { existsSync } from "node:fs";
import path from "node:path";

/** From the top of the package, and of a checkout. */
export const manual = [
  "docs/guides/siem-engineer.md",
  "docs/alerts.md",
  "docs/destinations.md",
  "docs/tickets.md",
  "docs/retirements.md",
  "templates/siem",
] as const;

/** Absolute paths. */
export function manualFiles(): readonly string[] {
  const [ofPackage, ofCheckout] = [path.join(__dirname, ".."), path.join(__dirname, "..", "..", "..")];
  const top = existsSync(path.join(ofPackage, manual[0])) ? ofPackage : ofCheckout;
  return manual.map((file) => path.join(top, file));
}
