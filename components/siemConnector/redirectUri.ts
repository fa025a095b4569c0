import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { siemLoopbackRedirectUri, siemRedirectUri } from "../../settings/naming";

export interface RedirectUriArgs {
  /**
   * Resource ID of the application: the `id` of an `azuread.ApplicationRegistration`.
   * @example "/applications/00000000-0000-0000-0000-000000000000"
   */
  readonly applicationId: pulumi.Input<string>;
  /**
   * Domain name, in lower case, that the SIEM's sign-in ends at.
   * @example "contoso.com"
   */
  readonly domain: pulumi.Input<string>;
  /**
   * Port of an additional redirect URI on localhost, with which a token is fetched without pasting an address.
   * @default none is registered
   */
  readonly loopbackPort?: number;
}

/**
 * The redirect URI of the SIEM's app registration, of type Web: `https://<domain>/SiemMsspConnector`; with `loopbackPort` also
 * `http://localhost:<port>/SiemMsspConnector`, of the same type: the registration has a credential, which Entra takes from no public client.
 * They are all web redirect URIs that the registration has; one that somebody else adds shows as drift.
 *
 * Follows step 1 of "Fetch alerts from MSSP customer's tenant into the SIEM system" in Microsoft's "Configure managed security
 * service provider integration" (2018). The script of its step 2 sends another URI than the one registered; whatever asks for a
 * token here sends this one.
 *
 * ## Least privileges
 * - application permission on Microsoft Graph: `Application.ReadWrite.OwnedBy`, as owner of the registration. Together with
 *   `SiemConnector` that is no help: its delete takes `Application.ReadWrite.All`;
 * - or, for a signed-in user: the directory role `Application Administrator`.
 *
 * @example
 * new RedirectUri("redirect", { applicationId: connector.applicationId, domain: "contoso.com" }, { provider });
 */
export class RedirectUri extends pulumi.ComponentResource {
  /** The redirect URI. */
  public readonly uri: pulumi.Output<string>;
  /** The redirect URI on localhost, where there is one. */
  public readonly loopbackUri?: pulumi.Output<string>;

  private readonly redirectUris: azuread.ApplicationRedirectUris;

  constructor(name: string, args: RedirectUriArgs, opts?: pulumi.ComponentResourceOptions) {
    super("defender-mssp:index:RedirectUri", name, {}, opts);

    this.uri = pulumi.output(args.domain).apply(siemRedirectUri);
    if (args.loopbackPort !== undefined) this.loopbackUri = pulumi.output(siemLoopbackRedirectUri(args.loopbackPort));
    const redirectUris = [this.uri, ...(this.loopbackUri === undefined ? [] : [this.loopbackUri])];
    this.redirectUris = new azuread.ApplicationRedirectUris(
      `${name}-redirect-uris`,
      { applicationId: args.applicationId, type: "Web", redirectUris },
      { parent: this },
    );
    this.registerOutputs({ uri: this.uri, loopbackUri: this.loopbackUri });
  }

  /** The underlying resources. */
  public get nodes(): { readonly redirectUris: azuread.ApplicationRedirectUris } {
    return { redirectUris: this.redirectUris };
  }
}
