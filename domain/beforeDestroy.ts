/**
 * What a person must do before `pulumi destroy` of a stack with these settings, one sentence each.
 *
 * Microsoft, "Delete accessPackage": a package that has an assignment cannot be deleted.
 */
export function beforeDestroy({ portalAccess }: { readonly portalAccess: { readonly model: string } }): string[] {
  if (portalAccess.model === "governance") {
    return [
      "Before `npx pulumi destroy` or another portalAccess.model: end the governance relationship with " +
        "`npx mssp governance terminate --stack <stack> --as customer --client-id <ID>`. Neither ends it: it grants access until the customer terminates it.",
    ];
  }
  if (portalAccess.model !== "entitlement") return [];
  return [
    "Before `npx pulumi destroy` or another portalAccess.model: remove every assignment of these access packages (Entra admin center > Identity " +
      "Governance > Access packages > the package > Assignments > Remove). Graph refuses to delete a package that somebody holds, and the " +
      "run would fail halfway. `npx mssp doctor --stack <stack> --before-destroy` lists who holds which.",
  ];
}
