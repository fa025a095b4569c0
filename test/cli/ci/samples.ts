/** What `pulumi preview --json` printed on the sandbox, cut to what a preview's reader looks at. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { reducePreview, type Change, type RunOfPreview, type StackPreview } from "../../../cli/stack/stackPreview";

export const samples = path.join(__dirname, "samples");

export function sample(name: string, run: RunOfPreview = {}): StackPreview {
  return reducePreview(name, JSON.parse(readFileSync(path.join(samples, `${name}.json`), "utf8")), run);
}

/** A preview with these changes. */
export function previewOf(changes: readonly Partial<Change>[], more: Partial<StackPreview> = {}): StackPreview {
  return {
    msspPreview: 1,
    stack: "contoso",
    failed: false,
    changes: changes.map((change) => ({
      operation: "update",
      type: "azuread:index/group:Group",
      name: "customer-analysts-group",
      properties: [],
      ...change,
    })),
    unchanged: 0,
    messages: [],
    policyViolations: [],
    additions: [],
    ...more,
  };
}
