/** Who can do what until when: the first table of a hand-out, in the customer's language. */
import { allConnectorRoles, readsAlerts } from "@defender-mssp/microsoft";
import { code, day, folded, lines, table, type Block, type Content, type Row } from "@defender-mssp/pages";
import { actionCapabilities, capabilities } from "../../access/objects/capabilities";
import { canWiden } from "../../access/permissions/consentedApplications";
import type { AccessReport } from "../../findings/accessReport";
import type { ObjectKind } from "../../access/objects/kindInReport";
import type { ReportObject, ReportPath } from "../../access/objects/reportObject";
import type { Texts } from "../../access/texts/texts";

/** Puts names into the texts. */
type Fill = (text: string) => string;

interface Access {
  readonly who: Content;
  readonly by: Content;
  readonly may: readonly string[];
  readonly mayNot: readonly string[];
  /** Names of the rights, as Microsoft writes them. */
  readonly raw?: readonly string[];
  readonly until?: Content;
}

/** The answer in three sentences: people, SIEM, automation. */
export function accessSentences({ objects, paths }: AccessReport, { who }: Texts, fill: Fill): readonly string[] {
  const guests = objects.filter(({ kind }) => kind === "guest");
  const named = (text: string, some: readonly ReportObject[]) =>
    some.length === 0 ? [] : [text.replace("{names}", () => shortList(some.map(({ name }) => name)))];
  const isWorking = ({ key }: ReportObject) => reached(key, objects, paths).rights.length > 0;
  const people = [
    ...named(who.people, guests.filter(isWorking)),
    ...named(
      who.idle,
      guests.filter((guest) => !isWorking(guest)),
    ),
  ];
  const onRequest = objects.some(({ kind }) => kind === "accessPackage");
  const permissions = objects.filter(({ kind }) => kind === "permission");
  const siem =
    permissions.length === 0 && !objects.some(({ kind }) => kind === "servicePrincipal")
      ? who.noSiem
      : permissions.some(writes)
        ? who.siemWrites
        : who.siemReads;
  const nobody = [onRequest ? who.onRequest : who.nobody];
  return [...(guests.length > 0 ? people : nobody), siem, who.automation].map(fill);
}

/** A row for each person, application and other way of access. */
export function accessTable(report: AccessReport, texts: Texts, fill: Fill): Block {
  const { columns, title, rawNames } = texts.who;
  const rows = [
    ...applications(report, texts, fill),
    ...people(report, texts),
    ...packages(report, texts, fill),
    ...governance(report, texts, fill),
    ...siem(report, texts, fill),
    ...others(report, texts),
  ];
  return table({
    caption: title,
    columns: [
      { title: columns.who },
      { title: columns.by },
      { title: columns.may, kind: "sentence" },
      { title: columns.mayNot, kind: "sentence" },
      { title: columns.until },
    ],
    rows: rows.map(({ who, by, may, mayNot, raw = [], until = texts.words.noEnd }): Row => ({
      cells: [
        who,
        by,
        [
          lines(may),
          ...(raw.length === 0 ? [] : [folded(rawNames, lines(raw.map((name) => code(name))), { printed: false })]),
        ],
        lines(mayNot),
        until,
      ],
    })),
    filterable: false,
  });
}

function applications({ applications: consented = [] }: AccessReport, { who }: Texts, fill: Fill): Access[] {
  return consented.flatMap((application): Access[] => {
    const { use, id, name, permissions } = application;
    if (use === "connector") return [];
    const isAutomation = use === "automation";
    const isKeeper = use === "keeper";
    const widens = isAutomation && canWiden(application);
    return [
      {
        who: fill(isAutomation ? who.automationRow : isKeeper ? who.keeperRow : who.previewRow),
        by: lines([...(name === undefined ? [] : [name]), code(id)]),
        may: isAutomation
          ? [who.automationMay, ...(widens ? [who.widens] : [])]
          : [
              ...(isKeeper ? [who.keeperMay] : []),
              who.previewMay,
              ...(permissions.some(({ name }) => readsAlerts(name)) ? [who.capabilities.seeAlerts] : []),
            ],
        mayNot: [widens ? who.widensAll : isAutomation || isKeeper ? who.othersNot : who.changeNot],
        raw: permissions.map((permission) => permission.name),
        until: who.untilDeleted,
      },
    ];
  });
}

/** People with the same rights and the same end are one row, where there are many. */
const mostRows = 20;

function people({ objects, paths }: AccessReport, texts: Texts): Access[] {
  const guests = objects.filter(({ kind }) => kind === "guest");
  const rows = guests.map((guest) => {
    const { by, rights } = reached(guest.key, objects, paths);
    const eligible = by.some(({ name }) => objects.some((one) => one.kind === "eligibility" && one.name === name));
    const access: Access = {
      who: lines([guest.name, guest.detail]),
      by: shortList(by.map(({ name }) => name)),
      ...allowed(rights, texts, eligible),
      ...(guest.until === undefined ? {} : { until: day(new Date(guest.until)) }),
    };
    return { guest, access, group: JSON.stringify([access.by, access.may, access.raw, guest.until]) };
  });
  if (rows.length <= mostRows) return rows.map(({ access }) => access);
  const groups = new Map<string, typeof rows>();
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [{ ...first.access, who: members.map(({ guest }) => guest.name).join(", ") }];
  });
}

const rightKinds: ReadonlySet<ObjectKind> = new Set(["defenderRole", "directoryRole", "governanceRole"]);

interface Reached {
  /** The groups that give a right; all of them where none does. */
  readonly by: readonly ReportObject[];
  readonly rights: readonly ReportObject[];
}

function reached(from: string, objects: readonly ReportObject[], paths: readonly ReportPath[]): Reached {
  const next = (key: string) =>
    paths.filter((path) => path.from === key).flatMap(({ to }) => objects.find((object) => object.key === to) ?? []);
  const isRight = ({ kind }: ReportObject) => rightKinds.has(kind);
  const direct = next(from);
  const groups = direct.filter((object) => !isRight(object));
  const giving = groups.filter(({ key }) => next(key).some(isRight));
  const rights = [...direct.filter(isRight), ...giving.flatMap(({ key }) => next(key).filter(isRight))];
  return { by: giving.length > 0 ? giving : groups, rights: [...new Set(rights)] };
}

function allowed(
  rights: readonly ReportObject[],
  { who }: Texts,
  eligible = false,
): Pick<Access, "may" | "mayNot" | "raw"> {
  const all = capabilities.map((capability) => who.capabilities[capability]);
  if (rights.length === 0) return { may: [who.nothing], mayNot: all };
  const directory = rights.filter(({ kind }) => kind !== "defenderRole");
  const actions = rights.filter(({ kind }) => kind === "defenderRole").flatMap(({ detail }) => detail.split(", "));
  const held = new Set(actionCapabilities(actions));
  return {
    may: [
      ...(eligible ? [who.eligible] : []),
      ...directory.map(({ name }) => who.directoryRole.replace("{role}", () => name)),
      ...capabilities.filter((one) => held.has(one)).map((one) => who.capabilities[one]),
    ],
    // What a directory role does not allow, only Microsoft's document says.
    mayNot:
      directory.length > 0 ? [] : capabilities.filter((one) => !held.has(one)).map((one) => who.capabilities[one]),
    raw: [...new Set(actions)].sort(),
  };
}

function packages({ objects, paths }: AccessReport, texts: Texts, fill: Fill): Access[] {
  const { requestRow, afterApproval } = texts.who;
  return objects
    .filter(({ kind }) => kind === "accessPackage")
    .map(({ key, name, detail }) => {
      const groups = paths.filter(({ from }) => from === key).map(({ to }) => to);
      const days = /^(\d+) days/.exec(detail)?.[1];
      return {
        who: fill(requestRow),
        by: name,
        ...allowed(
          groups.flatMap((group) => reached(group, objects, paths).rights),
          texts,
        ),
        ...(days === undefined ? {} : { until: afterApproval.replace("{days}", days) }),
      };
    });
}

function governance({ objects, paths }: AccessReport, texts: Texts, fill: Fill): Access[] {
  return objects
    .filter(({ kind }) => kind === "governanceGroup")
    .map(({ key, name }) => ({
      who: fill(texts.who.groupRow),
      by: name,
      ...allowed(reached(key, objects, paths).rights, texts),
    }));
}

function siem({ objects }: AccessReport, texts: Texts, fill: Fill): Access[] {
  const permissions = objects.filter(({ kind }) => kind === "permission");
  const ends = permissions.filter(writes).flatMap(({ until }) => (until === undefined ? [] : [new Date(until)]));
  return objects
    .filter(({ kind }) => kind === "servicePrincipal")
    .map(({ name }) => ({
      who: fill(texts.who.siemRow),
      by: name,
      may: permissions.map((permission) => meaningText(permission, texts)),
      mayNot: [permissions.some(writes) ? texts.who.othersNot : texts.who.changeNot],
      raw: permissions.map((permission) => permission.name),
      ...(ends[0] === undefined ? {} : { until: day(ends[0]) }),
    }));
}

function others({ objects }: AccessReport, { kinds, who }: Texts): Access[] {
  return objects.flatMap(({ kind, name, detail }): Access[] => {
    const { name: by, meaning } = kinds[kind];
    if (kind === "notificationRule")
      return [
        { who: detail.split(" → ").at(-1) ?? name, by: [by, `: ${name}`], may: [meaning], mayNot: [who.changeNot] },
      ];
    if (kind === "delegation") return [{ who: name, by, may: [meaning, detail], mayNot: [] }];
    if (kind === "unknown") return [{ who: name, by, may: [meaning], mayNot: [] }];
    return [];
  });
}

/** A role of the connector has a sentence of its own. */
export function meaningText({ kind, name }: ReportObject, { kinds, roles }: Texts): string {
  return (kind === "permission" && Object.hasOwn(roles, name) ? roles[name] : undefined) ?? kinds[kind].meaning;
}

function writes({ kind, name }: ReportObject): boolean {
  return kind === "permission" && allConnectorRoles.some((role) => role.writes && role.value === name);
}

/** More names than these are in the table of objects. */
const mostNames = 5;

export function shortList(names: readonly string[]): string {
  const further = names.length - mostNames;
  return `${names.slice(0, mostNames).join(", ")}${further > 0 ? `, … (+${further})` : ""}`;
}
