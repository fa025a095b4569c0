/** The page at `/`: services, tenants, the clock, faults, the last requests. */
import { code, facts, figures, link, paragraph, renderPage, section, table, type Block } from "@defender-mssp/pages";
import type { Description } from "./describe";
import { requestTable } from "./requests";
import type { Shown } from "./shown";

export function overviewPage(description: Description, shown: Shown): string {
  const { cloud, log, faults } = shown;
  return renderPage({
    title: "Sandbox",
    subtitle: description.about,
    footer: "Everything here is made up. The page shows the moment of its request; reload it for a new one.",
    blocks: [
      figures([
        { label: "Tenants", value: description.tenants.length, href: "#tenants" },
        { label: "Requests", value: log.total, href: "#requests" },
        { label: "Faults", value: faults?.injected ?? 0, href: "#faults" },
      ]),
      section({ id: "tenants", title: "Tenants" }, tenantTable(description)),
      section({ id: "requests", title: "Last requests" }, requestTable(log.latest(), cloud)),
      section({ id: "faults", title: "Clock and faults" }, facts(clockFacts(shown)), ...faultBlocks(shown)),
      section(
        { id: "services", title: "Services" },
        table({
          caption: "Base URLs",
          columns: [{ title: "Service" }, { title: "URL", kind: "long" }],
          rows: description.services.map(({ name, url }) => ({ cells: [name, code(url)] })),
        }),
      ),
    ],
  });
}

function tenantTable({ tenants }: Description): Block {
  const kinds = ["users", "groups", "applications", "servicePrincipals"] as const;
  return table({
    caption: "Emulated tenants, and their requests since the server started",
    columns: [
      { title: "Tenant" },
      { title: "Tenant ID", kind: "long" },
      ...["Users", "Groups", "Applications", "Service principals", "Reads", "Writes", "Tokens"].map(
        (title) => ({ title, kind: "number" }) as const,
      ),
    ],
    rows: tenants.map(({ id, name, objects, requests }) => ({
      cells: [
        { content: link(name === "" ? id : name, `/pages/tenants/${id}`), sort: name },
        code(id),
        ...kinds.map((kind) => String(objects[kind] ?? 0)),
        ...[requests.reads, requests.writes, requests.tokens].map(String),
      ],
    })),
  });
}

function clockFacts({ cloud, faults }: Shown): { name: string; value: string }[] {
  const ahead = Math.round(cloud.clock.aheadMilliseconds / 1000);
  const distance = `${Math.abs(ahead)} seconds ${ahead > 0 ? "ahead of" : "behind"} the machine's`;
  return [
    { name: "The server's clock", value: cloud.now().toISOString() },
    { name: "Compared with the machine's clock", value: ahead === 0 ? "the same" : distance },
    { name: "Injected faults", value: faults === undefined ? "off" : `${faults.percent} percent of the requests` },
  ];
}

function faultBlocks({ cloud, faults }: Shown): Block[] {
  const seen = [...(faults?.seen ?? []), ...cloud.replicas.seen];
  if (faults === undefined && seen.length === 0) {
    return [
      paragraph(
        "Faults are switched on at the start: ",
        code("npx mssp sandbox serve --set faults=7:10 --set replicas=usual"),
      ),
    ];
  }
  const rows = seen.map(([sight, count]) => ({ cells: [sight, String(count)] }));
  return [table({ caption: "Faults so far", columns: [{ title: "Fault" }, { title: "Count", kind: "number" }], rows })];
}
