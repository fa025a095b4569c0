/**
 * The plugin: the components and resources of this package for programs in any language of
 * Pulumi's. index.js starts it.
 */
import { VisibleError } from "@defender-mssp/errors";
import * as pulumi from "@pulumi/pulumi";
import * as provider from "@pulumi/pulumi/provider";
import { servedByPlugin } from "../components/dynamicResource";
import { constructComponent } from "./constructComponent";
import { customResources } from "./customResources";
import { invokeFunction } from "./invokeFunction";
import schemaFile from "./schema.json";
import type { PackageSchema } from "./schema";

const schema = schemaFile as unknown as PackageSchema;

servedByPlugin(schema.version);

// The SDK logs what nobody catches with its stack; an error for people is one line.
process.prependListener("uncaughtException", withoutStack);
process.prependListener("unhandledRejection", withoutStack);

void provider.main(
  {
    version: schema.version,
    schema: JSON.stringify(schema),
    ...customResources,
    invoke: (token, inputs) => invokeFunction(schema, token, inputs as pulumi.Inputs),
    construct: async (name, type, inputs, options) => {
      const component = await constructComponent(schema, name, type, inputs, options);
      const names = Object.keys(schema.resources[type]?.properties ?? {});
      const fields = component as unknown as pulumi.Inputs;
      return { urn: component.urn, state: Object.fromEntries(names.map((one) => [one, fields[one]])) };
    },
  },
  process.argv.slice(2),
);

function withoutStack(error: unknown): void {
  if (isForPeople(error)) error.stack = error.message;
}

function isForPeople(error: unknown): error is Error {
  return error instanceof VisibleError || pulumi.RunError.isInstance(error) || pulumi.ResourceError.isInstance(error);
}
