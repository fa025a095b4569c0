/** docs/reference/settings.md: every setting of a stack, from the declarations in settings/. */
import { settingsReference, type SettingReference } from "../../../settings/reference";

/** Pages that say more about a setting's map. */
const pages: Readonly<Record<string, string>> = {
  analysts: "[Portal access](../portal-access.md#analysts)",
  portalAccess: "[Portal access](../portal-access.md)",
  notificationRules: "[Defender roles and notification rules](../portal-access.md#e-mail-notification-rules)",
  connector: "[The SIEM's connector](../connector.md)",
  handover: "[Azure](../azure.md)",
  azureDelegation: "[Azure](../azure.md)",
  extension: "[Resources of your own](../policy.md#your-own-resources)",
};

export function settingsPage(): string {
  return [
    "# Settings",
    "",
    "A stack's settings are in `Pulumi.<stack>.yaml`, each key with the project's name before it: `defender-mssp:` here, another name in a repository of",
    "customers. Keys without it are accepted; the engine adds it, sorts the keys and drops their comments when it next writes the file. One file describes",
    "one customer. `settings.schema.json` is its JSON schema for editors.",
    "`Pulumi.dev.yaml` uses every feature. All configuration errors are reported together, before any change.",
    "",
    "A key inside a map is written `map.key`, a key inside each item of a list `list[].key`. Quote dates, so that YAML keeps them as text.",
    "",
    ...settingsReference().flatMap(settingSection),
  ].join("\n");
}

function settingSection({
  key,
  required,
  description,
  default: fallback,
  values,
  example,
}: SettingReference): string[] {
  const isTopLevel = /^\w+$/.test(key);
  const more = pages[key];
  return [
    `${isTopLevel ? "##" : "###"} ${key}`,
    "",
    withoutTags(description),
    "",
    `- ${required ? "Required" : `Optional. Default: ${fallback ?? ""}`}`,
    `- Allowed: ${withoutTags(values)}`,
    `- Example: \`${example}\``,
    ...(more === undefined ? [] : [`- More: ${more}`]),
    "",
  ];
}

/** Markdown in which `<name>` outside of code is text and no HTML. */
function withoutTags(markdown: string): string {
  return markdown
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replaceAll("<", "\\<")))
    .join("");
}
