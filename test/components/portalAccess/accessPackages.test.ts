import assert from "node:assert/strict";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import {
  AnalystAccessPackages,
  contactObjectIds,
  type AnalystAccessPackagesArgs,
} from "../../../components/portalAccess/accessPackages";
import { resolved, settled, startMocks, type MockOptions, type Recording } from "../mocks";

const contactId = "aaaaaaaa-0000-4000-8000-00000000000a";
const args: AnalystAccessPackagesArgs = {
  customerDomain: "contoso.com",
  msspName: "Fabrikam",
  connectedOrganizationId: "organization",
  groups: {
    tier1: { objectId: "group1", displayName: "Tier 1 Analyst" },
    tier2: { objectId: "group2", displayName: "Tier 2 Analyst" },
    approvers: { objectId: "group3", displayName: "MSSP Analyst Approvers" },
  },
  contacts: ["contact1", "contact2"],
};
const approversGroup = [{ subjectType: "GroupMembers", objectId: "group3" }];
const contacts = ["contact1", "contact2"].map((objectId) => ({ subjectType: "SingleUser", objectId }));

/** What the engine would be asked for. That a provider accepts it is shown on the real engine. */
describe("components: AnalystAccessPackages", () => {
  let recorded: Recording;

  async function make(
    changes: Partial<AnalystAccessPackagesArgs> = {},
    options: MockOptions = {},
  ): Promise<AnalystAccessPackages> {
    recorded = await startMocks(options);
    const packages = new AnalystAccessPackages("access", { ...args, ...changes });
    await settled();
    return packages;
  }

  const inputsOf = (name: string): Readonly<Record<string, unknown>> => {
    const found = recorded.resources.filter((resource) => resource.name === name);
    assert.equal(found.length, 1, name);
    return found[0]!.inputs;
  };

  it("declares a catalog, and for each tier a resource, a package, a role and a policy", async () => {
    await make();
    const declared = recorded.resources.map(({ type, name }) => `${name} ${type.split(":").at(-1) ?? ""}`).sort();
    const each = (tier: string): string[] => [
      `access-${tier}-package AccessPackage`,
      `access-${tier}-policy AccessPackageAssignmentPolicy`,
      `access-${tier}-resource AccessPackageResourceCatalogAssociation`,
      `access-${tier}-role AccessPackageResourcePackageAssociation`,
    ];
    assert.deepEqual(
      declared,
      [
        "access AnalystAccessPackages",
        "access-catalog AccessPackageCatalog",
        ...["tier1", "tier2", "approvers"].flatMap(each),
      ].sort(),
    );
    const parents = new Set(recorded.resources.slice(1).map(({ parent }) => parent));
    assert.deepEqual([...parents], ["defender-mssp:index:AnalystAccessPackages::access"]);
    const policy = recorded.resources.find(({ name }) => name === "access-tier1-policy");
    assert.ok(policy?.dependsOn.includes("access-tier1-role"), String(policy?.dependsOn));
  });

  it("puts each tier's group into the catalog and its membership into the package", async () => {
    await make();
    assert.deepEqual(inputsOf("access-catalog"), {
      displayName: "MSSP Accesses",
      description: "What people of Fabrikam may ask for in this tenant. Managed by Pulumi.",
      externallyVisible: true,
      published: true,
    });
    assert.deepEqual(inputsOf("access-tier2-resource"), {
      catalogId: "access-catalog-id",
      resourceOriginId: "group2",
      resourceOriginSystem: "AadGroup",
    });
    assert.deepEqual(inputsOf("access-tier2-package"), {
      catalogId: "access-catalog-id",
      displayName: "Tier 2 Analyst",
      description: "Makes people of Fabrikam members of the group Tier 2 Analyst. Managed by Pulumi.",
    });
    assert.deepEqual(inputsOf("access-tier2-role"), {
      accessPackageId: "access-tier2-package-id",
      catalogResourceAssociationId: "access-tier2-resource-id",
      accessType: "Member",
    });
  });

  for (const [tier, deciding] of [
    ["tier1", approversGroup],
    ["tier2", approversGroup],
    ["approvers", contacts],
  ] as const) {
    it(`gives ${tier} only to the connected organization, decided on by ${deciding[0]?.subjectType ?? ""}`, async () => {
      await make();
      assert.deepEqual(inputsOf(`access-${tier}-policy`), {
        accessPackageId: `access-${tier}-package-id`,
        displayName: "People of Fabrikam",
        description: "Asked for by people of Fabrikam, decided on, limited in time and reviewed. Managed by Pulumi.",
        durationInDays: 365,
        extensionEnabled: true,
        requestorSettings: {
          requestsAccepted: true,
          scopeType: "SpecificConnectedOrganizationSubjects",
          requestors: [{ subjectType: "ConnectedOrganizationMembers", objectId: "organization" }],
        },
        approvalSettings: {
          approvalRequired: true,
          approvalRequiredForExtension: true,
          requestorJustificationRequired: true,
          approvalStages: [
            { approvalTimeoutInDays: 14, approverJustificationRequired: true, primaryApprovers: deciding },
          ],
        },
        assignmentReviewSettings: {
          enabled: true,
          reviewFrequency: "annual",
          durationInDays: 25,
          reviewType: "Reviewers",
          reviewers: deciding,
          accessRecommendationEnabled: true,
          approverJustificationRequired: true,
          accessReviewTimeoutBehavior: "removeAccess",
        },
      });
    });
  }

  it("accepts names, an expiry and a review interval", async () => {
    await make({ catalogName: "SOC", names: { tier1: "Watch" }, expiresAfterDays: 90, reviewEvery: "week" });
    assert.equal(inputsOf("access-catalog")["displayName"], "SOC");
    assert.equal(inputsOf("access-tier1-package")["displayName"], "Watch");
    assert.equal(inputsOf("access-tier2-package")["displayName"], "Tier 2 Analyst");
    const { durationInDays, assignmentReviewSettings } = inputsOf("access-tier1-policy") as {
      durationInDays: number;
      assignmentReviewSettings: { reviewFrequency: string; durationInDays: number };
    };
    assert.equal(durationInDays, 90);
    assert.deepEqual(
      [assignmentReviewSettings.reviewFrequency, assignmentReviewSettings.durationInDays],
      ["weekly", 3],
    );
  });

  it("outputs the packages' links to My Access in the customer's cloud", async () => {
    const packages = await make();
    const link = (host: string, tier: string): string =>
      `https://${host}/@contoso.com#/access-packages/access-${tier}-package-id`;
    assert.deepEqual(await resolved(packages.links), {
      value: Object.fromEntries(
        ["tier1", "tier2", "approvers"].map((tier) => [tier, link("myaccess.microsoft.com", tier)]),
      ),
      secret: false,
    });
    const government = await make({ cloud: "gccHigh" });
    assert.equal((await resolved(government.links)).value?.tier1, link("myaccess.microsoft.us", "tier1"));
  });

  it("declares all resources in a preview with an unknown organization", async () => {
    recorded = await startMocks({ preview: true });
    const other = new azuread.Group("other", { displayName: "Other", securityEnabled: true });
    new AnalystAccessPackages("access", { ...args, connectedOrganizationId: other.objectId });
    await settled();
    assert.equal(recorded.resources.filter(({ name }) => name.startsWith("access")).length, 14);
  });

  it("refuses a missing contact, and numbers of days that Graph does not accept", async () => {
    await startMocks();
    const wrong: [Partial<AnalystAccessPackagesArgs>, RegExp][] = [
      [{ contacts: [] }, /contacts is empty; name at least one person of the customer/],
      [{ expiresAfterDays: 0 }, /expiresAfterDays is 0; it must be a whole number from 1 to 3660/],
      [{ expiresAfterDays: 3661 }, /3661/],
      [{ expiresAfterDays: 1.5 }, /1\.5/],
    ];
    for (const [changes, message] of wrong) {
      assert.throws(
        () => new AnalystAccessPackages("access", { ...args, ...changes }),
        (error: unknown) => {
          assert.ok(pulumi.ResourceError.isInstance(error));
          assert.match((error as Error).message, message);
          return true;
        },
      );
    }
  });
});

describe("components: contactObjectIds", () => {
  it("looks up contacts by sign-in name, then by address, and does not look up object IDs", async () => {
    const recorded = await startMocks();
    const wanted = ["upn.security.admin@contoso.com", "mail.ciso@contoso.com", contactId.toUpperCase()];
    assert.deepEqual(await contactObjectIds(wanted, {}), [
      "user-of-upn.security.admin@contoso.com",
      "user-of-mail.ciso@contoso.com",
      contactId,
    ]);
    const asked = recorded.invocations.map(({ inputs }) => JSON.stringify(inputs)).sort();
    assert.deepEqual(asked, [
      '{"mail":"mail.ciso@contoso.com"}',
      '{"userPrincipalName":"mail.ciso@contoso.com"}',
      '{"userPrincipalName":"upn.security.admin@contoso.com"}',
    ]);
  });

  it("names all contacts that do not exist", async () => {
    await startMocks();
    await assert.rejects(
      contactObjectIds(["a@contoso.com", "upn.b@contoso.com", "c@contoso.com"], {}),
      (error: unknown) => {
        assert.ok(pulumi.RunError.isInstance(error));
        assert.match(error.message, /\n {2}- a@contoso\.com: .*not found.*\n {2}- c@contoso\.com: /);
        assert.doesNotMatch(error.message, /b@contoso/);
        return true;
      },
    );
  });
});
