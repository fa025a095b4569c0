/** The picture of a report: the MSSP, its people and credentials, what they belong to, what that allows. */
import type { Picture, PictureEdge, PictureNode } from "@defender-mssp/pages";
import { applicable } from "../../../domain/kinds/accessKind";
import { kindWords, type DrawnKind } from "../../access/objects/kindWords";
import { differenceState } from "../../access/report/differenceState";
import type { AccessReport } from "../../findings/accessReport";
import type { ObjectKind } from "../../access/objects/kindInReport";
import type { ReportObject, ReportPath } from "../../access/objects/reportObject";

/** More people than this are drawn together where they reach the same. */
const mostPeople = 12;

const columns = ["MSSP", "Who", "By what", "Group or identity", "Right"];

const personShape: DrawnKind = { kind: "person", column: 1 };

const msspId = "mssp";

/** The words of a picture that is not English. */
export interface PictureWords {
  readonly title: string;
  readonly description: string;
  /** From left to right. */
  readonly columns: readonly string[];
  readonly kindName: (kind: ObjectKind) => string;
}

/** @param words in place of the English ones; then no path has a label, as those are English. */
export function accessPicture(report: AccessReport, words?: PictureWords): Picture {
  const drawn = englishPicture(report);
  if (words === undefined) return drawn;
  const { title, description, kindName } = words;
  const kindsByKey = new Map<string, ObjectKind>(report.objects.map(({ key, kind }) => [key, kind]));
  return {
    title,
    description,
    columns: words.columns,
    nodes: drawn.nodes.map(({ detail, ...node }) => {
      const kind = kindsByKey.get(node.id);
      return kind === undefined ? node : { ...node, detail: kind === "guest" ? (detail ?? "") : kindName(kind) };
    }),
    edges: drawn.edges.map(({ from, to }) => ({ from, to })),
  };
}

function englishPicture(report: AccessReport): Picture {
  const { msspName, customerName, objects, paths } = report;
  const people = drawnPeople(objects, paths);
  const others = objects.filter(({ kind }) => kind !== "guest");
  const nodes: PictureNode[] = [
    { id: msspId, label: msspName, kind: "organization", column: 0 },
    ...people.nodes,
    ...others.flatMap((object) => {
      const shape = applicable(kindWords[object.kind].drawn);
      return shape === undefined ? [] : [nodeOf(object, shape)];
    }),
  ];
  const edges: PictureEdge[] = [
    ...people.edges,
    ...paths.filter(({ from }) => !people.isPerson(from)).map(({ from, to, by }) => ({ from, to, label: by })),
    ...extraEdges(report),
  ];
  const starts = nodes.filter(({ column }) => column === 1);
  return {
    title: `Who reaches what in ${customerName}`,
    description: `From ${msspName} on the left to what its people and its SIEM may do on the right. Each node leads to its row in the table.`,
    columns,
    nodes,
    edges: [...starts.map(({ id }) => ({ from: msspId, to: id, label: "belongs to the MSSP" })), ...edges],
  };
}

function nodeOf({ key, kind, name, detail, difference }: ReportObject, shape: DrawnKind): PictureNode {
  const shown = kind === "defenderRole" ? `${detail.split(", ").length} actions in Defender` : detail;
  const isShort = kind === "application" || kind === "servicePrincipal" || kind === "siemAuthorization";
  return {
    id: key,
    label: kind === "siemAuthorization" ? "Legacy alert API" : name,
    ...(isShort ? { detail: shortKind[kind] } : shown === "" ? {} : { detail: shown }),
    ...shape,
    ...(difference === undefined ? {} : { state: differenceState(difference) }),
    href: `#${key}`,
  };
}

const shortKind = {
  application: "app registration",
  servicePrincipal: "enterprise application",
  siemAuthorization: "SIEM authorization",
} as const;

interface People {
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
  readonly isPerson: (id: string) => boolean;
}

function drawnPeople(objects: readonly ReportObject[], paths: readonly ReportPath[]): People {
  const guests = objects.filter(({ kind }) => kind === "guest");
  const keys = new Set(guests.map(({ key }) => key));
  const isPerson = (id: string) => keys.has(id);
  if (guests.length <= mostPeople) {
    const edges = paths.filter(({ from }) => isPerson(from)).map(({ from, to, by }) => ({ from, to, label: by }));
    return { nodes: guests.map((guest) => nodeOf(guest, personShape)), edges, isPerson };
  }
  const bands = new Map<string, ReportObject[]>();
  for (const guest of guests) {
    const reached = paths.filter(({ from }) => from === guest.key).map(({ to }) => to);
    const band = reached.sort().join(" ");
    bands.set(band, [...(bands.get(band) ?? []), guest]);
  }
  const list = [...bands];
  return {
    nodes: list.map(([, members], index) => ({
      id: `people-${index}`,
      label: `${members.length} people`,
      detail: members.map(({ name }) => name).join(", "),
      ...personShape,
      href: "#objects",
    })),
    edges: list.flatMap(([band], index) =>
      band === "" ? [] : band.split(" ").map((to) => ({ from: `people-${index}`, to, label: "members of" })),
    ),
    isPerson,
  };
}

/** What has no path of its own: notification rules, the delegation, the authorization, the vault's secret. */
function extraEdges({ objects }: AccessReport): PictureEdge[] {
  const principal = objects.find(({ kind }) => kind === "servicePrincipal");
  return objects.flatMap(({ key, kind }): PictureEdge[] => {
    if (kind === "notificationRule") return [{ from: msspId, to: key, label: "gets e-mails" }];
    if (kind === "unknown") return [{ from: msspId, to: key, label: "manages" }];
    if (kind === "delegation") return [{ from: msspId, to: key, label: "a group of the MSSP's tenant" }];
    if (kind === "siemAuthorization" && principal !== undefined)
      return [{ from: principal.key, to: key, label: "authorized for" }];
    return [];
  });
}
