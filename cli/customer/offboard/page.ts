/** The certificate as a page for the customer. */
import {
  code,
  facts,
  figures,
  link,
  list,
  notice,
  paragraph,
  preformatted,
  renderPage,
  section,
  table,
  type Block,
  type Row,
} from "@defender-mssp/pages";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import { countOf, type Certificate, type Staying } from "./certificate";

export function certificatePage(certificate: Certificate): string {
  const { msspName, customerName, tenantId, stack, checkedOn, state, left } = certificate;
  const isComplete = state === "complete";
  return renderPage({
    title: visibleText(`${msspName} has ${isComplete ? "no access" : "left something"} in ${customerName}`),
    subtitle: `Tenant ${tenantId}, stack ${stack}, checked on ${moment(checkedOn)} UTC`,
    footer: "Made by npx mssp offboard. The section on checks shows how to verify it without the MSSP.",
    blocks: [
      isComplete
        ? notice("passed", "Everything that the stack created is removed from the tenant.")
        : notice(
            "failed",
            "Something is left or could not be checked.",
            ...(left.length === 0 ? [] : [staysTable("Left", left)]),
          ),
      figures([
        { label: "guests removed", value: countOf(certificate, "user") },
        {
          label: "groups and roles removed",
          value: countOf(certificate, "group", "defenderRole", "directoryRoleAssignment"),
        },
        { label: "applications removed", value: countOf(certificate, "application", "servicePrincipal") },
        { label: "left", value: left.length, state: left.length === 0 ? "passed" : "failed" },
      ]),
      removedSection(certificate),
      section(
        { id: "stays", title: "What stays, and why" },
        staysTable("What stays", certificate.stays),
        ...sameName(certificate),
      ),
      checkSection(certificate),
      evidenceSection(certificate),
    ],
  });
}

function removedSection({ removed, removedParts, runs, destroyedOn }: Certificate): Block {
  const rows = removed.map(({ kind, name, id, state, deletedOn }): Row => {
    const when = deletedOn ?? destroyedOn;
    const shown = state === "softDeleted" ? "deleted, restorable" : "gone";
    return {
      cells: [
        visibleText(name),
        visibleText(kind),
        code(visibleText(id)),
        moment(when),
        { content: shown, state: "passed" },
      ],
    };
  });
  const columns = [
    { title: "Name" },
    { title: "Kind", choices: true },
    { title: "ID", kind: "long" as const },
    { title: "Removed by (UTC)" },
    { title: "State" },
  ];
  const parts = Object.entries(removedParts).map(([kind, count]) => visibleText(`${count} ${kind}`));
  const lines = runs.map(
    ({ startedOn, endedOn, result }) => `${moment(startedOn)} to ${moment(endedOn)}: ${visibleText(result)}`,
  );
  return section(
    { id: "removed", title: "What was taken away" },
    table({ caption: "Removed objects", columns, rows }),
    ...(parts.length === 0 ? [] : [paragraph("Parts of these objects, deleted with them: ", parts.join(", "), ".")]),
    ...(lines.length === 0 ? [] : [paragraph("Runs of pulumi destroy (UTC):"), list(lines)]),
  );
}

function staysTable(caption: string, stays: readonly Staying[]): Block {
  const rows = stays.map(({ what, why, step }): Row => ({
    cells: [visibleText(what), visibleText(why), step === "" ? "" : code(visibleText(step))],
  }));
  return table({
    caption,
    columns: [{ title: "What", kind: "long" }, { title: "Why" }, { title: "How to remove it", kind: "long" }],
    rows,
  });
}

function sameName({ sameName: found }: Certificate): Block[] {
  if (found.length === 0) return [];
  const items = found.map(({ what, id }) => [visibleText(what), " (", code(visibleText(id)), ")"]);
  return [
    paragraph("These objects have a name of the stack's and do not carry its mark. They are somebody else's:"),
    list(items),
  ];
}

function checkSection({ checks, tenantId, governance }: Certificate): Block {
  const commands = checks.map(
    ({ what, command, expected }) => `# ${visibleText(what)}: expected ${expected}\n${visibleText(command)}`,
  );
  return section(
    { id: "checks", title: "How to check it without the MSSP" },
    list(
      [
        ["Sign in to your own tenant: ", code(`az login --tenant ${tenantId} --allow-no-subscriptions`)],
        "Run each command below. Not found (404) means that the object is gone.",
        "In the Microsoft Entra admin center, look at Users > Deleted users, Applications > Deleted applications, and the audit log.",
        ["Look at Tenant governance > Governing tenants. Result of this check: ", visibleText(governance.found), "."],
      ],
      { ordered: true },
    ),
    ...(commands.length === 0 ? [] : [preformatted(commands.join("\n"), { label: "Checks with the Azure CLI" })]),
  );
}

function evidenceSection({ evidence }: Certificate): Block {
  if (evidence === null) return section({ id: "evidence", title: "Evidence" }, paragraph("None was collected."));
  const { folder, manifestSha256, from, until, gaps } = evidence;
  return section(
    { id: "evidence", title: "Evidence of what the MSSP did" },
    facts([
      { name: "Period (UTC)", value: `${moment(from)} to ${moment(until)}` },
      { name: "Page", value: link(`${folder}/index.html`, `${folder}/index.html`) },
      { name: "SHA-256 of manifest.json", value: code(manifestSha256) },
    ]),
    ...(gaps.length === 0 ? [] : [paragraph("It does not show:"), list(gaps.map(visibleText))]),
  );
}

function moment(text: string): string {
  return visibleText(text.slice(0, 16).replace("T", " "));
}
