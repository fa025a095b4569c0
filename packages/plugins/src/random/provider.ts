/**
 * The stand-in for the official `random` plugin. It has no service: nothing to configure or delete.
 */
import { type ProviderTable, TableProvider } from "../schema/tableProvider";
import { resources } from "./resources";

export function randomProvider(version: string): TableProvider<undefined> {
  const table: ProviderTable<undefined> = {
    name: "random",
    version,
    configuration: {},
    resources,
    functions: [],
    configure: () => Promise.resolve(),
    call: () => undefined,
    cancel: () => undefined,
  };
  return new TableProvider(table);
}
