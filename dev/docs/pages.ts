/**
 * What is generated from code: Pulumi.yaml, the pages of docs/reference, and the figures and the
 * table of floors of docs/architecture.md. The page of the emulated routes is written by a test,
 * which drives them.
 */
import { ruleFileJsonSchema, ruleTestJsonSchema } from "@defender-mssp/detections";
import { ticketSettingsJsonSchema } from "@defender-mssp/siem/tickets/ticketSettingsJsonSchema";
import { format } from "prettier";
import { settingsJsonSchema } from "../../settings/settingsJsonSchema";
import { architecturePage } from "./architecturePage";
import { customerPage, customerPageFile } from "./customerPage";
import { detectionsPage, detectionsPageFile } from "./detectionsPage";
import { drawing, type DrawnFigure, type FigureScheme } from "./figures/drawing";
import { figures } from "./figures/all";
import { parsePage, type MarkdownPage } from "./markdown";
import { pluginSchema } from "./pluginSchema";
import { templateManifest } from "./customersRepository";
import { generatePulumiYaml, generateTemplatePulumiYaml } from "./pulumiYaml";
import { sandboxPage, sandboxPageFile } from "./sandboxPage";
import { commandsList, commandsPage, pipelineStepsPage } from "./reference/commands";
import { exitCodesPage } from "./reference/exitCodesPage";
import { kindsList, kindsPage } from "./reference/kindsPage";
import { outputsPage } from "./reference/outputs";
import { permissionsPage } from "./reference/permissions";
import { pluginList, pluginPage } from "./reference/plugin";
import { policyRulesPage } from "./reference/policyRules";
import { retirementsPage } from "./reference/retirementsPage";
import { sdkPage } from "./reference/sdk";
import { settingsPage } from "./reference/settings";
import { waysPage } from "./reference/waysPage";
import { waitsPage } from "./reference/waitsPage";

export interface GeneratedFile {
  /** Path from the top of the checkout. */
  readonly file: string;
  /** The text as it is to be on disk. */
  readonly make: () => string | Promise<string>;
}

export const generatedFiles: readonly GeneratedFile[] = [
  {
    file: "docs/architecture.md",
    make: () => format(architecturePage(), { parser: "markdown", printWidth: 120 }),
  },
  { file: customerPageFile, make: () => format(customerPage(), { parser: "markdown", printWidth: 120 }) },
  { file: detectionsPageFile, make: () => format(detectionsPage(), { parser: "markdown", printWidth: 120 }) },
  { file: sandboxPageFile, make: () => format(sandboxPage(), { parser: "markdown", printWidth: 120 }) },
  ...figures().flatMap((figure) => [image(figure, "light"), image(figure, "dark")]),
  { file: "Pulumi.yaml", make: generatePulumiYaml },
  {
    file: "settings.schema.json",
    make: () => format(JSON.stringify(settingsJsonSchema()), { parser: "json", printWidth: 120 }),
  },
  {
    file: "packages/detections/rule.schema.json",
    make: () => format(JSON.stringify(ruleFileJsonSchema()), { parser: "json", printWidth: 120 }),
  },
  {
    file: "packages/detections/rule.test.schema.json",
    make: () => format(JSON.stringify(ruleTestJsonSchema()), { parser: "json", printWidth: 120 }),
  },
  {
    file: "packages/siem/tickets.schema.json",
    make: () => format(JSON.stringify(ticketSettingsJsonSchema()), { parser: "json", printWidth: 120 }),
  },
  { file: "plugin/schema.json", make: async () => format(pluginSchema(), { parser: "json", printWidth: 120 }) },
  { file: "templates/customers/Pulumi.yaml", make: generateTemplatePulumiYaml },
  { file: "templates/customers/package.json", make: templateManifest },
  page("settings.md", "`settings/`", settingsPage),
  page("outputs.md", "`index.ts` and `components/`", outputsPage),
  page("permissions.md", "`domain/kinds/` and `domain/writingPermissions.ts`", permissionsPage),
  page("kinds.md", "`domain/kinds/`", kindsList),
  page("commands.md", "`cli/`", commandsList),
  page("pipeline-steps.md", "`cli/ci/`", pipelineStepsPage),
  page("exit-codes.md", "`packages/terminal/src/exitCodes.ts` and the commands' help", exitCodesPage),
  page("plugin.md", "`plugin/schema.json`", pluginList),
  page("policy-rules.md", "`policy/rules/`", policyRulesPage),
  page("retirement-table.md", "`packages/microsoft/src/changes/`", retirementsPage),
  page("ways.md", "`packages/tenant/src/ways/`", waysPage),
  page("waits.md", "`packages/microsoft/src/waits.ts`", waitsPage),
  page("sdk.md", "`program/sdk/reaches.ts`", sdkPage),
];

/**
 * Pages that are long and made of code: the checkout has a list in their place, the site and the
 * package have them whole.
 */
export const wholePages: readonly GeneratedFile[] = [
  page("kinds.md", "`domain/kinds/`", kindsPage),
  page("commands.md", "`cli/`", commandsPage),
  page("plugin.md", "`plugin/schema.json`", pluginPage),
];

/** The long pages, parsed. In a list of pages they stand behind the files of the checkout, whose anchors are fewer. */
export function madeWhole(): Promise<MarkdownPage[]> {
  return Promise.all(wholePages.map(async ({ file, make }) => parsePage(file, await make())));
}

function image(figure: DrawnFigure, scheme: FigureScheme): GeneratedFile {
  return { file: `docs/images/${figure.name}-${scheme}.svg`, make: () => drawing(figure, scheme) };
}

/** A page with a note below its title, formatted as all Markdown here. */
function page(name: string, source: string, make: () => string): GeneratedFile {
  return {
    file: `docs/reference/${name}`,
    make: () => {
      const [title = "", ...rest] = make().split("\n");
      const note = `_Generated from ${source} by \`npm run docs\`. Don't edit it._`;
      return format([title, "", note, ...rest].join("\n"), { parser: "markdown", printWidth: 120 });
    },
  };
}
