/**
 * A rule file: Graph's `detectionRule` in YAML, without the wrappers `queryCondition` and
 * `detectionAction`, and with `firstRun` and `parameters`, which Graph does not have.
 */
import { durationPattern } from "@defender-mssp/errors/time";
import {
  automatedActionForms,
  automatedActionNames,
  entityMappingForms,
  eventGroupingKinds,
  isolationTypes,
  ruleSeverities,
  type AutomatedActionForm,
} from "@defender-mssp/microsoft";
import * as z from "zod/mini";

/** Registers a description for the JSON schema. */
export function described<Validator extends z.core.$ZodType>(validator: Validator, description: string): Validator {
  z.globalRegistry.add(validator, { description });
  return validator;
}

/** An optional key. */
function key<Validator extends z.core.$ZodType>(validator: Validator, description: string) {
  return described(z.optional(validator), description);
}

/** Longest line and longest text for people, in characters: this program's own, above what an alert shows. */
const lineLimit = 1000;
const proseLimit = 10_000;

function line(what: string) {
  const error = `${what}, one line of text of at most ${lineLimit} characters`;
  return z.string({ error }).check(z.maxLength(lineLimit, { error }), z.regex(/^\S(?:.*\S)?$/, { error }));
}

function prose(what: string, most = proseLimit) {
  const error = most === Infinity ? `${what}, a text` : `${what}, a text of at most ${most} characters`;
  return z
    .string({ error })
    .check(...(most === Infinity ? [] : [z.maxLength(most, { error })]), z.regex(/\S/, { error }));
}

const columnForm = /^[A-Za-z_][A-Za-z0-9_]*$/;

function column() {
  const error = "the name of a column of the query's output";
  return z.string({ error }).check(z.regex(columnForm, { error }));
}

const duration = z
  .string({ error: "an ISO 8601 duration such as PT1H" })
  .check(z.regex(durationPattern, { error: "an ISO 8601 duration such as PT1H" }));

const techniqueError = "a technique's ID such as T1059";
const subTechniqueError = "a sub-technique's ID such as T1059.001";

const technique = z.strictObject({
  technique: described(
    z.string({ error: techniqueError }).check(z.regex(/^T\d{4}$/, { error: techniqueError })),
    "ID of a technique, such as T1059.",
  ),
  subTechniques: key(
    z.array(z.string({ error: subTechniqueError }).check(z.regex(/^T\d{4}\.\d{3}$/, { error: subTechniqueError }))),
    "IDs of its sub-techniques, such as T1059.001.",
  ),
});

const tacticError = "a tactic in Defender's spelling, such as InitialAccess";

const tactic = z.strictObject({
  tactic: described(
    z.string({ error: tacticError }).check(z.regex(/^[A-Z][A-Za-z]+$/, { error: tacticError })),
    "A tactic of MITRE ATT&CK as Defender spells it, such as InitialAccess.",
  ),
  techniques: key(z.array(technique), "Techniques of the tactic."),
});

const entityMappings = z.strictObject(
  Object.fromEntries(
    Object.entries(entityMappingForms).map(([name, { columns }]) => [
      name,
      z.optional(
        z.array(z.strictObject(Object.fromEntries(columns.map((columnKey) => [columnKey, z.optional(column())])))),
      ),
    ]),
  ),
);

const automatedActions = z.strictObject(
  Object.fromEntries(
    automatedActionNames.map((name) => [
      name,
      key(z.array(actionSchema(automatedActionForms[name])), `${sentence(automatedActionForms[name].effect)}.`),
    ]),
  ),
);

function actionSchema({ columns, oneOfColumns = [], values = [] }: AutomatedActionForm) {
  return z.strictObject({
    ...Object.fromEntries(columns.map((columnKey) => [columnKey, column()])),
    ...Object.fromEntries(oneOfColumns.map((columnKey) => [columnKey, z.optional(column())])),
    ...(values.includes("isolationType")
      ? { isolationType: z.enum(isolationTypes, { error: `an isolation type: ${isolationTypes.join(" or ")}` }) }
      : {}),
    ...(values.includes("deviceGroupNames")
      ? { deviceGroupNames: z.optional(z.array(line("the name of a device group"))) }
      : {}),
  });
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const parameterNameForm = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

const scalarParameter = z.union([z.string(), z.number(), z.boolean()]);
const parameterValue = z.union([scalarParameter, z.array(z.union([z.string(), z.number()])), z.null()], {
  error: "text, a number, true, false, a list of texts or numbers, or null for a parameter without a default",
});

const firstRuns = ["disabled", "backfill"] as const;
const statuses = ["enabled", "disabled"] as const;

export const ruleFileSchema = z.strictObject({
  displayName: described(line("the rule's name"), "Name of the rule in the Defender portal, unique in a tenant."),
  description: key(prose("the rule's description"), "What the rule finds, for the people who read it in the portal."),
  status: described(
    z.enum(statuses, { error: `the rule's status: ${statuses.join(" or ")}` }),
    "Whether the rule runs. The only place where a rule is on or off; a customer's `off` is an exception.",
  ),
  firstRun: key(
    z.enum(firstRuns, { error: `the first run: ${firstRuns.join(" or ")}` }),
    "How an enabled rule is created. `disabled` (default): created disabled, then enabled. `backfill`: created enabled, " +
      "which runs it at once over the last 30 days.",
  ),
  queryText: described(
    prose("the query", Infinity),
    "One KQL query. `%%name%%` stands for a parameter's value as a KQL literal.",
  ),
  parameters: key(
    z.record(z.string(), parameterValue),
    "Parameters of the query and of the texts, with their defaults. null: the customer's settings must name a value.",
  ),
  schedule: described(
    z.strictObject({
      frequency: described(duration, "How often the rule runs, ISO 8601: PT0S (continuous), PT1H, PT3H, PT12H or P1D."),
      lookback: key(duration, "How far back each run looks, ISO 8601. Only for rules on Sentinel tables."),
    }),
    "When the rule runs.",
  ),
  alertTemplate: described(
    z.strictObject({
      title: described(
        line("the alert's title"),
        "Title of the alert, unique in a tenant. `{{Column}}` is a column's value.",
      ),
      description: key(prose("the alert's description"), "Description of the alert. `{{Column}}` is a column's value."),
      severity: described(
        z.enum(ruleSeverities, { error: `a severity: ${ruleSeverities.join(", ")}` }),
        "Severity of the alert.",
      ),
      recommendedActions: key(prose("the recommended actions"), "What an analyst does about the alert."),
      tactics: key(z.array(tactic), "Tactic and techniques of MITRE ATT&CK. The service accepts one tactic."),
      customDetails: key(
        z.record(z.string(), column()),
        "Columns that the alert shows, by the name that it shows. At most 20.",
      ),
      entityMappings: described(
        entityMappings,
        "Columns that hold entities. At least one of hosts, accounts, mailboxes and ips.",
      ),
      eventGroupingKind: key(
        z.enum(eventGroupingKinds, { error: `the grouping of events: ${eventGroupingKinds.join(" or ")}` }),
        "Whether each event makes an alert.",
      ),
    }),
    "The alert that the rule raises.",
  ),
  organizationalScope: key(
    z.strictObject({
      scopeType: key(z.literal("deviceGroup", { error: "deviceGroup" }), "The one type that there is."),
      deviceGroups: described(
        z.array(line("the name of a device group")).check(z.minLength(1, { error: "at least one device group" })),
        "Names of device groups.",
      ),
    }),
    "Limits the rule to device groups.",
  ),
  incidentConfiguration: key(
    z.strictObject({
      isExcludedFromIncidentCorrelation: described(
        z.boolean({ error: "true or false" }),
        "true: the alerts are not correlated into incidents with others.",
      ),
    }),
    "How alerts become incidents.",
  ),
  automatedActions: key(
    automatedActions,
    "What the rule does by itself with each row. Deployed only where a customer's settings name the action, who approved it and until when.",
  ),
});

export type RuleFile = z.infer<typeof ruleFileSchema>;

export type RuleParameterValue = string | number | boolean | readonly (string | number)[];
