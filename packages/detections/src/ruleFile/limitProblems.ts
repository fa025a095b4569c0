/** What the service refuses of a rule, as far as the file says without its query's columns. */
import { dayMs, durationOf, minuteMs } from "@defender-mssp/errors/time";
import {
  attackTactics,
  automatedActionForms,
  customDetailLimit,
  dynamicFieldLimit,
  entityMappingForms,
  type AutomatedActionForm,
} from "@defender-mssp/microsoft";
import { closest, distance } from "fastest-levenshtein";
import { parameterNameForm, type RuleFile } from "./ruleFileSchema";
import { placeholdersIn, placeholdersOfQuery } from "./ruleParameters";
import type { LimitProblem } from "./checkedYaml";
import { maskedQuery } from "./queryTokens";

type Path = readonly (string | number)[];

type Check = (rule: RuleFile) => readonly LimitProblem[];

const checks: readonly { readonly needs: readonly Path[]; readonly check: Check }[] = [
  { needs: [["alertTemplate", "tactics"]], check: tacticProblems },
  { needs: [["alertTemplate", "entityMappings"]], check: entityProblems },
  { needs: [["alertTemplate", "customDetails"]], check: customDetailProblems },
  {
    needs: [
      ["alertTemplate", "title"],
      ["alertTemplate", "description"],
    ],
    check: dynamicFieldProblems,
  },
  { needs: [["automatedActions"]], check: actionProblems },
  { needs: [["schedule"]], check: scheduleProblems },
  { needs: [["queryText"]], check: secondQueryProblems },
  { needs: [["parameters"], ["queryText"]], check: parameterProblems },
];

/**
 * @param raw the file's map.
 * @param isValid whether the schema accepts what is at a path.
 */
export function limitProblems(
  raw: Readonly<Record<string, unknown>>,
  isValid: (path: Path) => boolean,
): readonly LimitProblem[] {
  const valid = checks.filter(({ needs }) => needs.every(isValid));
  return [...characterProblems(raw), ...valid.flatMap(({ check }) => check(raw as unknown as RuleFile))];
}

function tacticProblems({ alertTemplate: { tactics = [] } }: RuleFile): LimitProblem[] {
  const path: Path = ["alertTemplate", "tactics"];
  if (tactics.length === 0) {
    return [
      {
        path,
        what: "the rule names no tactic; the service refused that in 2026-08 and accepted it in 2026-09",
        remedy: "Name the tactic",
        level: "warning",
      },
    ];
  }
  const several: LimitProblem[] =
    tactics.length > 1
      ? [
          {
            path: [...path, 1],
            what: `the service accepts one tactic, and the rule names ${tactics.length}`,
            remedy: "Keep one tactic, or write a rule for each",
          },
        ]
      : [];
  return [
    ...several,
    ...tactics.flatMap(({ tactic, techniques = [] }, index): LimitProblem[] => [
      ...unknownTactic(tactic, [...path, index, "tactic"]),
      ...techniques.flatMap(({ technique, subTechniques = [] }, number) =>
        subTechniques.flatMap((sub, position): LimitProblem[] =>
          sub.startsWith(`${technique}.`)
            ? []
            : [
                {
                  path: [...path, index, "techniques", number, "subTechniques", position],
                  what: `${sub} is no sub-technique of ${technique}`,
                  remedy: `Write it below ${sub.slice(0, 5)}`,
                },
              ],
        ),
      ),
    ]),
  ];
}

function unknownTactic(tactic: string, path: Path): LimitProblem[] {
  if ((attackTactics as readonly string[]).includes(tactic)) return [];
  const nearest = closest(tactic.slice(0, 100), [...attackTactics]);
  const isNear = distance(tactic.slice(0, 100).toLowerCase(), nearest.toLowerCase()) <= 3;
  if (isNear) return [{ path, what: `${tactic} is no tactic of ATT&CK`, remedy: `Write ${nearest}` }];
  const what = `${tactic} is no tactic of ATT&CK for Enterprise; the service accepts some categories of its own`;
  return [
    { path, what, remedy: "Coverage does not count the rule; name a tactic of ATT&CK if one fits", level: "warning" },
  ];
}

function entityProblems({ alertTemplate: { entityMappings } }: RuleFile): LimitProblem[] {
  const path: Path = ["alertTemplate", "entityMappings"];
  const mapped = Object.entries(entityMappings as Readonly<Record<string, readonly object[] | undefined>>).filter(
    ([, mappings = []]) => mappings.length > 0,
  );
  const assets = Object.entries(entityMappingForms).flatMap(([name, { isAsset }]) => (isAsset === true ? [name] : []));
  const noAsset = !mapped.some(([name]) => entityMappingForms[name]?.isAsset === true);
  return [
    ...(noAsset
      ? [
          {
            path,
            what: mapped.length === 0 ? "no entity is mapped" : "no asset and no IP address is mapped",
            remedy: `Map at least one of ${assets.join(", ")}; the service refuses the rule otherwise`,
          },
        ]
      : []),
    ...mapped.flatMap(([name, mappings = []]) =>
      mappings.flatMap((mapping, index): LimitProblem[] => {
        const sufficient = entityMappingForms[name]?.sufficient ?? [];
        const isEnough = sufficient.some((columns) => columns.every((column) => Object.hasOwn(mapping, column)));
        if (isEnough) return [];
        const choices = sufficient.map((columns) => columns.join(" + ")).join(", or ");
        return [
          {
            path: [...path, name, index],
            what: `the columns don't identify an entity of ${name}`,
            remedy: `Map ${choices}`,
          },
        ];
      }),
    ),
  ];
}

function customDetailProblems({ alertTemplate: { customDetails = {} } }: RuleFile): LimitProblem[] {
  const count = Object.keys(customDetails).length;
  if (count <= customDetailLimit) return [];
  return [
    {
      path: ["alertTemplate", "customDetails"],
      what: `${count} custom details; an alert has at most ${customDetailLimit}`,
      remedy: `Remove ${count - customDetailLimit}`,
    },
  ];
}

/** Columns in `{{…}}` of a text. */
export function dynamicFields(text: string): readonly string[] {
  return [...text.matchAll(/\{\{([^{}]*)\}\}/g)].map(([, name = ""]) => name.trim());
}

function dynamicFieldProblems({ alertTemplate: { title, description = "" } }: RuleFile): LimitProblem[] {
  const fields = [...new Set([...dynamicFields(title), ...dynamicFields(description)])];
  const bad = (["title", "description"] as const).flatMap((key) =>
    dynamicFields(key === "title" ? title : description)
      .filter((name) => !/^[A-Za-z_]\w*$/.test(name))
      .map((name) => ({
        path: ["alertTemplate", key],
        what: `{{${name}}} names no column`,
        remedy: "Write the name of a column of the query's output",
      })),
  );
  if (fields.length <= dynamicFieldLimit) return bad;
  return [
    ...bad,
    {
      path: ["alertTemplate", "title"],
      what: `title and description use ${fields.length} different columns (${fields.join(", ")}); the service accepts ${dynamicFieldLimit}`,
      remedy: "Show the others as custom details",
    },
  ];
}

function actionProblems({ automatedActions = {} }: RuleFile): LimitProblem[] {
  return Object.entries(automatedActions as Readonly<Record<string, readonly object[] | undefined>>).flatMap(
    ([name, actions = []]) => {
      const { oneOfColumns = [] } = (automatedActionForms as Readonly<Record<string, AutomatedActionForm>>)[name] ?? {};
      if (oneOfColumns.length === 0) return [];
      return actions.flatMap((action, index): LimitProblem[] => {
        const set = oneOfColumns.filter((column) => Object.hasOwn(action, column));
        if (set.length === 1) return [];
        const what =
          set.length === 0 ? "names no column of the file" : "names two columns; the service keeps one of them";
        return [{ path: ["automatedActions", name, index], what, remedy: `Write ${oneOfColumns.join(" or ")}` }];
      });
    },
  );
}

function scheduleProblems({ schedule: { frequency, lookback } }: RuleFile): LimitProblem[] {
  const every = durationOf(frequency) ?? NaN;
  const problems: LimitProblem[] = [];
  if (every !== 0 && (every < 5 * minuteMs || every > 14 * dayMs)) {
    problems.push({
      path: ["schedule", "frequency"],
      what: `${frequency} is not a frequency of the service`,
      remedy: "Write PT0S (continuous), PT1H, PT3H, PT12H or P1D; on Sentinel tables alone 5 minutes to 14 days",
    });
  }
  if (lookback === undefined) return problems;
  const path: Path = ["schedule", "lookback"];
  if (every === 0) problems.push({ path, what: "a continuous rule looks back at nothing", remedy: "Remove lookback" });
  else if ((durationOf(lookback) ?? NaN) < every) {
    problems.push({
      path,
      what: `${lookback} is shorter than the frequency ${frequency}`,
      remedy: "Write a longer one",
    });
  }
  return problems;
}

/** Words that continue an expression or an operator on a new line. */
const continuing =
  /^(?:and|or|by|on|in|kind|with|asc|desc|nulls|between|has|contains|startswith|endswith|matches|of|to)\b/;

/** A second query behind an empty line, which the portal's editor allows: the parser's errors don't say so. */
function secondQueryProblems({ queryText }: RuleFile): LimitProblem[] {
  const code = maskedQuery(queryText);
  for (const { 0: gap, index } of code.matchAll(/\n[ \t\r]*(?:\n[ \t\r]*)+(?=[A-Za-z_])/g)) {
    const before = code.slice(0, index).trimEnd();
    const after = code.slice(index + gap.length);
    const isInside =
      depth(before) > 0 || before === "" || /[|,(=;[{+*/<>-]$|\b(?:and|or|by|on|in|let \w+ =)$/.test(before);
    if (isInside || continuing.test(after) || !/^[A-Za-z_]\w*\s*(?:\n\s*\||\||$)/.test(after)) continue;
    const queryLine = code.slice(0, index + gap.length).split("\n").length;
    const what = "a second query begins here: a rule is one query";
    return [
      { path: ["queryText"], what, remedy: "Put it into a rule of its own, or join the two with union", queryLine },
    ];
  }
  return [];
}

/** Brackets that are open at the end of a text. */
function depth(code: string): number {
  return [...code.matchAll(/[()[\]{}]/g)].reduce((sum, [bracket]) => sum + ("([{".includes(bracket) ? 1 : -1), 0);
}

function parameterProblems(rule: RuleFile): LimitProblem[] {
  const declared = Object.keys(rule.parameters ?? {});
  const { code, quoted } = placeholdersOfQuery(rule.queryText);
  const texts = textsBelow(rule, []).filter(({ path }) => path[0] !== "queryText" && path[0] !== "parameters");
  const inTexts = texts.flatMap(({ path, text }) => placeholdersIn(text).map((name) => ({ path, name })));
  const used = [...code.map((name) => ({ path: ["queryText"] as Path, name })), ...inTexts];
  const names = new Set(used.map(({ name }) => name));
  return [
    ...declared
      .filter((name) => !parameterNameForm.test(name))
      .map((name) => ({
        path: ["parameters", name],
        what: "the name of a parameter has letters, digits and _, and begins with a letter",
        remedy: "Rename it",
      })),
    ...[...new Map(used.map((use) => [use.name, use])).values()]
      .filter(({ name }) => !declared.includes(name))
      .map(({ path, name }) => ({
        path,
        what: `%%${name}%% is no parameter of the rule`,
        remedy: `Declare ${name} below parameters, with its default or null`,
      })),
    ...[...new Set(quoted)]
      .filter((name) => declared.includes(name))
      .map((name) => ({
        path: ["queryText"],
        what: `%%${name}%% is inside of quotes`,
        remedy: "Remove the quotes: it stands for a whole KQL literal",
      })),
    ...declared
      .filter((name) => !names.has(name) && !quoted.includes(name))
      .map((name) => ({ path: ["parameters", name], what: "nothing uses the parameter", remedy: "Remove it" })),
  ];
}

/** Characters that hide in a text, or that the service's parser refuses. */
const hidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufeff]/u;

function characterProblems(raw: object): LimitProblem[] {
  return textsBelow(raw, []).flatMap(({ path, text }) => {
    const character = hidden.exec(text)?.[0];
    if (character === undefined) return [];
    const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
    return [{ path, what: `has the invisible character ${code}`, remedy: "Delete it" }];
  });
}

function textsBelow(value: unknown, path: Path): { readonly path: Path; readonly text: string }[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    textsBelow(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
