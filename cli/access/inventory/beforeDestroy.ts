/**
 * `mssp doctor --before-destroy`: lists who holds an access package of the stack, and a governance
 * relationship that grants access. Graph refuses to delete such a package, so `pulumi destroy` would
 * fail halfway; it does not end the relationship. The engine runs no program on `destroy` that could
 * warn.
 */
import type { NotChecked } from "@defender-mssp/errors/notChecked";
import { unreadReason } from "@defender-mssp/tenant";
import {
  grantSentences,
  graphAccessPackages,
  graphList,
  ServiceError,
  type RelationshipStatus,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { applicable, isNotApplicable } from "../../../domain/kinds/accessKind";
import { kinds } from "../../../domain/kinds/kinds";
import { automationRemoves } from "../../../domain/beforeDestroy";
import type { PrerequisiteSettings } from "../../../domain/prerequisites";
import { isKeeper } from "../../../domain/prerequisiteSettings";
import { readStackSettings } from "../../../settings/fromFile";
import { assignmentsOf, removalOf } from "../../tenant/additions/accessPackages";
import { deployedOf } from "../../tenant/deployed";
import { tenantOf } from "../../tenant/additions/find";
import { rereads } from "../../tenant/rereads";
import type { AdditionsTenant } from "../../tenant/additions/tenant";
import { endStep, lookAtGovernance, lookStep, relationshipText, type GovernanceLook } from "../governance/look";
import type { CheckState } from "@defender-mssp/terminal/checkState";
import { paragraph, tableText } from "@defender-mssp/terminal/table";
import { type Deployment } from "../../stack/deployment";
import { unknownResources, unknownResourcesNote } from "../../stack/unknownResources";
import { inventory, kindText, type Item } from "./inventory";
import { type Place } from "../../base/place";

/** A holder of an access package. */
export interface Holder {
  /** Display name, or another name from the service. */
  readonly name: string;
  /** Mail address or principal name; empty where the service does not say. */
  readonly address: string;
  /** Object ID of the user in the customer's tenant; empty where there is none yet. */
  readonly objectId: string;
  /** Name of the access package. */
  readonly accessPackage: string;
  readonly assignmentId: string;
  /** The command that removes the assignment, for an administrator of the tenant. */
  readonly step: string;
}

/** An object that `pulumi destroy` removes from the state only: it existed before the stack. */
export interface KeptObject {
  /** Key of the kind of access, or `unknown`. */
  readonly kind: string;
  /** The kind in words, such as `app registration`. */
  readonly what: string;
  /** Last part of the type token, such as `Group`. */
  readonly type: string;
  readonly name: string;
  /** ID of the object in the customer's tenant. */
  readonly objectId: string;
}

/** A governance relationship between the stack's two tenants, which `pulumi destroy` does not end. */
export interface RelationshipLeft {
  /** `none`: none grants anything. `notChecked`: it could not be read. */
  readonly state: RelationshipStatus | "none" | NotChecked;
  /** What was found, or why it was not checked. */
  readonly found: string;
  /** What it grants, a sentence for each grant. */
  readonly grants: readonly string[];
  /** The step that ends it, or by which a person looks; empty with `none`. */
  readonly step: string;
}

/** What is there after `pulumi destroy`, and why. */
export interface AfterDestroy {
  readonly what: string;
  readonly why: string;
}

/** What `mssp doctor --before-destroy --json` prints. */
export interface BeforeDestroyReport {
  readonly stack: string;
  /**
   * `failed` where somebody holds a package, a governance relationship grants access or the keeper is signed in, `notChecked`
   * where neither could be looked at: the stack has no package in its state.
   */
  readonly state: CheckState;
  /** Whether the stack has access packages in its state. */
  readonly hasAccessPackages: boolean;
  readonly holders: readonly Holder[];
  readonly relationship: RelationshipLeft;
  /** Adopted objects that `destroy` keeps. They have no effect on `state`. */
  readonly kept: readonly KeptObject[];
  /** What stays after `destroy`, and what a person ends then. */
  readonly stays: readonly AfterDestroy[];
  /** Whom the removal takes, where the keeper is signed in: it may not delete everything. */
  readonly automation?: string;
  /** Resources whose type is unknown: `destroy` deletes them, and nothing can tell what they gave. */
  readonly unknown: readonly string[];
}

/**
 * Lists who holds the stack's access packages, and looks at the governance relationship.
 * @throws VisibleError for a stack with access packages whose settings or tenant can't be read.
 */
export async function beforeDestroyReport(deployment: Deployment, place: Place): Promise<BeforeDestroyReport> {
  const { stack } = deployment;
  const deployed = deployedOf(deployment);
  const run = { stack, ...place };
  const signedIn = settled(tenantOf(run, deployed));
  const hasAccessPackages = deployed.all("accessPackage").length > 0;
  const holders = hasAccessPackages ? await holdersOf(stack, await signedIn()) : [];
  const relationship = relationshipLeft(stack, await lookAtGovernance(signedIn, rereads(place.environment)));
  const items = inventory(deployed);
  const settings = await readStackSettings(stack, place).catch(undefinedIfInvalid);
  const clientId = place.environment["ARM_CLIENT_ID"];
  const automation = settings && isKeeper(settings, clientId) ? automationRemoves(settings) : undefined;
  const isFailed = holders.length > 0 || grantsAccess(relationship) || automation !== undefined;
  const isChecked = hasAccessPackages || relationship.state !== "notChecked";
  return {
    stack,
    state: isFailed ? "failed" : isChecked ? "passed" : "notChecked",
    hasAccessPackages,
    holders,
    relationship,
    kept: keptObjects(items),
    stays: [...staysByKind(items), ...madeByHand(items), ...endedByPeople(settings)],
    ...(automation === undefined ? {} : { automation }),
    unknown: unknownResources(deployment),
  };
}

/** Without settings, nothing tells which kinds people end. */
function undefinedIfInvalid(error: unknown): undefined {
  if (!(error instanceof VisibleError)) throw error;
}

/** Signs in once; a failure shows only to who asks for the tenant. */
function settled(tenant: Promise<AdditionsTenant>): () => Promise<AdditionsTenant> {
  tenant.catch(() => undefined);
  return () => tenant;
}

async function holdersOf(stack: string, tenant: AdditionsTenant): Promise<Holder[]> {
  try {
    const assignments = await assignmentsOf(tenant);
    const names = await namesOf(tenant);
    return assignments.map((one) => ({
      name: one.target?.displayName ?? one.target?.email ?? "unknown",
      address: one.target?.email ?? "",
      objectId: one.target?.objectId ?? "",
      accessPackage: names.get(one.accessPackageId.toLowerCase()) ?? one.accessPackageId,
      assignmentId: one.id,
      step: removalOf(tenant, one),
    }));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new VisibleError(
      `Can't read who holds the access packages of stack ${stack}: ${unreadReason(error, "EntitlementManagement.Read.All")}. ` +
        "If somebody holds one, `npx pulumi destroy` fails halfway.",
    );
  }
}

export function relationshipLeft(stack: string, look: GovernanceLook): RelationshipLeft {
  switch (look.state) {
    case "none":
      return { state: "none", found: "no governance relationship is active", grants: [], step: "" };
    case "notChecked":
      return { state: look.state, found: look.reason, grants: [], step: lookStep(stack) };
    case "grants": {
      const { relationship } = look;
      const grants = grantSentences(relationship.policy);
      return { state: relationship.status, found: relationshipText(relationship), grants, step: endStep(stack) };
    }
  }
}

function grantsAccess({ state }: RelationshipLeft): boolean {
  return state !== "none" && state !== "notChecked";
}

function keptObjects(items: readonly Item[]): KeptObject[] {
  return items
    .filter(({ adopted }) => adopted)
    .map((item) => {
      const { kind, type, name, id } = item;
      return { kind, what: kindText(item), type: type.split(":").at(-1) ?? type, name, objectId: id };
    });
}

/** What `destroy` deletes, and something of it stays. */
function staysByKind(items: readonly Item[]): AfterDestroy[] {
  const deleted = items.filter(({ adopted, byHand }) => !adopted && !byHand);
  return kinds.flatMap((kind) => {
    const why = applicable(kind.stays);
    const count = deleted.filter((item) => item.kind === kind.key).length;
    return why === undefined || count === 0
      ? []
      : [{ what: `${count} ${count === 1 ? kind.singular : kind.plural}`, why }];
  });
}

function madeByHand(items: readonly Item[]): AfterDestroy[] {
  return items
    .filter(({ byHand }) => byHand)
    .map((item) => ({
      what: `${kindText(item)} "${item.name}"`,
      why: "made by hand: remove it in the Microsoft Defender portal",
    }));
}

/** What a person ends after `destroy`. What a person ends before it is looked up above. */
function endedByPeople(settings: PrerequisiteSettings | undefined): AfterDestroy[] {
  if (settings === undefined) return [];
  return kinds.flatMap(({ singular, isExpected, removal }) =>
    removal.by === "person" && isExpected(settings) && isNotApplicable(removal.beforeDestroy)
      ? [{ what: singular, why: removal.step }]
      : [],
  );
}

/** Names of the packages by ID. */
async function namesOf(tenant: AdditionsTenant): Promise<ReadonlyMap<string, string>> {
  const found = await graphList<{ readonly id: string; readonly displayName: string | null }>(
    tenant.call,
    graphAccessPackages.path,
  );
  return new Map(found.map(({ id, displayName }) => [id.toLowerCase(), displayName ?? id]));
}

/** The report for people. */
export function beforeDestroyText(report: BeforeDestroyReport): string {
  const { automation } = report;
  const first = automation === undefined ? "" : `${paragraph(`You are signed in as the keeper. ${automation}`)}\n`;
  return [first, holdersText(report), relationshipPart(report), keptText(report), staysText(report)].join("");
}

function relationshipPart({ stack, relationship, holders }: BeforeDestroyReport): string {
  const { state, found, grants, step } = relationship;
  const next = holders.length > 0 ? "" : ` Then run \`npx pulumi destroy --stack ${stack} --refresh\`.`;
  if (state === "none") return "";
  if (state === "notChecked") {
    return paragraph(
      `\nWhether a governance relationship is active: ${found}. \`destroy\` does not end one: it grants access until the ` +
        `customer ends it. ${step}${next}`,
    );
  }
  return [
    paragraph(`\n\`destroy\` does not end the governance relationship: ${found}. It grants:\n`),
    tableText(
      grants.map((one) => ["-", one]),
      { indent: 2 },
    ),
    paragraph(`\nEnd it first. ${step}${next}`),
  ].join("");
}

function keptText({ stack, kept }: BeforeDestroyReport): string {
  if (kept.length === 0) return "";
  return [
    paragraph(
      "\n`destroy` keeps these objects, which existed before the stack, and removes them from the state only:\n",
    ),
    tableText([["Kind", "Name", "Object ID"], ...kept.map(({ what, name, objectId }) => [what, name, objectId])], {
      indent: 2,
    }),
    paragraph(
      "\nTo let `destroy` delete what `npx mssp adopt` adopted, set its onDestroy to delete in the setting adopted.objects and run " +
        `\`npx pulumi up --stack ${stack}\` first. Delete the others in the tenant by hand.`,
    ),
  ].join("");
}

function staysText({ stays, unknown }: BeforeDestroyReport): string {
  const note = unknownResourcesNote(unknown);
  return [
    ...(stays.length === 0
      ? []
      : [
          paragraph("\nAfter `destroy` these stay, or a person ends them:\n"),
          tableText(
            stays.map(({ what, why }) => [what, why]),
            { indent: 2 },
          ),
        ]),
    ...(note === undefined ? [] : [paragraph(`\n${note}`)]),
  ].join("");
}

function holdersText({ stack, hasAccessPackages, holders, relationship }: BeforeDestroyReport): string {
  const again = `npx pulumi destroy --stack ${stack} --refresh`;
  if (holders.length === 0) {
    const found = hasAccessPackages
      ? `Nobody holds an access package of stack ${stack}.`
      : `Stack ${stack} has no access packages.`;
    const isReady = relationship.state === "none";
    return paragraph(isReady ? `${found} No governance relationship is active. Run \`${again}\`.` : found);
  }
  const rows = holders.map(({ name, address, accessPackage }) => [name, address, accessPackage]);
  return [
    paragraph(
      `\`${again}\` would fail halfway: Graph refuses to delete an access package that somebody holds. Assignments: ${holders.length}.\n`,
    ),
    tableText([["Holder", "Address", "Access package"], ...rows], { indent: 2 }),
    paragraph(
      "\nRemove each assignment in the customer's Entra admin center (Identity Governance > Access packages > the package > Assignments > Remove), or run:\n",
    ),
    ...holders.map(({ step }) => `  ${step}\n`),
    paragraph(
      `\nThen run \`${again}\`. It does not delete these users: the packages brought them into the tenant. The tenant's settings for ` +
        "external users of entitlement management decide whether they stay.",
    ),
  ].join("");
}
