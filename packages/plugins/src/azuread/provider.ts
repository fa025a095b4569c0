/**
 * The stand-in for the official `azuread` plugin: the same resource types and Graph calls. Its waits
 * are the official ones where the sandbox has replicas.
 */
import type { ValueRecord } from "../protocol/values";
import { NotReadBack, type ProviderTable, TableProvider } from "../schema/tableProvider";
import { configuration, credentialsOf } from "./configuration";
import { functions } from "./functions";
import { type AzureadCredentials, type GraphOperation, GraphConnection } from "./graph";
import { resources } from "./resources";

/** @param environment has the credentials. Default: this process's. */
export function azureadProvider(
  version: string,
  environment: AzureadCredentials["environment"] = process.env,
): TableProvider<GraphOperation> {
  let connection: GraphConnection | undefined;
  const table: ProviderTable<GraphOperation> = {
    name: "azuread",
    version,
    configuration,
    resources,
    functions,
    async configure(args: ValueRecord) {
      connection = await GraphConnection.open(credentialsOf(args, environment));
    },
    call(timeout) {
      if (connection === undefined) throw new Error("The azuread provider has not been configured.");
      return connection.call(timeout);
    },
    async pause(call, { retriesNew = false }) {
      if (call.hasReplicas && !retriesNew) throw new NotReadBack();
      await call.pause(500);
    },
    cancel: () => connection?.cancel(),
  };
  return new TableProvider(table);
}
