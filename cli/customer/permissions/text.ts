/** The permissions for people: in a terminal, and as a text to send to a customer. */
import { consentName } from "@defender-mssp/microsoft";
import { paragraph, tableText, terminalWidth } from "@defender-mssp/terminal/table";
import { conditionBicep, conditionCommand, isConditional } from "./conditionCommand";
import type { KnownApplications } from "../../access/permissions/knownApplications";
import type { AzureRole, CustomerConsent, Permissions, RequestedPermission } from "../../access/permissions/needed";

/** From this width on, the IDs of the permissions stand beside their purposes without breaking the words. */
const widthForIds = 110;

/** @param width of the terminal, in columns */
export function permissionsText(
  { customers, automation, keeper, optional, preview, connectors, azureRoles }: Permissions,
  width = terminalWidth(),
): string {
  const showsIds = width >= widthForIds;
  const rows = (permissions: readonly RequestedPermission[]) =>
    tableText(
      permissions.map(({ permission, id, purpose }) => [permission, ...(showsIds ? [id] : []), purpose]),
      { indent: 2, width },
    );
  return [
    paragraph(`Application permissions of the automation application, for ${stacksText(customers)}:`),
    rows(automation),
    ...(keeper.length === 0 ? [] : ["\nOf the keeper, which stands while the automation is disabled:\n", rows(keeper)]),
    "\nOptional:\n",
    rows(optional),
    "\nRead-only permissions of the preview application:\n",
    rows(preview),
    ...connectors.flatMap(({ stack, applicationId, permissions, consentUrl }) => [
      "\n",
      paragraph(
        `Application permissions of the connector ${applicationId} (${stack}), which \`pulumi up\` grants, or an administrator at the URL:`,
      ),
      rows(permissions),
      `  ${consentUrl}\n`,
    ]),
    ...(azureRoles.length === 0
      ? []
      : [
          "\nAzure roles, which consent does not assign:\n",
          tableText(
            azureRoles.map(({ stack, application, role, scope }) => [stack, application, role, scope]),
            { indent: 2 },
          ),
        ]),
    ...azureRoles
      .filter(isConditional)
      .flatMap((role) => [
        "\n",
        paragraph(`${role.role} on ${role.scope} (${role.stack}) with this condition, by an Owner of the customer:`),
        `\n${role.condition}\n\nWith the Azure CLI:\n\n${conditionCommand(role, customerOf(role, customers))}\n`,
        `\nWith Bicep:\n\n${conditionBicep(role)}\n`,
      ]),
    ...customers.flatMap(urlLines),
    ...notesOf(customers).map((note) => `\n${paragraph(note)}`),
    ...(showsIds
      ? []
      : ["\n", paragraph(`The permissions' IDs: --json, or a terminal of ${widthForIds} columns.`, width)]),
  ].join("");
}

function customerOf({ stack }: AzureRole, customers: readonly CustomerConsent[]): CustomerConsent | undefined {
  return customers.find((customer) => customer.stack === stack);
}

/** A URL without the application's ID would be a broken link. */
function urlLines({ customerName, stack, consentUrls }: CustomerConsent): string[] {
  const { automation, keeper, preview } = consentUrls;
  if (automation === undefined && preview === undefined) {
    return [
      "\n",
      paragraph(`No consent URL for ${customerName} (${stack}): set msspApplications, or add --client-id.`),
    ];
  }
  return [
    `\n${customerName} (${stack}): an administrator of the tenant opens this and accepts:\n`,
    ...(automation === undefined ? [] : [`  automation: ${automation}\n`]),
    ...(keeper === undefined ? [] : [`  keeper:     ${keeper}\n`]),
    ...(preview === undefined ? [] : [`  preview:    ${preview}\n`]),
  ];
}

/** What `up` creates for a customer: the kind of each object, and its names. */
export type PlannedObjects = readonly {
  readonly kind: string;
  readonly names: readonly string[];
  /** What else must be known of them: sentences. */
  readonly note?: string;
}[];

/**
 * To send to the customers' administrators.
 * @param planned what will be created, by stack.
 */
export function permissionsMarkdown(permissions: Permissions, planned: ReadonlyMap<string, PlannedObjects>): string {
  const { customers, automation, keeper, preview, connectors, azureRoles } = permissions;
  const mssp = [...new Set(customers.map(({ msspName }) => plain(msspName)))].join(", ");
  const widens = automation.some(({ permission }) => permission === "AppRoleAssignment.ReadWrite.All");
  const previews = customers.some(({ consentUrls }) => consentUrls.preview !== undefined);
  return [
    `# Access of ${mssp} to your Microsoft Defender`,
    "",
    `For ${customers.map(({ customerName, tenantId }) => `${plain(customerName)} (tenant \`${tenantId}\`)`).join(", ")}.`,
    "",
    `${mssp} watches your Microsoft Defender. For that, its automation creates the objects below in your tenant. Nothing is created until you consent.`,
    ...contactLines(customers),
    "",
    "## The automation application",
    "",
    ...applicationLines(customers, "automation"),
    "It creates, changes and removes the objects that were agreed." +
      (widens
        ? " With `AppRoleAssignment.ReadWrite.All` it can also give itself every other permission: nothing limits it while it has that one."
        : ""),
    "",
    "Delete it at any time, and nobody can change anything with it any more: Entra admin center, Enterprise applications, the application, " +
      "Properties, Delete; or `az ad sp delete --id <application ID>`. The access that exists remains until it is removed.",
    "",
    ...permissionTable(automation),
    "",
    "## What you see when you consent",
    "",
    "Sign in as a Global Administrator or Privileged Role Administrator. Microsoft's page shows the application's name, its publisher, and the " +
      'permissions in the words of the first column. "Unverified" means that Microsoft has not verified the publisher: then compare the ' +
      "application ID above with `client_id` in the page's address. Accept only if name and permissions match. Afterwards a page of " +
      `${mssp} opens.`,
    ...(automation.some(({ permission }) => permission === "RoleManagement.ReadWrite.Defender")
      ? [
          "",
          "Microsoft's words for `RoleManagement.ReadWrite.Defender` say only \"Read\". The permission also writes Defender's roles.",
        ]
      : []),
    "",
    ...consentLines(customers, "automation"),
    ...(keeper.length === 0
      ? []
      : [
          "## The keeper",
          "",
          ...applicationLines(customers, "keeper"),
          "It stands, so that the automation can be disabled between its runs: Enterprise applications, the application, Properties, Enabled for users to sign in. " +
            "It invites analysts, sets the members of the groups that it owns, and rotates the connector's client secret.",
          "",
          ...permissionTable(keeper),
          "",
          ...consentLines(customers, "keeper"),
        ]),
    ...(previews
      ? [
          "## The preview application",
          "",
          ...applicationLines(customers, "preview"),
          "It compares the tenant with the settings. Its permissions only read.",
          "",
          ...permissionTable(preview),
          "",
          ...consentLines(customers, "preview"),
        ]
      : []),
    ...connectors.flatMap(({ stack, applicationId, permissions: roles, consentUrl }) => [
      `## The SIEM's connector${customers.length > 1 ? ` of ${plain(stack)}` : ""}`,
      "",
      `The SIEM signs in as the MSSP's application \`${applicationId}\`. The automation grants these application ` +
        "permissions; you can also consent by the link:",
      "",
      ...permissionTable(roles),
      "",
      `Consent: <${consentUrl}>`,
      "",
    ]),
    ...(azureRoles.length === 0
      ? []
      : [
          "## Roles in Azure",
          "",
          ...azureRoles.map(
            ({ application, role, scope, condition }) =>
              `- \`${role}\` for the ${application} application on \`${scope}\`${condition === undefined ? "" : ", with the condition below"}`,
          ),
          "",
          ...azureRoles
            .filter(isConditional)
            .flatMap((role) => [
              `The condition on \`${role.scope}\` lets the automation assign and remove these roles for groups, and nothing else. With the Azure CLI:`,
              "",
              "```sh",
              conditionCommand(role, customerOf(role, customers)),
              "```",
              "",
              "With Bicep:",
              "",
              "```bicep",
              conditionBicep(role),
              "```",
              "",
            ]),
        ]),
    ...customers.flatMap(({ stack, customerName }) => [
      `## What will be created${customers.length > 1 ? ` for ${plain(customerName)}` : ""}`,
      "",
      ...(planned.get(stack) ?? []).map(({ kind, names, note }) =>
        [`- ${kind}: ${names.map(plain).join(", ")}`, ...(note === undefined ? [] : [plain(note)])].join(". "),
      ),
      "",
    ]),
    ...notesOf(customers).flatMap((note) => [note, ""]),
  ].join("\n");
}

function contactLines(customers: readonly CustomerConsent[]): string[] {
  const contacts = customers.flatMap(({ msspContact }) =>
    msspContact === undefined ? [] : [[msspContact.name, `<${msspContact.email}>`, msspContact.phone]],
  );
  const texts = contacts.map(([name, email, phone]) =>
    [name === undefined ? undefined : plain(name), email, phone].filter((part) => part !== undefined).join(", "),
  );
  return texts.length === 0 ? [] : ["", `Questions: ${[...new Set(texts)].join("; ")}`];
}

function applicationLines(customers: readonly CustomerConsent[], use: keyof KnownApplications): string[] {
  const applications = customers.flatMap(({ applications: known }) => known[use] ?? []);
  const texts = applications.map(
    ({ id, name }) => `${name === undefined ? "" : `Name: ${plain(name)}. `}Application ID: \`${id}\`.`,
  );
  return [...[...new Set(texts)], ""];
}

function consentLines(customers: readonly CustomerConsent[], use: keyof KnownApplications): string[] {
  return [
    ...customers.flatMap(({ customerName, consentUrls }) => {
      const url = consentUrls[use];
      if (url === undefined) return [];
      return [`Consent${customers.length > 1 ? ` of ${plain(customerName)}` : ""}: <${url}>`];
    }),
    "",
  ];
}

function permissionTable(permissions: readonly RequestedPermission[]): string[] {
  return [
    "| In Microsoft's words | Permission | What for |",
    "| --- | --- | --- |",
    ...permissions.map(
      ({ permission, purpose }) =>
        `| ${consentName(permission)} | \`${permission}\` | ${purpose.replaceAll("|", "\\|")} |`,
    ),
  ];
}

function notesOf(customers: readonly CustomerConsent[]): string[] {
  const isGovernment = customers.some(({ cloud }) => cloud === "gccHigh" || cloud === "dod");
  return [
    ...(isGovernment
      ? ["The US government's cloud has other IDs for some app roles: look up each role by its name there."]
      : []),
    ...(customers.some(({ hasGateway }) => hasGateway)
      ? ["Your gateway (defenderEndpoint) may require further permissions."]
      : []),
  ];
}

function stacksText(customers: readonly CustomerConsent[]): string {
  return customers.map(({ stack }) => stack).join(", ");
}

/** A name in Markdown as plain text. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+!|~&]/g, "\\$&");
}
