/** The pages of docs/reference that are generated from code. The page of the emulated routes is written by a test, which drives them. */
import { format } from "prettier";
import { commandsPage } from "./reference/commands";
import { outputsPage } from "./reference/outputs";
import { permissionsPage } from "./reference/permissions";
import { policyRulesPage } from "./reference/policyRules";
import { settingsPage } from "./reference/settings";

export interface GeneratedPage {
  /** Path from the top of the checkout. */
  readonly file: string;
  /** What it is generated from. */
  readonly source: string;
  /** The page's Markdown, which begins with its title. */
  readonly make: () => string;
}

export const generatedPages: readonly GeneratedPage[] = [
  { file: "docs/reference/settings.md", source: "`Pulumi.yaml`", make: settingsPage },
  { file: "docs/reference/outputs.md", source: "`index.ts` and `components/`", make: outputsPage },
  { file: "docs/reference/permissions.md", source: "`settings/prerequisites.ts`", make: permissionsPage },
  { file: "docs/reference/commands.md", source: "`cli/`", make: commandsPage },
  { file: "docs/reference/policy-rules.md", source: "`policy/rules/`", make: policyRulesPage },
];

/** The page as it is to be on disk: with a note below its title, formatted as all Markdown here. */
export async function pageText({ source, make }: GeneratedPage): Promise<string> {
  const [title = "", ...rest] = make().split("\n");
  const note = `_Generated from ${source} by \`npm run docs\`. Don't edit it._`;
  return format([title, "", note, ...rest].join("\n"), { parser: "markdown", printWidth: 120 });
}
