import type * as pulumi from "@pulumi/pulumi";

/** A provider of the program, and the options without it. */
export interface TakenProvider {
  readonly provider: pulumi.ProviderResource | undefined;
  readonly options: pulumi.ComponentResourceOptions;
}

/**
 * Takes the provider for a package out of the options that the engine gives a component. The SDK
 * warns of one that is `provider` and a member of `providers`.
 */
export function takenProvider(options: pulumi.ComponentResourceOptions, name: string): TakenProvider {
  const { [name]: provider, ...providers } = (options.providers ?? {}) as Record<string, pulumi.ProviderResource>;
  return provider === undefined ? { provider, options } : { provider, options: { ...options, providers } };
}
