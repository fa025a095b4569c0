/** docs/reference/settings.md: every setting of a stack, from the schema that the engine reads. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { root } from "../files";

interface Schema {
  readonly config: Readonly<Record<string, { readonly description: string }>>;
}

/** Pages that say more about a setting's map. */
const pages: Readonly<Record<string, string>> = {
  portalAccess: "[Portal access](../portal-access.md)",
  notificationRules: "[Defender roles and notification rules](../defender-roles.md)",
  connector: "[The SIEM's connector](../connector.md)",
  handover: "[Azure](../azure.md)",
  azureDelegation: "[Azure](../azure.md)",
  extension: "[Resources of your own](../extensions.md)",
};

export function settingsPage(): string {
  const { config } = parse(readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as Schema;
  return [
    "# Settings",
    "",
    "A stack's settings are in `Pulumi.<stack>.yaml`, each key with `defender-mssp:` before it. One file describes one customer.",
    "`Pulumi.dev.yaml` uses every feature. All configuration errors are reported together, before any change.",
    "",
    ...Object.entries(config).flatMap(([key, { description }]) => setting(key, description)),
  ].join("\n");
}

function setting(key: string, description: string): string[] {
  const isRequired = /\bRequired\b/.test(description);
  const text = description.replace(/;? see (?:the README|docs\/\S+\.md)\b/g, "");
  const more = pages[key];
  return [
    `## ${key}`,
    "",
    `_${isRequired ? "Required" : "Optional"}._ ${text}`,
    "",
    ...(more ? [`More: ${more}.`, ""] : []),
  ];
}
