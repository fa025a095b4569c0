/** `allowedPackages`: plugins that the engine may start out of a state, besides those of the program. */
import * as z from "zod/mini";
import type { AllowedPackage } from "../domain/stateCode";
import { optional, required } from "./setting";
import { listOf, mapOf, text } from "./validators";

const packageLimit = 20;

const allowedPackage = mapOf("a map: name, version", {
  name: required(
    text("the name of a Pulumi package, such as command", (name) => /^[a-z][a-z0-9-]{0,99}$/.test(name)),
    { description: "Name of the package, as types of its resources begin.", example: "command" },
  ),
  version: required(
    text("the exact version of the package's plugin, such as 1.2.3", (version) =>
      /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]{1,60})?$/.test(version),
    ),
    { description: "Version of its plugin.", example: "1.2.3" },
  ),
});

const allowedPackages = listOf(`a list of 1 to ${packageLimit} packages, each with name and version`, allowedPackage, {
  least: 1,
  most: packageLimit,
});

export const allowedPackageSettings = {
  allowedPackages: optional(allowedPackages, {
    description:
      "Packages of the resources that `extension` declares, where the program does not use them. Commands that run the engine refuse a state that " +
      "names another one; see `npx mssp docs state`.",
    default: "none",
    example: "[{ name: command, version: 1.2.3 }]",
  }),
};

/** As the settings file has them, whatever else is wrong with it: none where they are wrong themselves. */
export function allowedPackagesIn(values: Readonly<Record<string, string>>): readonly AllowedPackage[] {
  const key = "allowedPackages";
  if (!values[key]) return [];
  try {
    return z.parse(allowedPackages, JSON.parse(values[key]));
  } catch {
    return [];
  }
}
