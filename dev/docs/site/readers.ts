/** The site's sidebar: the pages by reader. A page may stand with several readers. */

export interface SidebarPage {
  readonly text: string;
  /** The page's file, from the top of the checkout. */
  readonly file: string;
}

export interface SidebarGroup {
  readonly text: string;
  /** Folded until the reader opens it, or is on one of its pages. */
  readonly collapsed?: boolean;
  readonly items: readonly (SidebarPage | SidebarGroup)[];
}

/** @param decisions the pages of docs/adr, in their order. */
export function readers(decisions: readonly SidebarPage[]): readonly SidebarGroup[] {
  return [
    group("Start", [
      page("What it is", "README.md"),
      page("Install", "docs/guides/install.md"),
      page("All pages", "docs/README.md"),
      page("Troubleshooting", "docs/troubleshooting.md"),
      page("Changelog", "CHANGELOG.md"),
      page("Security", "SECURITY.md"),
    ]),
    group("Platform engineer", [
      page("Onboard a customer", "docs/guides/platform-engineer.md"),
      page("Adopt a customer", "docs/guides/adopting.md"),
      page("Run all customers", "docs/guides/fleet.md"),
      page("Upgrade", "docs/guides/upgrading.md"),
      folded("Choose the access", [
        page("Portal access", "docs/portal-access.md"),
        page("The keeper", "docs/keeper.md"),
        page("Governance relationships", "docs/governance.md"),
        page("Trust of the MSSP's tenant", "docs/trust.md"),
        page("Azure and Microsoft Sentinel", "docs/azure.md"),
        page("Policy pack and resources of your own", "docs/policy.md"),
        page("Other programs and languages", "docs/other-programs.md"),
        page("Examples", "examples/README.md"),
      ]),
      folded("Operate", [
        page("CI", "docs/ci.md"),
        page("State", "docs/state.md"),
        page("The report", "docs/report.md"),
        page("What is in the tenant", "docs/tenant.md"),
        page("Retirements", "docs/retirements.md"),
        page("Signed pages", "docs/signed.md"),
      ]),
      folded("Sandbox", [
        page("The sandbox", "docs/sandbox.md"),
        page("What it emulates", "docs/emulation.md"),
        page("The first day on a real tenant", "docs/rehearse.md"),
      ]),
      folded("Reference", [
        page("Settings", "docs/reference/settings.md"),
        page("Outputs", "docs/reference/outputs.md"),
        page("Permissions", "docs/reference/permissions.md"),
        page("What a thief reaches", "docs/reference/thief.md"),
        page("Kinds of access", "docs/reference/kinds.md"),
        page("Policy rules", "docs/reference/policy-rules.md"),
        page("Commands", "docs/reference/commands.md"),
        page("Steps of pipelines", "docs/reference/pipeline-steps.md"),
        page("Exit codes and --json", "docs/reference/exit-codes.md"),
        page("Other languages", "docs/reference/plugin.md"),
        page("What begins and ends by itself", "docs/reference/retirement-table.md"),
        page("What is waited for", "docs/reference/waits.md"),
      ]),
    ]),
    group("Customer's administrator", [
      page("What is granted, and how to revoke it", "docs/guides/customer-administrator.md"),
      page("Your own look", "docs/watch.md"),
      page("Questions", "docs/questions.md"),
      page("The report", "docs/report.md"),
      page("Signed pages", "docs/signed.md"),
      page("Permissions", "docs/reference/permissions.md"),
      page("Ways of access, and what nobody looks at", "docs/reference/ways.md"),
    ]),
    group("SIEM engineer", [
      page("From up to alerts", "docs/guides/siem-engineer.md"),
      page("The connector", "docs/connector.md"),
      page("Alerts, incidents and hunting", "docs/alerts.md"),
      page("Where alerts and incidents go", "docs/destinations.md"),
      page("Tickets of incidents", "docs/tickets.md"),
      page("OCSF", "docs/ocsf.md"),
      page("Outputs", "docs/reference/outputs.md"),
    ]),
    group("Detection engineer", [
      page("From a query to a rule", "docs/guides/detection-engineer.md"),
      page("Detection rules", "docs/detections.md"),
      page("Queries in the sandbox", "packages/kql/README.md"),
    ]),
    group("Contributor", [
      page("Contributing", "CONTRIBUTING.md"),
      page("Architecture", "docs/architecture.md"),
      page("Releases", "docs/releasing.md"),
      folded("Reference", [
        page("Emulated routes", "docs/reference/sandbox-routes.md"),
        page("Reaches into Pulumi's SDK", "docs/reference/sdk.md"),
      ]),
      folded(
        "Packages",
        [
          "detections",
          "engine",
          "errors",
          "microsoft",
          "pages",
          "plugins",
          "sandbox",
          "siem",
          "tenant",
          "watch",
          "terminal",
        ].map((name) => page(name, `packages/${name}/README.md`)),
      ),
      folded("Decisions", [page("All decisions", "docs/adr/README.md"), ...decisions]),
    ]),
  ];
}

export function filesBelow(items: readonly (SidebarPage | SidebarGroup)[]): readonly string[] {
  return items.flatMap((item) => ("items" in item ? filesBelow(item.items) : [item.file]));
}

function page(text: string, file: string): SidebarPage {
  return { text, file };
}

function group(text: string, items: SidebarGroup["items"]): SidebarGroup {
  return { text, items };
}

function folded(text: string, items: SidebarGroup["items"]): SidebarGroup {
  return { text, collapsed: true, items };
}
