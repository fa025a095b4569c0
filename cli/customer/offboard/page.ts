/** The certificate as a page for the customer. */
import {
  code,
  details,
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
import { kinds } from "../../../domain/kinds/kinds";
import type { NextStep } from "../../access/signed/nextStep";
import { signatureSection } from "../../access/signed/signatureSection";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import { countRemoved, type Certificate } from "./certificate";
import { headline, looksText } from "./headline";
import type { ItemState } from "./proof";
import { keptByEntra, type Staying, type VerdictState } from "./verdict";

export const certificateEnvelope = "certificate.dsse.json";

export function certificatePage(certificate: Certificate, step?: NextStep): string {
  const { tenantId, stack, checkedOn, left, toConfirm } = certificate;
  return renderPage({
    title: visibleText(headline(certificate)),
    subtitle: `Tenant ${tenantId}, stack ${stack}, checked on ${moment(checkedOn)} UTC`,
    footer: "Made by npx mssp offboard. The section on checks shows how to verify it without the MSSP.",
    blocks: [
      ...notices(certificate),
      figures([
        { label: "guests removed", value: countRemoved(certificate, "guest") },
        {
          label: "groups and roles removed",
          value: countRemoved(certificate, "group", "defenderRole", "directoryRoleAssignment"),
        },
        {
          label: "applications removed",
          value: countRemoved(certificate, "application", "servicePrincipal", "msspServicePrincipal"),
        },
        { label: "access left", value: left.length, state: left.length === 0 ? "passed" : "failed" },
        { label: "to confirm by you", value: toConfirm.length, state: toConfirm.length === 0 ? "passed" : "warning" },
      ]),
      removedSection(certificate),
      staysSection(certificate),
      looksSection(certificate),
      checkSection(certificate),
      evidenceSection(certificate),
      signatureSection(step, { file: certificateEnvelope, mssp: certificate.msspName }),
    ],
  });
}

const notes: Readonly<Record<VerdictState, string>> = {
  proven: "Every way of access that this page lists as looked at was looked at: none gives the MSSP access.",
  toConfirm: "What could be looked at gives the MSSP no access.",
  accessLeft: "The MSSP still has access:",
};

function confirmNote(certificate: Certificate): string {
  return [notes.toConfirm, looksText(certificate), "The rest is yours to confirm:"]
    .filter((text) => text !== "")
    .join(" ");
}

function notices(certificate: Certificate): Block[] {
  const { state, left, toConfirm } = certificate;
  if (state === "proven") return [notice("passed", `${notes.proven} ${looksText(certificate)}`)];
  return [
    ...(state === "accessLeft" ? [notice("failed", notes.accessLeft, staysTable("Access left", left))] : []),
    ...(toConfirm.length === 0
      ? []
      : [notice("warning", confirmNote(certificate), staysTable("To confirm by hand", toConfirm))]),
  ];
}

const shownStates: Readonly<Partial<Record<ItemState, string>>> = {
  softDeleted: "deleted, restorable",
  deletedButListed: "gone: a second DELETE was answered with 404; lists still show it",
};

/** Azure keeps both, with the secret's value, until the vault's retention period ends. */
const restorable = "deleted; Azure keeps it for the vault's retention period, and the MSSP can recover it";

const unlistedRule = "gone: not in the tenant's list of rules";

/** What "gone" means for a kind that is not gone for good. */
const goneStates: Readonly<Record<string, string>> = {
  detectionRule: unlistedRule,
  keyVault: restorable,
  keyVaultSecret: restorable,
};

function removedSection({ removed, removedParts, runs, destroyedOn }: Certificate): Block {
  const rows = removed.map(({ kind, what, name, id, state, deletedOn }): Row => {
    const when = deletedOn ?? destroyedOn;
    const shown = (state === "gone" ? goneStates[kind] : undefined) ?? shownStates[state] ?? "gone";
    return {
      cells: [
        visibleText(name),
        visibleText(what),
        code(visibleText(id)),
        moment(when),
        { content: shown, state: "passed" },
      ],
    };
  });
  const columns = [
    { title: "Name" },
    { title: "Kind", choices: true },
    { title: "ID", kind: "id" as const },
    { title: "Removed until (UTC)" },
    { title: "State" },
  ];
  const parts = Object.entries(removedParts).map(([kind, count]) => visibleText(countedKind(kind, count)));
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

/** Such as `2 client secrets`. */
function countedKind(singular: string, count: number): string {
  const plural = kinds.find((kind) => kind.singular === singular)?.plural ?? singular;
  return `${count} ${count === 1 ? singular : plural}`;
}

/** Deleted objects are one sentence: each of their rows says the same. */
function staysSection({ stays }: Certificate): Block {
  const deleted = stays.filter(({ why }) => why.startsWith(keptByEntra));
  const others = stays.filter(({ why }) => !why.startsWith(keptByEntra));
  return section(
    { id: "stays", title: "What stays, and why" },
    ...(others.length === 0 ? [] : [staysTable("What stays", others)]),
    ...(deleted.length === 0
      ? []
      : [
          paragraph(
            deleted.length === 1
              ? "Entra keeps one deleted object for 30 days. It gives no access, and ends then."
              : `Entra keeps ${deleted.length} deleted objects for 30 days. They give no access, and end then.`,
          ),
          details({ summary: "Which, and how to delete them at once" }, staysTable("Deleted objects", deleted)),
        ]),
  );
}

/** Not looked is never none: the page says where a person looks. */
function looksSection({ lookedAt, notLooked }: Certificate): Block {
  const rows = notLooked.map(({ what, why, look }): Row => ({ cells: [sentence(what), why, look] }));
  return section(
    { id: "looks", title: "What was looked at, and what was not" },
    paragraph("Looked at, whoever created it: ", lookedAt.map(visibleText).join(", "), "."),
    paragraph("Nobody looked at these ways of access. This certificate says nothing of them:"),
    table({
      caption: "Not looked at",
      columns: [{ title: "What" }, { title: "Why" }, { title: "Where you look", kind: "long" }],
      rows,
      filterable: false,
    }),
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
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

function checkSection({ checks, tenantId }: Certificate): Block {
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
        "Look at Tenant governance > Governing tenants, and at Partner relationships in the Microsoft 365 admin center.",
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
