/**
 * How deep a stack's graph is for the engine. The official azuread plugin waits 20 seconds for most
 * creations and deletions, so the time of `destroy` is the number of waves that wait, and that of
 * `up` is the longest chain of creations that wait.
 */
import assert from "node:assert/strict";
import { fixture } from "@defender-mssp/testkit";
import { createProject, customer } from "./support";

interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly custom?: boolean;
  readonly parent?: string;
  readonly provider?: string;
  readonly deletedWith?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
}

/**
 * Seconds that the official plugin 6.9.1 waits, by the last part of the type:
 * `hashicorp/terraform-provider-azuread`, measured.
 */
const deletion: Readonly<Record<string, number>> = {
  ApplicationRegistration: 20,
  ApplicationPassword: 20,
  ApplicationCertificate: 20,
  ServicePrincipal: 20,
  Group: 20,
  AccessPackageCatalog: 20,
  AccessPackage: 20,
  AccessPackageAssignmentPolicy: 20,
};
const creation: Readonly<Record<string, number>> = {
  Group: 20,
  AccessPackageResourceCatalogAssociation: 20,
  AccessPackageResourcePackageAssociation: 20,
  ApplicationPassword: 4,
  DirectoryRoleAssignment: 2,
};

const kindOf = ({ type }: ResourceState) => type.split(":").at(-1) ?? "";

/** What a resource waits for: `DependenciesOf` of the engine's dependency graph (pkg/v3/resource/graph). */
function dependenciesOf(index: number, all: readonly ResourceState[]): Set<string> {
  const { dependencies = [], propertyDependencies = {}, deletedWith, provider, parent } = all[index]!;
  const named = new Set([...dependencies, ...Object.values(propertyDependencies).flatMap((urns) => urns ?? [])]);
  if (deletedWith !== undefined) named.add(deletedWith);
  if (provider !== undefined) named.add(provider.slice(0, provider.lastIndexOf("::")));
  const before = all.slice(0, index);
  const found = new Set<string>(parent === undefined ? [] : [parent]);
  for (const { urn, custom } of before.filter(({ urn: one }) => named.has(one))) {
    found.add(urn);
    // A component stands for all that it contains so far.
    if (custom !== true) before.filter((one) => isWithin(one, urn, before)).forEach((one) => found.add(one.urn));
  }
  return found;
}

function isWithin({ parent }: ResourceState, urn: string, all: readonly ResourceState[]): boolean {
  if (parent === undefined) return false;
  return parent === urn || isWithin(all.find((one) => one.urn === parent) ?? all[0]!, urn, all);
}

/** Deletions that wait, by depth: the engine deletes all resources of one depth together (`ScheduleDeletes`). */
function wavesOf(all: readonly ResourceState[]): string[][] {
  const depths = new Map<string, number>();
  const waves: (string[] | undefined)[] = [];
  all.forEach((one, index) => {
    const depth = 1 + Math.max(-1, ...[...dependenciesOf(index, all)].map((urn) => depths.get(urn) ?? -1));
    depths.set(one.urn, depth);
    if (deletion[kindOf(one)] !== undefined) (waves[depth] ??= []).push(kindOf(one));
  });
  return waves.flatMap((wave) => (wave === undefined ? [] : [[...new Set(wave)].sort()]));
}

/** Seconds of the longest chain of creations that wait. */
function longestCreation(all: readonly ResourceState[]): number {
  const ends = new Map<string, number>();
  all.forEach((one, index) => {
    const waitsFor = [...dependenciesOf(index, all)].filter((urn) => urn !== one.parent);
    const starts = Math.max(0, ...waitsFor.map((urn) => ends.get(urn) ?? 0));
    ends.set(one.urn, starts + (creation[kindOf(one)] ?? 0));
  });
  return Math.max(...ends.values());
}

describe("components/deletionWaves: consecutive waits of the official plugin", function () {
  this.timeout(300_000);

  const approvers = ["security.admin@customer.example"];
  const project = fixture(createProject);

  async function resourcesOf(number: number, changes: Readonly<Record<string, unknown>>): Promise<ResourceState[]> {
    const stack = `customer${number}`;
    const { tenantId } = customer(number) as { tenantId: string };
    project.sandbox.cloud.describedTenant({ tenantId, domain: "customer.example" });
    await project.writeSettings(stack, customer(number, changes));
    await project.addStack(stack);
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
    const { deployment } = JSON.parse(await project.succeed(["stack", "export", "--stack", stack])) as {
      deployment: { resources: ResourceState[] };
    };
    return deployment.resources;
  }

  it("rbac: two waves of deletions, 20 seconds of creations", async () => {
    const resources = await resourcesOf(0x93, { portalAccess: "rbac" });
    assert.deepEqual(wavesOf(resources), [
      ["ApplicationRegistration", "Group"],
      ["ApplicationPassword", "Group", "ServicePrincipal"],
    ]);
    assert.equal(longestCreation(resources), 20);
  });

  it("basic: two waves of deletions, 22 seconds of creations", async () => {
    const resources = await resourcesOf(0x94, { portalAccess: "basic" });
    assert.deepEqual(wavesOf(resources), [
      ["ApplicationRegistration"],
      ["ApplicationPassword", "Group", "ServicePrincipal"],
    ]);
    assert.equal(longestCreation(resources), 22);
  });

  it("entitlement: three waves of deletions; each creation needs the ID of the previous one", async () => {
    const resources = await resourcesOf(0x95, { portalAccess: { model: "entitlement", approvers }, analysts: [] });
    assert.deepEqual(wavesOf(resources), [
      ["AccessPackageCatalog", "ApplicationRegistration", "Group"],
      ["AccessPackage", "ApplicationPassword", "ServicePrincipal"],
      ["AccessPackageAssignmentPolicy"],
    ]);
    assert.equal(longestCreation(resources), 60);
  });
});
