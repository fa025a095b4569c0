/**
 * `mssp adopt` of three tenants that people filled by hand, with an identity that has only the
 * read-only permissions that the command's help names.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { directoryRoleTemplates, microsoftGraph, windowsDefenderAtp } from "@defender-mssp/microsoft";
import {
  addApplication,
  addConsentedServicePrincipal,
  addDaemon,
  assignAppRole,
  automationApplicationId,
  msspTenantId,
  type SandboxProject,
  type StoredObject,
  fixture,
} from "@defender-mssp/testkit";
import { stringify } from "yaml";
import type { Adoption } from "../../cli/customer/adopt/adopt";
import { permissionsToAdopt } from "../../domain/prerequisites";
import { inSession } from "../cli/testSession";
import { ana, ben, cleo, createProject, dumpOfTenant, msspOn, objectsOf, TenantHands, tenantIdOf } from "./support";

const writing = [
  "Application.ReadWrite.All",
  "CustomDetection.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "DelegatedPermissionGrant.ReadWrite.All",
  "EntitlementManagement.ReadWrite.All",
  "Group.ReadWrite.All",
  "RoleManagement.ReadWrite.Defender",
  "RoleManagement.ReadWrite.Directory",
  "User.Invite.All",
  "User.ReadWrite.All",
];

interface Created {
  readonly id: string;
}

/** An administrator of the customer, who clicks through the portals. */
class Administrator {
  private readonly hands: TenantHands;

  constructor(
    private readonly project: SandboxProject,
    readonly tenantId: string,
  ) {
    const applicationId = randomUUID();
    const permissions = { [microsoftGraph.appId]: writing };
    const { secret } = addDaemon(project.sandbox.cloud, permissions, { tenantId, applicationId });
    const environment = { ARM_CLIENT_ID: applicationId, ARM_CLIENT_SECRET: secret };
    this.hands = new TenantHands({ sandbox: project.sandbox, environment } as unknown as SandboxProject, tenantId);
  }

  post<Answer = Created>(route: string, body: unknown): Promise<Answer> {
    return this.hands.graph<Answer>("POST", route, body);
  }

  async invite({ email, displayName }: { readonly email: string; readonly displayName: string }): Promise<string> {
    const { invitedUser } = await this.post<{ invitedUser: Created }>("/v1.0/invitations", {
      invitedUserEmailAddress: email,
      invitedUserDisplayName: displayName,
      inviteRedirectUrl: "https://portal.azure.com",
    });
    return invitedUser.id;
  }

  async group(displayName: string, members: readonly string[], more: object = {}): Promise<string> {
    const { id } = await this.post("/v1.0/groups", {
      displayName,
      mailEnabled: false,
      mailNickname: randomUUID().slice(0, 8),
      securityEnabled: true,
      ...more,
    });
    for (const member of members) await this.add(`/v1.0/groups/${id}/members`, member);
    return id;
  }

  add(route: string, objectId: string): Promise<unknown> {
    return this.post(`${route}/$ref`, { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${objectId}` });
  }

  directoryRole(role: keyof typeof directoryRoleTemplates, principalId: string): Promise<Created> {
    const roleDefinitionId = directoryRoleTemplates[role];
    return this.post("/v1.0/roleManagement/directory/roleAssignments", {
      principalId,
      roleDefinitionId,
      directoryScopeId: "/",
    });
  }

  async defenderRole(displayName: string, actions: readonly string[], groupId: string): Promise<string> {
    const role = await this.post("/beta/roleManagement/defender/roleDefinitions", {
      displayName,
      description: "Made by hand",
      rolePermissions: [{ allowedResourceActions: actions }],
    });
    await this.post("/beta/roleManagement/defender/roleAssignments", {
      displayName,
      roleDefinitionId: role.id,
      principalIds: [groupId],
      directoryScopeIds: ["/"],
      appScopeIds: ["/"],
    });
    return role.id;
  }

  /** As the document of 2018 says, with a secret of a year. */
  async registration(displayName: string, more: object = {}) {
    const application = await this.post<Created & { appId: string }>("/v1.0/applications", {
      displayName,
      signInAudience: "AzureADMyOrg",
      ...more,
    });
    const servicePrincipal = await this.post("/v1.0/servicePrincipals", { appId: application.appId });
    return { ...application, servicePrincipal: servicePrincipal.id };
  }

  async accessPackage(
    root: string,
    { name, catalog, group, organization }: Readonly<Record<"name" | "catalog" | "group" | "organization", string>>,
  ): Promise<void> {
    await this.post(`${root}/accessPackageResourceRequests`, {
      catalogId: catalog,
      executeImmediately: true,
      requestType: "AdminAdd",
      accessPackageResource: { originId: group, originSystem: "AadGroup" },
    });
    const resources = await this.hands.graph<{ value: { id: string; resourceType: string }[] }>(
      "GET",
      `${root}/accessPackageCatalogs/${catalog}/accessPackageResources?$filter=${encodeURIComponent(`originId eq '${group}'`)}`,
    );
    const [resource] = resources.value;
    const { id } = await this.post(`${root}/accessPackages`, {
      catalogId: catalog,
      displayName: name,
      description: name,
    });
    await this.post(`${root}/accessPackages/${id}/accessPackageResourceRoleScopes`, {
      accessPackageResourceRole: {
        accessPackageResource: { id: resource?.id, originId: group, resourceType: resource?.resourceType },
        displayName: "Member",
        originId: `Member_${group}`,
        originSystem: "AadGroup",
      },
      accessPackageResourceScope: { originId: group, originSystem: "AadGroup" },
    });
    const deciding = { "@odata.type": "#microsoft.graph.singleUser", isBackup: false, id: this.someUser() };
    await this.post(`${root}/accessPackageAssignmentPolicies`, {
      accessPackageId: id,
      displayName: "SOC",
      description: "People of the SOC",
      canExtend: true,
      durationInDays: 180,
      requestorSettings: {
        acceptRequests: true,
        scopeType: "SpecificConnectedOrganizationSubjects",
        allowedRequestors: [
          { "@odata.type": "#microsoft.graph.connectedOrganizationMembers", isBackup: false, id: organization },
        ],
      },
      requestApprovalSettings: {
        isApprovalRequired: true,
        isApprovalRequiredForExtension: false,
        isRequestorJustificationRequired: true,
        approvalMode: "SingleStage",
        approvalStages: [
          {
            approvalStageTimeOutInDays: 14,
            isApproverJustificationRequired: true,
            isEscalationEnabled: false,
            escalationTimeInMinutes: 0,
            primaryApprovers: [deciding],
          },
        ],
      },
    });
  }

  secret(applicationId: string, displayName: string, days: number): Promise<{ keyId: string }> {
    const endDateTime = new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString();
    return this.post(`/v1.0/applications/${applicationId}/addPassword`, {
      passwordCredential: { displayName, endDateTime },
    });
  }

  someUser(): string {
    const { users } = objectsOf(this.project, this.tenantId);
    return Object.entries(users).find(([, user]) => user["jobTitle"] === "Security Administrator")?.[0] ?? "";
  }

  servicePrincipalOf(appId: string): string {
    const { servicePrincipals } = objectsOf(this.project, this.tenantId);
    const found = Object.entries(servicePrincipals).find(([, object]) => object["appId"] === appId);
    return found?.[0] ?? "";
  }
}

describe("mssp adopt", function () {
  const requests: string[] = [];
  const project = fixture(() =>
    createProject({ environment: { MSSP_DEFENDER_ENDPOINT: "" }, log: (line) => requests.push(line) }),
  );

  /** A tenant in which the automation can only read. */
  function tenant(number: number): Administrator {
    const tenantId = tenantIdOf(number);
    const permissions = { [microsoftGraph.appId]: permissionsToAdopt };
    project.sandbox.cloud.describedTenant({ tenantId, domain: `contoso${number}.example`, permissions });
    return new Administrator(project, tenantId);
  }

  /** The engine of the first customer's `mssp adopt` starts processes of its own. */
  const mssp = (...args: readonly string[]) => (args[1] === "hand1" ? inSession(args, project) : msspOn(project, args));

  function adopt(number: number, ...more: readonly string[]) {
    const customer = [`customerName=Contoso ${number}`, `customerDomain=contoso${number}.example`];
    const provider = ["msspName=Fabrikam Security", `msspTenantId=${msspTenantId}`];
    const domain = ["analystDomains=fabrikam-security.example", `tenantId=${tenantIdOf(number)}`];
    const set = ["--set", ...customer, ...provider, ...domain, "--no-check"];
    const args = ["adopt", `hand${number}`, ...set, ...more];
    return mssp(...args);
  }

  it("the document of 2018: guests with a directory role, and an application with secret and redirect URI", async () => {
    const hand = tenant(1);
    const guests = [await hand.invite(ana), await hand.invite(ben)];
    for (const guest of guests) await hand.directoryRole("Security Administrator", guest);
    const application = await hand.registration("Contoso SIEM MSSP Connector", {
      web: { redirectUris: ["https://contoso1.example/SiemMsspConnector", "https://SiemMsspConnector"] },
      requiredResourceAccess: [
        {
          resourceAppId: windowsDefenderAtp.appId,
          resourceAccess: [{ id: windowsDefenderAtp.scopes["Alert.Read"], type: "Scope" }],
        },
      ],
    });
    await hand.secret(application.id, "siem key", 300);
    await hand.post("/v1.0/oauth2PermissionGrants", {
      clientId: application.servicePrincipal,
      resourceId: hand.servicePrincipalOf(windowsDefenderAtp.appId),
      consentType: "AllPrincipals",
      scope: "Alert.Read",
    });
    await adoptedWithoutChanges(hand, "--json");
    const { clientSecret } = await project.outputs("hand1");
    assert.equal(clientSecret, null, "the state has no value of the secret");
  });

  it("Microsoft's page of today: access packages, tiers, and the MSSP's own application", async () => {
    const hand = tenant(2);
    const entitlements = "/beta/identityGovernance/entitlementManagement";
    const organization = await hand.post("/v1.0/identityGovernance/entitlementManagement/connectedOrganizations", {
      displayName: "Fabrikam",
      description: "Our SOC",
      identitySources: [
        {
          "@odata.type": "#microsoft.graph.domainIdentitySource",
          domainName: "fabrikam-security.example",
          displayName: "F",
        },
      ],
      state: "configured",
    });
    const catalog = await hand.post(`${entitlements}/accessPackageCatalogs`, {
      displayName: "MSSP Accesses",
      description: "For the MSSP",
      isExternallyVisible: true,
    });
    for (const name of ["Tier 1 Analyst", "Tier 2 Analyst", "MSSP Analyst Approvers"]) {
      const group = await hand.group(name, []);
      await hand.defenderRole(name, ["microsoft.xdr/secops/securitydata/read"], group);
      await hand.accessPackage(entitlements, { name, catalog: catalog.id, group, organization: organization.id });
    }
    const description = {
      applicationId: randomUUID(),
      displayName: "Fabrikam SIEM",
      signInAudience: "AzureADMultipleOrgs",
    } as const;
    const { cloud } = project.sandbox;
    addApplication(cloud.tenant(msspTenantId), description);
    addConsentedServicePrincipal(
      cloud.tenant(hand.tenantId),
      { ...description, homeTenantId: msspTenantId },
      { [microsoftGraph.appId]: ["SecurityAlert.Read.All"] },
    );
    await adoptedWithoutChanges(hand, "--json");
  });

  it("a mess: asks about each ambiguity, and `destroy` deletes only what the settings say", async () => {
    const hand = tenant(3);
    const [anaId, benId, cleoId] = [await hand.invite(ana), await hand.invite(ben), await hand.invite(cleo)];
    const visitor = hand.someUser();
    const tier1 = await hand.group("Tier 1 Analyst", [anaId, visitor]);
    await hand.defenderRole("MSSP readers", ["microsoft.xdr/secops/securitydata/read"], tier1);
    const second = await hand.group("SOC level 2", [benId], { description: "Made by Bob" });
    await hand.defenderRole(
      "SOC level 2",
      ["microsoft.xdr/secops/securitydata/read", "microsoft.xdr/secops/securitydata/alerts/manage"],
      second,
    );
    const project7 = await hand.group("Project 7", [cleoId, visitor]);
    const first = await hand.registration("Contoso SIEM MSSP Connector", { notes: "2019" });
    const other = await hand.registration("Fabrikam pull", {
      web: { redirectUris: ["https://old.example/SiemMsspConnector"] },
    });
    await hand.secret(first.id, "first", 20);
    await hand.secret(first.id, "forever", 700);
    await hand.secret(other.id, "other", 300);
    const alerts = {
      resourceId: hand.servicePrincipalOf(microsoftGraph.appId),
      appRoleId: microsoftGraph.appRoles["SecurityAlert.Read.All"],
    };
    await hand.post(`/v1.0/servicePrincipals/${first.servicePrincipal}/appRoleAssignments`, {
      principalId: first.servicePrincipal,
      ...alerts,
    });

    const refused = await adopt(3, "--yes");
    assert.equal(refused.exitCode, 1);
    for (const question of ["application=", `tier:${second}=`]) assert.match(refused.stderr, new RegExp(question));
    assert.ok(!existsSync(path.join(project.folder, "Pulumi.hand3.yaml")));

    const answers = [
      `application=${first.id}`,
      `tier:${second}=tier2`,
      `members:${tier1}=keep`,
      `group:${project7}=leave`,
    ];
    await adoptedWithoutChanges(hand, "--json", "--answer", ...answers, "--mssp-owns", "groups");
    const again = await adopt(3, "--yes");
    assert.match(again.stderr, /Pulumi\.hand3\.yaml exists already/);

    const held = await mssp("doctor", "--stack", "hand3", "--before-destroy");
    assert.equal(held.exitCode, 0, held.stderr);
    assert.match(held.stdout, /Contoso SIEM MSSP Connector/);
    letAutomationWrite(hand);
    await project.succeed(["destroy", "--stack", "hand3", "--refresh", "--yes", "--skip-preview"]);
    const { applications, groups, users } = objectsOf(project, hand.tenantId);
    assert.ok(first.id in applications && other.id in applications);
    assert.deepEqual(Object.keys(groups), [project7]);
    assert.ok([anaId, benId, cleoId].every((id) => id in users));
  });

  it("detection rules: takes those whose IDs are the repository's, names the others, and `up` replaces none", async () => {
    const hand = tenant(4);
    await hand.directoryRole("Security Administrator", await hand.invite(ana));
    for (const name of ["same", "other", "new"]) await writeRule(name);
    const route = "/beta/security/rules/detectionRules";
    const make = (id: string, changes: Readonly<Record<string, unknown>> = {}, severity = "medium") =>
      hand.post(route, {
        ...{ id, displayName: `By hand ${id}`, description: "Pushed by a script.", status: "enabled" },
        queryCondition: {
          queryText: `DeviceProcessEvents\n| where FileName == "${id.replace(prefix, "")}"\n${columns}`,
        },
        schedule: { frequency: "PT1H" },
        detectionAction: { alertTemplate: { title: `Alert ${id.replace(prefix, "")}`, severity, entityMappings } },
        ...changes,
      });
    await make(`${prefix}same`);
    await make(`${prefix}other`, {}, "low");
    await make(`${prefix}forgotten`);
    await make(`${prefix}theirs`, {
      description: "(managed by defender-mssp/else#0123456789abcdef/detections-theirs)",
    });
    // A set with a rule of a stack that has lost its state.
    await writeRule("lost", "medium", "kept");
    const ofLost = "Of a stack. (managed by defender-mssp/lost#fedcba9876543210/detections-lost)";
    await make(`${prefix}lost`, { description: ofLost });
    await make("portal");
    const rules = project.sandbox.cloud.tenant(hand.tenantId).objects("detectionRules");
    const rule = (name: string): StoredObject => rules.get(`${prefix}${name}`) ?? assert.fail(name);
    // The service numbers the rules of the portal.
    rules.set("4711", { ...(rules.get("portal") ?? assert.fail()), id: "4711" });
    rules.delete("portal");

    const asked = await adopt(4, "--yes");
    assert.match(asked.stderr, /has 2 of the 3 detection rules of detections\/base\. Does the customer get this set\?/);
    const before = dumpOfTenant(project, hand.tenantId);
    const unmarked = await adopt(4, "--dry-run", "--yes", "--json", "--answer", "detectionSet:base=adopt");
    const left = (JSON.parse(unmarked.stdout) as Adoption).plan.leave.find(({ id }) => id === `${prefix}lost`);
    assert.match(left?.why ?? "", /managed by stack defender-mssp\/lost\. .*--answer marked:.*lost=adopt\./);
    const sets = ["base", "kept"].flatMap((set) => ["--answer", `detectionSet:${set}=adopt`]);
    const adopted = await adopt(4, "--yes", "--json", ...sets, "--answer", `marked:${prefix}lost=adopt`);
    assert.equal(adopted.exitCode, 0, adopted.stderr);
    assert.equal(dumpOfTenant(project, hand.tenantId), before);
    const { plan } = JSON.parse(adopted.stdout) as Adoption;
    const reasons = new Map([...plan.leave, ...plan.notImported].map(({ id, why }) => [id, why]));
    assert.match(reasons.get(`${prefix}theirs`) ?? "", /managed by stack defender-mssp\/else/);
    assert.match(reasons.get(`${prefix}forgotten`) ?? "", /no file detections\/<set>\/forgotten\.yaml/);
    assert.match(reasons.get("4711") ?? "", /npx mssp detections import, and delete it in the portal/);
    assertEach(
      plan.adopt.filter(({ kind }) => kind === "detection rule"),
      ({ resource, ...item }) => [resource, item.differences],
      [
        ["detections-other", ["detectionAction.alertTemplate.severity"]],
        ["detections-same", undefined],
        ["detections-lost", undefined],
      ],
    );

    const stack = ["--stack", "hand4"];
    letAutomationWrite(hand);
    const preview = await project.succeed(["preview", ...stack, "--refresh"]);
    assert.match(preview, /changed the detection rule .*other.*severity "medium" → "low"\. It stays so/);
    assert.doesNotMatch(preview, /changed the detection rule .*same/);
    const [same, other] = [{ ...rule("same") }, { ...rule("other") }];
    requests.length = 0;
    await project.succeed(["up", ...stack, "--yes", "--skip-preview"]);
    const writes = () => requests.filter((line) => /^(POST|PATCH|DELETE) .*detectionRules/.test(line));
    assertEach(writes(), (line) => line.split(" ")[0], ["POST", "PATCH"], "it creates and enables the new rule only");
    assert.deepEqual([rule("same"), rule("other")], [same, other]);
    assert.match(rule("new")["description"] as string, /managed by .*\/detections-new\)$/);
    await project.succeed(["up", ...stack, "--yes", "--skip-preview", "--expect-no-changes"]);

    await writeRule("same", "high");
    await writeRule("lost", "high", "kept");
    requests.length = 0;
    await project.succeed(["up", ...stack, "--yes", "--skip-preview"]);
    assertEach(writes(), (line) => line.split(" ")[0], ["PATCH", "PATCH"]);
    assert.equal(rule("lost")["description"], ofLost, "the mark of an adopted rule stays");
    assert.deepEqual(
      [rule("same")["displayName"], rule("same")["description"]],
      [same["displayName"], same["description"]],
    );
    project.sandbox.cloud.clock.advance(60_000);
    Object.assign(rule("same"), { status: "disabled", lastModifiedBy: "dana@contoso4.example" });
    rule("same")["lastModifiedDateTime"] = project.sandbox.cloud.now().toISOString();
    const edited = await project.succeed(["preview", ...stack, "--expect-no-changes"]);
    assert.match(
      edited,
      /dana@contoso4\.example changed the detection rule .*same.*status "enabled" → "disabled"\. It stays so/,
    );

    rules.delete(`${prefix}same`);
    await project.succeed(["up", ...stack, "--yes", "--skip-preview"]);
    assert.equal(
      rule("same")["displayName"],
      "Rule same",
      "a rule that somebody deleted is created as the stack's own",
    );
    assert.match(rule("same")["description"] as string, /managed by .*\/detections-same\)$/);
    await project.succeed(["up", ...stack, "--yes", "--skip-preview", "--refresh", "--expect-no-changes"]);

    await project.succeed(["destroy", ...stack, "--yes", "--skip-preview"]);
    assert.deepEqual([...rules.keys()].sort(), ["4711", `${prefix}forgotten`, `${prefix}theirs`]);
  });

  const prefix = "fabrikam-security-";
  const columns = "| project Timestamp, ReportId, DeviceId";
  const entityMappings = { hosts: [{ deviceIdColumn: "DeviceId" }] };

  /** Writes a file of the repository. */
  async function writeRule(name: string, severity = "medium", set = "base"): Promise<void> {
    const file = path.join(project.folder, "detections", set, `${name}.yaml`);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(
      file,
      stringify({
        ...{ displayName: `Rule ${name}`, status: "enabled", schedule: { frequency: "PT1H" } },
        queryText: `DeviceProcessEvents\n| where FileName == "${name}"\n${columns}`,
        alertTemplate: { title: `Alert ${name}`, severity, entityMappings },
      }),
    );
  }

  function letAutomationWrite(hand: Administrator): void {
    const tenantOf = project.sandbox.cloud.tenant(hand.tenantId);
    const principal = tenantOf.objects("servicePrincipals").get(hand.servicePrincipalOf(automationApplicationId));
    for (const role of writing) if (principal) assignAppRole(tenantOf, principal, microsoftGraph.appId, role);
  }

  /** Adopts, and shows that the tenant is as before and that the program would change nothing. */
  async function adoptedWithoutChanges({ tenantId }: Administrator, ...more: readonly string[]): Promise<void> {
    const number = Number.parseInt(tenantId.slice(-2), 16);
    const before = dumpOfTenant(project, tenantId);
    const { exitCode, stderr } = await adopt(number, "--yes", ...more);
    assert.equal(exitCode, 0, stderr);
    assert.equal(dumpOfTenant(project, tenantId), before);
    const preview = await project.succeed(["preview", "--stack", `hand${number}`, "--refresh", "--expect-no-changes"]);
    assert.doesNotMatch(preview, /Outputs:/, "an output would change");
  }
});
