/** The permissions for people: in a terminal, and as a text to send to a customer. */
import { paragraph, tableText } from "@defender-mssp/terminal/table";
import type { CustomerConsent, Permissions, RequestedPermission } from "./needed";

export function permissionsText({
  customers,
  automation,
  optional,
  preview,
  connectors,
  azureRoles,
}: Permissions): string {
  const rows = (permissions: readonly RequestedPermission[]) =>
    tableText(
      permissions.map(({ permission, id, purpose }) => [permission, id, purpose]),
      { indent: 2 },
    );
  return [
    paragraph(`Application permissions of the automation application, for ${stacksText(customers)}:`),
    rows(automation),
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
    ...customers.flatMap((customer) => [
      `\n${customer.customerName} (${customer.stack}): an administrator of the tenant opens these URLs and accepts:\n`,
      `  automation: ${customer.consentUrls.automation}\n`,
      `  preview:    ${customer.consentUrls.preview}\n`,
    ]),
    ...notesOf(customers).map((note) => `\n${paragraph(note)}`),
  ].join("");
}

/** To send to the customers' administrators. */
export function permissionsMarkdown({ customers, automation, preview, connectors, azureRoles }: Permissions): string {
  const application = (
    title: string,
    use: string,
    permissions: readonly RequestedPermission[],
    consent: "automation" | "preview",
  ) => [
    `## ${title}`,
    "",
    use,
    "",
    ...permissions.map(permissionLine),
    "",
    ...customers.map(({ consentUrls }) => `Consent: <${linkable(consentUrls[consent])}>`),
    "",
  ];
  return [
    "# Access to your Microsoft Defender",
    "",
    `For ${customers.map(({ customerName, tenantId }) => `${plain(customerName)} (tenant \`${tenantId}\`)`).join(", ")}.`,
    "",
    "A Privileged Role Administrator or Global Administrator of the tenant consents to two applications. You can revoke the consent at any time:",
    "Entra admin center, Enterprise applications, the application, Properties, Delete.",
    "",
    ...application(
      "The automation",
      "It creates and removes the objects that were agreed. It requires these application permissions:",
      automation,
      "automation",
    ),
    ...application(
      "The preview application",
      "It compares the tenant with the settings. Its permissions are read-only:",
      preview,
      "preview",
    ),
    ...connectors.flatMap(({ stack, applicationId, permissions, consentUrl }) => [
      `## The SIEM's connector${customers.length > 1 ? ` of ${plain(stack)}` : ""}`,
      "",
      `The SIEM signs in as the MSSP's application \`${applicationId}\`. The automation grants these application ` +
        "permissions; you can also consent by the link:",
      "",
      ...permissions.map(permissionLine),
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
            ({ application, role, scope }) => `- \`${role}\` for the ${application} application on \`${scope}\``,
          ),
          "",
        ]),
    ...notesOf(customers).flatMap((note) => [note, ""]),
  ].join("\n");
}

function permissionLine({ api, permission, id, purpose }: RequestedPermission): string {
  return `- ${api} \`${permission}\` (\`${id}\`): ${purpose}`;
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

function linkable(url: string): string {
  return url.replace("<application ID>", "APPLICATION-ID");
}

/** A name in Markdown as plain text. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+!|~&]/g, "\\$&");
}
