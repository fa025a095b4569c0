/**
 * `mssp doctor --before-destroy`: lists who holds an access package of the stack. Graph refuses to
 * delete such a package, so `pulumi destroy` would fail halfway; the engine runs no program on
 * `destroy` that could warn.
 */
import { graphList, ServiceError } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { accessPackagesOf, assignmentsOf, removalOf } from "../additions/accessPackages";
import { readDeployed, type Deployed, type DeployedResource } from "../additions/deployed";
import { tenantOf, whyNot, type AdditionsRun } from "../additions/find";
import type { AdditionsTenant } from "../additions/tenant";
import type { CheckState } from "../output/checkState";
import { paragraph, tableText } from "../output/table";

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
  /** ID of the assignment. */
  readonly assignmentId: string;
  /** The command that removes the assignment, for an administrator of the tenant. */
  readonly step: string;
}

/** An object that `pulumi destroy` removes from the state only: it existed before the stack. */
export interface KeptObject {
  /** Such as `Group`. */
  readonly type: string;
  readonly name: string;
  /** ID of the object in the customer's tenant. */
  readonly objectId: string;
}

/** What `mssp doctor --before-destroy --json` prints. */
export interface BeforeDestroyReport {
  readonly stack: string;
  /**
   * `failed` where somebody holds a package, `notChecked` where the stack has no package in its
   * state.
   */
  readonly state: CheckState;
  readonly holders: readonly Holder[];
  /** Adopted objects that `destroy` keeps. They have no effect on `state`. */
  readonly kept: readonly KeptObject[];
}

/**
 * Lists who holds the stack's access packages.
 * @throws VisibleError where state, settings or tenant can't be read
 */
export async function beforeDestroyReport(run: AdditionsRun): Promise<BeforeDestroyReport> {
  const deployed = await readDeployed(run.stack, run);
  const kept = keptObjects(deployed);
  if (accessPackagesOf({ deployed }).length === 0) return { stack: run.stack, state: "notChecked", holders: [], kept };
  try {
    const tenant = await tenantOf(run, deployed);
    const assignments = await assignmentsOf(tenant);
    const names = await namesOf(tenant);
    const holders = assignments.map((one) => ({
      name: one.target?.displayName ?? one.target?.email ?? "unknown",
      address: one.target?.email ?? "",
      objectId: one.target?.objectId ?? "",
      accessPackage: names.get(one.accessPackageId.toLowerCase()) ?? one.accessPackageId,
      assignmentId: one.id,
      step: removalOf(tenant, one),
    }));
    return { stack: run.stack, state: holders.length > 0 ? "failed" : "passed", holders, kept };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new VisibleError(
      `Can't read who holds the access packages of stack ${run.stack}: ${whyNot(error, "EntitlementManagement.Read.All")}. ` +
        "If somebody holds one, `npx pulumi destroy` fails halfway.",
    );
  }
}

/** Objects with a name: their parts, such as redirect URIs, stay with them. */
function keptObjects({ resources }: Deployed): KeptObject[] {
  const isKept = ({ retainOnDelete = false, outputs }: DeployedResource) =>
    retainOnDelete || outputs["adopted"] === true;
  return resources.filter(isKept).flatMap(({ type, objectId, outputs }) => {
    const name = outputs["email"] ?? outputs["displayName"];
    return typeof name === "string" ? [{ type: type.split(":").at(-1) ?? type, name, objectId }] : [];
  });
}

/** Names of the packages by ID. */
async function namesOf(tenant: AdditionsTenant): Promise<ReadonlyMap<string, string>> {
  const found = await graphList<{ readonly id: string; readonly displayName: string | null }>(
    tenant.call,
    "/beta/identityGovernance/entitlementManagement/accessPackages",
  );
  return new Map(found.map(({ id, displayName }) => [id.toLowerCase(), displayName ?? id]));
}

/** The report for people. */
export function beforeDestroyText(report: BeforeDestroyReport): string {
  return `${holdersText(report)}${keptText(report)}`;
}

function keptText({ stack, kept }: BeforeDestroyReport): string {
  if (kept.length === 0) return "";
  return [
    paragraph(
      "\n`destroy` keeps these objects, which existed before the stack, and removes them from the state only:\n",
    ),
    tableText([["Type", "Name", "Object ID"], ...kept.map(({ type, name, objectId }) => [type, name, objectId])], {
      indent: 2,
    }),
    paragraph(
      "\nTo let `destroy` delete what `npx mssp adopt` adopted, set its onDestroy to delete in the setting adopted.objects and run " +
        `\`npx pulumi up --stack ${stack}\` first. Delete the others in the tenant by hand.`,
    ),
  ].join("");
}

function holdersText({ stack, state, holders }: BeforeDestroyReport): string {
  const again = `npx pulumi destroy --stack ${stack} --refresh`;
  if (state === "notChecked")
    return paragraph(`Stack ${stack} has no access packages: nothing must be done before \`${again}\`.`);
  if (state === "passed") return paragraph(`Nobody holds an access package of stack ${stack}. Run \`${again}\`.`);
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
