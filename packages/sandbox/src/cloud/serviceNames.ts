/**
 * The names under which a request reached the emulated services. Addresses in an answer (links,
 * issuers, discovery documents) have the names that the client used.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** Origins of the services, without a trailing slash. */
export interface ServiceNames {
  /** Microsoft Entra ID. */
  readonly login: string;
  /** Other hosts that are the same login service. */
  readonly loginAliases: readonly string[];
  /** Microsoft Graph. */
  readonly graph: string;
  /** Azure Resource Manager. */
  readonly resourceManager: string;
  /** What a vault's own host ends with. */
  readonly vaultSuffix: string;
}

const inUse = new AsyncLocalStorage<ServiceNames>();

/** The names of the request that is answered; `undefined` for one under the sandbox's own address. */
export function namesInUse(): ServiceNames | undefined {
  return inUse.getStore();
}

/** Answers a request under these names. */
export function underNames<T>(names: ServiceNames, answer: () => T): T {
  return inUse.run(names, answer);
}

/** All services under one origin. */
export function namesOfOrigin(origin: string): ServiceNames {
  return {
    login: origin,
    loginAliases: [],
    graph: origin,
    resourceManager: origin,
    vaultSuffix: "vault.sandbox.invalid",
  };
}
