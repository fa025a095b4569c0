import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { isNotApplicable, notApplicable, type KindCell } from "../../domain/kinds/accessKind";
import { kinds, type KindKey } from "../../domain/kinds/kinds";

const file = path.resolve(__dirname, "../../docs/guides/customer-administrator.md");
const page = readFileSync(file, "utf8");
const sections = new Map(page.split(/^## /m).map((section) => [section.split("\n", 1)[0] ?? "", section]));
const [grantedText, revokedText] = ["What is granted", "Revoke everything"].map((title) =>
  oneLine(sections.get(title)),
);

function oneLine(text = ""): string {
  return text.replaceAll(/\s+/g, " ");
}

/** How the page names a kind among what is granted, and in a step of "Revoke everything". */
interface Mention {
  readonly granted: RegExp;
  readonly revoked: KindCell<RegExp>;
}

const inMsspTenant = notApplicable("it is in the MSSP's tenant, and the page says so at its beginning");
const withApplication = (granted: RegExp, revoked: RegExp): Mention => ({ granted, revoked });

/** The page lists a kind without a row by its name, as what this program never creates. */
const mentions: Readonly<Partial<Record<KindKey, KindCell<Mention>>>> = {
  guest: { granted: /analysts are guests in your tenant/, revoked: /Delete the guests/ },
  group: { granted: /The groups `<MSSP> MSSP Analysts`/, revoked: /Delete the groups/ },
  membership: { granted: /remove the guest from the groups/, revoked: /Memberships, .* end with the groups/ },
  eligibility: { granted: /\*\*eligible\*\* members/, revoked: /eligible memberships/ },
  activationPolicy: { granted: /the activation policy/, revoked: /activation policies/ },
  directoryRoleAssignment: {
    granted: /\*\*Directory role\*\*/,
    revoked: /assignments of the Defender roles and of directory roles/,
  },
  defenderRole: { granted: /\*\*Defender roles\*\*/, revoked: /and the Defender roles\./ },
  defenderRoleAssignment: {
    granted: /with their assignments to the groups/,
    revoked: /the assignments of the Defender roles/,
  },
  accessPackageCatalog: { granted: /catalog `MSSP Accesses`/, revoked: /the catalog of the access packages/ },
  catalogResource: { granted: /its resources are the tiers' groups/, revoked: /the catalog of the access packages/ },
  accessPackage: { granted: /\*\*Access packages\*\*/, revoked: /Delete the access packages/ },
  accessPackageResource: { granted: /a resource role \(member of a group\)/, revoked: /Delete the access packages/ },
  assignmentPolicy: { granted: /a policy with your approvers/, revoked: /the policies of the access packages/ },
  accessPackageAssignment: { granted: /end assignments/, revoked: /End the assignments of access packages/ },
  connectedOrganization: { granted: /a connected organization/, revoked: /the connected organization/ },
  application: { granted: /\*\*App registrations\*\*/, revoked: /the app registration and/ },
  clientSecret: withApplication(/API permissions, secrets/, /Its secrets, .* end with them/),
  certificate: withApplication(/secrets, certificates/, /certificates, .* end with them/),
  federatedCredential: withApplication(/federated credentials/, /federated credentials, .* end with them/),
  redirectUri: withApplication(/redirect URI/, /redirect URIs, .* end with them/),
  requestedPermission: withApplication(/API permissions/, /permissions, .* end with them/),
  servicePrincipal: { granted: /\*\*Enterprise applications\*\*/, revoked: /the enterprise application of the SIEM/ },
  msspServicePrincipal: {
    granted: /one application of its own for all customers/,
    revoked: /the enterprise application of the SIEM/,
  },
  applicationPermission: withApplication(
    /consent to application permissions/,
    /permissions, consents .* end with them/,
  ),
  delegatedConsent: withApplication(/and delegated permissions/, /consents .* end with them/),
  automationConsent: notApplicable("it is consented to, under Before you consent: the test below"),
  previewConsent: notApplicable("it is consented to, under Before you consent: the test below"),
  notificationRule: { granted: /### E-mail notifications/, revoked: /the notification rules/ },
  detectionRule: { granted: /### Detection rules/, revoked: /the detection rules/ },
  siemAuthorization: {
    granted: /authorized the application in the Defender portal/,
    revoked: /SIEM authorization end/,
  },
  partnerEntry: { granted: /Trust of the MSSP's tenant/, revoked: /Set the trust of the MSSP's tenant back/ },
  ownership: notApplicable("no resource declares one: the hand-out and the certificate name those that somebody gave"),
  conditionalAccessPolicy: { granted: /A Conditional Access policy/, revoked: /delete the Conditional Access policy/ },
  governanceRelationship: {
    granted: /\*\*Governance relationship\*\*/,
    revoked: /governance relationship, terminate it/,
  },
  keyVault: inMsspTenant,
  keyVaultSecret: inMsspTenant,
  vaultReader: inMsspTenant,
  resourceGroup: inMsspTenant,
  lighthouseDefinition: { granted: /Azure Lighthouse delegation/, revoked: /the Lighthouse delegation/ },
  sentinelAssignment: {
    granted: /Roles on a Microsoft Sentinel workspace/,
    revoked: /roles on the Microsoft Sentinel/,
  },
  azureRole: notApplicable("no resource declares one: the hand-out and the certificate name those that somebody gave"),
  lighthouseAssignment: { granted: /Azure Lighthouse delegation/, revoked: /the Lighthouse delegation/ },
  stackIdentity: notApplicable("nothing of it is in the tenant"),
  refreshToken: { granted: /\*\*refresh token\*\*/, revoked: /Revoke the sign-in sessions of the account/ },
  extensionResource: { granted: /### Extensions, if agreed/, revoked: /Delete the resources of an extension/ },
};

describe("the page for the customer's administrator", () => {
  for (const { key, plural } of kinds) {
    const mention = mentions[key] ?? {
      granted: new RegExp(`never creates .*\\*\\*${plural}\\*\\*`, "i"),
      revoked: /end \[what this program never creates\]/,
    };
    if (isNotApplicable(mention)) continue;
    it(`names ${plural} among what is granted, and how they end`, () => {
      assert.match(grantedText ?? "", mention.granted);
      if (!isNotApplicable(mention.revoked)) assert.match(revokedText ?? "", mention.revoked);
    });
  }

  it("leaves out only what is in the MSSP's tenant or in no tenant, what the customer consents to, ownerships and Azure roles", () => {
    const left = kinds.filter(({ key }) => isNotApplicable(mentions[key]));
    for (const { key, place } of left) {
      const isElsewhere = place === "MSSP's tenant" || place === "MSSP's subscription" || place === "state";
      assert.ok(isElsewhere || ["automationConsent", "previewConsent", "ownership", "azureRole"].includes(key), key);
    }
  });

  it("names the two applications that the customer consents to, and deletes them first", () => {
    const before = oneLine(sections.get("Before you consent"));
    for (const name of ["automation application", "preview application"]) assert.ok(before.includes(name), name);
    assert.match(
      revokedText ?? "",
      /1\. Delete the automation application and, if there is one, the preview application/,
    );
  });

  it("ends them in the order of the hand-out, which is that of the kinds", () => {
    const own = kinds.flatMap(({ key, removal }) => {
      const mention = mentions[key];
      const isElsewhere = ["extensionResource", "lighthouseDefinition", "siemAuthorization"].includes(key);
      if (mention === undefined || isNotApplicable(mention) || isNotApplicable(mention.revoked) || isElsewhere)
        return [];
      const before = revokedText?.slice(0, revokedText.search(mention.revoked)).match(/ \d\. /g)?.length ?? 0;
      return "order" in removal && removal.by !== "owner" ? [{ key, order: removal.order, step: before }] : [];
    });
    own.sort((a, b) => a.order - b.order || a.step - b.step);
    const steps = own.map(({ step, key }) => `${step} ${key}`);
    assert.deepEqual(
      steps,
      [...steps].sort((a, b) => parseInt(a, 10) - parseInt(b, 10)),
    );
  });

  it("names what is in the MSSP's tenant", () => {
    const [beginning = ""] = page.split("\n## ");
    assert.match(oneLine(beginning), /a Key Vault .* a resource group, with a role assignment .* the template/);
  });
});
