/** The settings file of a new customer, with comments. */
import { stringify } from "yaml";
import { clouds, type CloudName } from "@defender-mssp/microsoft";
import { parseSettings } from "../../settings";
import type { CustomerAnswers } from "./questions";

/**
 * The settings of the file, in its order.
 * @throws VisibleError for settings that the program refuses.
 */
export function checkedSettings(
  { tenantCheck: _, notCheckedBecause: __, cloud, analysts, portalAccess, ...others }: CustomerAnswers,
  more: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const values = { ...others, ...(cloud === "public" ? {} : { cloud }), analysts, portalAccess, ...more };
  parseSettings(values, [], { ARM_ENVIRONMENT: clouds[cloud as CloudName].environment });
  return values;
}

const comments: Readonly<Record<string, string>> = {
  customerName: "The name of the SIEM's app registration contains it.",
  tenantId: "All objects are created in this tenant; `up` stops if its credentials reach another tenant.",
  msspName: "The name of the MSSP.",
  msspContact: "Whom the customer's administrator asks: the hand-out and the mail to send name it.",
  msspApplications: "The application that runs `up`, to which the customer's administrator consents.",
  analysts: 'Guests in the customer\'s tenant. Quote the date on which access ends: accessEndsOn: "2031-12-31".',
  portalAccess: "rbac: tiers with roles of Defender's unified RBAC. basic: a directory role.",
  connector: "The application with which the SIEM reads alerts. graph: Microsoft Graph.",
};

/** The engine fills in the salt where it stands; otherwise it would append it to the list at the end. */
const saltPlace = '# `pulumi stack init` fills in the salt.\nencryptionsalt: ""\n';

/**
 * The text of the file.
 * @param options `salt`: whether a place for the salt is added; not in the file of an existing stack.
 * `schema`: the JSON schema's path from the file, for editors.
 */
export function customerFile(
  project: string,
  settings: Readonly<Record<string, unknown>>,
  { salt = false, schema }: { readonly salt?: boolean; readonly schema?: string } = {},
): string {
  const entries = Object.entries(settings).map(([key, value]) => {
    const comment = comments[key] === undefined ? "" : `  # ${comments[key]}\n`;
    const text = stringify({ [`${project}:${key}`]: value }, { lineWidth: 0 });
    return comment + text.replace(/^(?=.)/gm, "  ");
  });
  return [
    ...(schema === undefined ? [] : [`# yaml-language-server: $schema=${schema}\n`]),
    "# Settings: Pulumi.yaml describes each one. `npx mssp permissions` lists what the customer consents to.\n",
    ...(salt ? [saltPlace] : []),
    "config:\n",
    ...entries,
  ].join("");
}
