import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { siemLoopbackRedirectUri, siemRedirectUri } from "../../domain/naming";
import { setOutputs } from "../outputs";
import { component } from "../../domain/resourceTypes";

export interface RedirectUriArgs {
  /**
   * Resource ID of the app registration: `applicationId` of a `SiemConnector`, or `id` of an
   * `azuread.ApplicationRegistration`.
   * @example "/applications/00000000-0000-0000-0000-000000000000"
   */
  readonly applicationId: pulumi.Input<string>;
  /**
   * Domain name, in lower case: the host of the redirect URI.
   * @example "contoso.com"
   */
  readonly domain: pulumi.Input<string>;
  /**
   * Port of an additional redirect URI on localhost, by which `mssp token` receives the sign-in's
   * answer.
   * @default no redirect URI on localhost
   */
  readonly loopbackPort?: number;
}

/**
 * The redirect URIs of the SIEM's app registration, of the type Web:
 * `https://<domain>/SiemMsspConnector`, and with `loopbackPort` also
 * `http://localhost:<port>/SiemMsspConnector`. The latter has the same type because Entra accepts
 * no credential from a public client. The list is authoritative: a web redirect URI that another
 * party adds is drift.
 *
 * Follows step 1 of "Fetch alerts from MSSP customer's tenant into the SIEM system" in Microsoft's
 * "Configure managed security service provider integration" (2018). The script in its step 2 sends
 * a URI that is not registered; every token request of this project sends this one.
 *
 * ## Least privileges
 * - application permission on Microsoft Graph: `Application.ReadWrite.OwnedBy`, as owner of the
 *   registration;
 * - or, for a signed-in user, the directory role `Application Administrator`.
 *
 * ## Errors
 * None of its own.
 *
 * @example
 * new RedirectUri("redirect", { applicationId: connector.applicationId, domain: "contoso.com" }, { provider });
 */
export class RedirectUri extends pulumi.ComponentResource {
  /** The redirect URI on the customer's domain. */
  declare public readonly uri: pulumi.Output<string>;
  /** The redirect URI on localhost. Undefined without `loopbackPort`. */
  declare public readonly loopbackUri?: pulumi.Output<string>;

  private readonly redirectUris: azuread.ApplicationRedirectUris;

  constructor(name: string, args: RedirectUriArgs, opts?: pulumi.ComponentResourceOptions) {
    super(component("RedirectUri"), name, {}, opts);

    const uri = pulumi.output(args.domain).apply(siemRedirectUri);
    const loopbackUri =
      args.loopbackPort === undefined ? undefined : pulumi.output(siemLoopbackRedirectUri(args.loopbackPort));
    this.redirectUris = new azuread.ApplicationRedirectUris(
      `${name}-redirect-uris`,
      {
        applicationId: args.applicationId,
        type: "Web",
        redirectUris: [uri, ...(loopbackUri === undefined ? [] : [loopbackUri])],
      },
      { parent: this },
    );
    this.registerOutputs(setOutputs<RedirectUri>(this, { uri, loopbackUri }));
  }

  /** The underlying resource. */
  public get nodes(): { readonly redirectUris: azuread.ApplicationRedirectUris } {
    return { redirectUris: this.redirectUris };
  }
}
