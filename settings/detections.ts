/** Custom detection rules of the repository in the customer's tenant: `detections`. */
import {
  automatedActionNames,
  detectionApiVersions,
  ruleFileNameForm,
  withoutUndefined,
} from "@defender-mssp/microsoft";
import * as z from "zod/mini";
import { SettingPlace } from "./place";
import { optional, required, type CheckedValue } from "./setting";
import { calendarDay, displayName, freeText, listOf, mapOf, oneOf, switchOf, text, wholeNumber } from "./validators";

/** Of a customer whose settings have no limit. */
export const usualAlertsPerDay = 10;

const setLimit = 100;
const exceptionLimit = 1000;

const setName = text("the name of a folder below detections: up to 60 lower-case letters, digits, - and _", (value) =>
  ruleFileNameForm.test(value),
);

const ruleName = required(
  text("the name of a rule's file without its ending", (value) => ruleFileNameForm.test(value)),
  { description: "Name of the rule's file without its ending.", example: "office-encoded-powershell" },
);

const exception = mapOf("an exception: rule, reason, owner, until, and filter, off or disabled", {
  rule: ruleName,
  reason: required(freeText("why the exception exists", 1000), {
    description: "Why the exception exists.",
    example: "The packaging team builds with it",
  }),
  owner: required(displayName("who answers for the exception", 256), {
    description: "Who answers for the exception.",
    example: "Ana Silva <ana@mssp.example>",
  }),
  until: required(calendarDay("the last day of the exception"), {
    description: "Last day of the exception, UTC. The first `up` after it deploys the rule without the exception.",
    example: '"2027-03-31"',
  }),
  filter: optional(freeText("a KQL condition of the rows that remain", 4000), {
    description:
      "KQL condition that is added to the rule's query as `| where`: rows for which it is true remain. " +
      "It stands at the end, or before the last operator that drops one of its columns. Instead of `off`.",
    default: "none",
    example: "'DeviceName !startswith \"build-\"'",
  }),
  off: optional(switchOf("whether the customer does not get the rule"), {
    description: "`true`: the customer does not get the rule. Instead of `filter`.",
    default: "the customer gets the rule",
    example: "true",
  }),
  disabled: optional(switchOf("whether the rule is turned off in the customer's tenant"), {
    description:
      "`true`: the rule stays in the customer's tenant, turned off. Instead of `filter`. `npx mssp detections off` writes it.",
    default: "the rule is on if its file says so",
    example: "true",
  }),
});

/** An exception of the customer from one rule. */
export type DetectionException = Omit<CheckedValue<typeof exception>, Switch> & { readonly [Key in Switch]?: true };
type Switch = "off" | "disabled";

const overwrite = mapOf("a rule that `up` overwrites: rule, editedUntil", {
  rule: ruleName,
  editedUntil: required(calendarDay("the last day of the changes"), {
    description: "Last day of the changes in the tenant that `up` overwrites, UTC. A later change stays.",
    example: '"2027-03-31"',
  }),
});

const parameterError = "text, a number, true, false, or a list of up to 1000 texts or numbers";
const parameter = z.union(
  [
    z.string(),
    z.number(),
    z.boolean(),
    z.array(z.union([z.string(), z.number()])).check(z.maxLength(1000, { error: parameterError })),
  ],
  { error: parameterError },
);

/** The map of the setting. */
export const detections = mapOf("a map: sets, and except, parameters, actions", {
  sets: required(listOf(`a list of 1 to ${setLimit} sets of rules`, setName, { least: 1, most: setLimit }), {
    description: "Folders below detections/ of this repository whose rules the customer gets.",
    example: "[base, office]",
  }),
  except: optional(listOf(`a list of up to ${exceptionLimit} exceptions`, exception, { most: exceptionLimit }), {
    description: "The customer's exceptions from rules, each with an owner and an end.",
    default: "none",
    example:
      '[{ rule: office-encoded-powershell, reason: Packaging, owner: Ana Silva, until: "2027-03-31", filter: \'DeviceName !startswith "build-"\' }]',
  }),
  parameters: optional(z.record(z.string(), parameter, { error: "a map of parameters" }), {
    description: "Values of the rules' parameters, by name. A rule's file declares them.",
    default: "the defaults of the rules",
    values: "a map of texts, numbers, `true`, `false` or lists",
    example: "{ breakGlassAccounts: [bg1@contoso.com] }",
  }),
  actions: optional(
    listOf(
      `a list of automated actions: ${automatedActionNames.join(", ")}`,
      oneOf("an automated action", automatedActionNames),
      { least: 1, most: automatedActionNames.length },
    ),
    {
      description:
        "Automated actions that rules may take in the customer's tenant. Rules are deployed without all others.",
      default: "none",
      example: "[isolateDevices]",
    },
  ),
  approvedBy: optional(displayName("who at the customer approved the actions", 256), {
    description: "Name of the person at the customer who approved `actions`. Required with them.",
    default: "none",
    example: "Dana Reyes <dana.reyes@contoso.com>",
  }),
  until: optional(calendarDay("the last day of the actions"), {
    description:
      "Last day of `actions`, UTC; required with them. The first `up` after it deploys the rules without actions.",
    default: "none",
    example: '"2027-03-31"',
  }),
  overwrite: optional(listOf(`a list of up to ${exceptionLimit} rules`, overwrite, { most: exceptionLimit }), {
    description:
      "Rules that somebody changed in the customer's tenant and that `up` writes again. " +
      "Without it such a rule stays as it is, and `preview` says who changed what.",
    default: "none",
    example: '[{ rule: office-encoded-powershell, editedUntil: "2027-03-31" }]',
  }),
  alertsPerDay: optional(wholeNumber("alerts a day", { most: 9999 }), {
    description:
      "Alerts a day above which a rule is noisy at this customer: `npx mssp status` and `npx mssp detections health` name it.",
    default: `${usualAlertsPerDay} a day`,
    example: "50",
  }),
  apiVersion: optional(oneOf("the version of Microsoft Graph for rules", detectionApiVersions), {
    description:
      "Version of Microsoft Graph in which rules are written and read. Only the metadata of `beta` describes them.",
    default: "`beta`",
    example: "v1.0",
  }),
});

export const detectionSettings = {
  detections: optional(detections, {
    description: "Custom detection rules of this repository in the customer's tenant; see `npx mssp docs detections`.",
    default: "no rules",
    example: "{ sets: [base] }",
  }),
};

type Declared = CheckedValue<typeof detections>;
type WithDefault = "parameters" | "actions" | "apiVersion";
export interface DetectionSettings
  extends Omit<Declared, WithDefault | "except">, Required<Pick<Declared, WithDefault>> {
  readonly except: readonly DetectionException[];
}

export function detectionsFrom(checked: z.infer<typeof detections> | undefined): DetectionSettings | undefined {
  if (checked === undefined) return undefined;
  const {
    sets,
    except = [],
    parameters = {},
    actions = [],
    overwrite,
    approvedBy,
    until,
    apiVersion = "beta",
    alertsPerDay,
  } = checked;
  return Object.freeze({
    // Always in this order.
    sets: [...sets].sort(),
    except: except.map(({ off, disabled, ...others }) =>
      withoutUndefined({ ...others, off: off === true || undefined, disabled: disabled === true || undefined }),
    ),
    parameters,
    // Always in this order.
    actions: automatedActionNames.filter((action) => actions.includes(action)),
    apiVersion,
    ...withoutUndefined({ alertsPerDay, overwrite, approvedBy, until }),
  });
}

/** Problems between several keys. */
export function detectionProblems(settings: SettingPlace): void {
  const place = settings.at("detections");
  if (!place.isSet) return;
  SettingPlace.refuseRepeated(
    place.at("sets").items(setLimit),
    (first) => `each set once: detections.sets[${first}] is this one`,
  );
  for (const item of place.at("except").items(exceptionLimit)) {
    const isTrue = (key: string) => item.at(key).value === true || item.at(key).value === "true";
    const [off, disabled] = [isTrue("off"), isTrue("disabled")];
    if (off && disabled) item.at("disabled").refuse("only without off: true");
    for (const key of [...(off ? ["off"] : []), ...(disabled ? ["disabled"] : [])])
      if (item.at("filter").isSet) item.at("filter").refuse(`only without ${key}: true`);
    if (!off && !disabled && !item.at("filter").isSet)
      item.at("filter").refuse("a KQL condition of the rows that remain, or off: true or disabled: true");
  }
  const actions = place.at("actions");
  for (const [key, allowed] of Object.entries(requiredWithActions)) {
    if (actions.isSet && !place.at(key).isSet) place.at(key).refuse(allowed);
    if (!actions.isSet && place.at(key).isSet) place.at(key).refuse("only with actions");
  }
}

const requiredWithActions = {
  approvedBy: "the name of the person at the customer who approved the actions",
  until: "the last day of the actions, such as 2027-03-31 (ISO 8601, UTC)",
} as const;
