/** Objects of an onboarding by hand: `adopted`. `npx mssp adopt` writes it. */
import type * as z from "zod/mini";
import { omittableParts } from "../domain/omittedParts";
import { SettingPlace } from "./place";
import { optional, required, type CheckedValue } from "./setting";
import { listOf, mapOf, oneOf, text } from "./validators";

/** More than an onboarding has, whatever the number of analysts. */
const objectLimit = 1100;

const resourceName = text("the name of a resource of the stack, at most 400 characters", (value) =>
  /^[^\s:$][^\p{C}:$]{0,399}$/u.test(value),
);
const objectId = text("the ID of an object, at most 200 characters without spaces", (value) =>
  /^[\w./-]{1,200}$/.test(value),
);

const object = mapOf("an adopted object: resource, id, onDestroy", {
  resource: required(resourceName, {
    description: "Name of the resource in the stack, the last part of its URN.",
    example: "customer-access-tier1-group",
  }),
  id: required(objectId, {
    description:
      "ID of the object in the customer's tenant. The entry has no effect on another object of the same resource.",
    example: "11111111-2222-3333-4444-555555555555",
  }),
  onDestroy: required(oneOf("what destroy does with the object", ["keep", "delete"]), {
    description: "`keep`: `destroy` removes the object from the state only. `delete`: `destroy` deletes it.",
    example: "keep",
  }),
  members: optional(oneOf("what the program does with the group's members", ["keep", "manage"]), {
    description: "`keep`: the program does not change the group's members. Only for groups.",
    default: "the program changes them: `manage`",
    example: "keep",
  }),
});

const adopted = mapOf("a map with objects and omit", {
  objects: optional(listOf(`a list of up to ${objectLimit} adopted objects`, object, { most: objectLimit }), {
    description:
      "Objects that were created by hand. The program leaves their names and descriptions as they are. " +
      "Remove an entry to let the next `up` rename and mark the object.",
    default: "none",
    example: "[{ resource: customer-siem-application, id: 11111111-2222-3333-4444-555555555555, onDestroy: keep }]",
  }),
  omit: optional(
    listOf(`a list of parts: ${omittableParts.join(", ")}`, oneOf("a part of the onboarding", omittableParts), {
      most: omittableParts.length,
    }),
    {
      description:
        "Parts that the customer does not have and that the program does not create. Remove an entry to let the next `up` create the part.",
      default: "none",
      example: "[redirectUri]",
    },
  ),
});

/** An object that existed before the stack. Its name and description stay as they are. */
export type AdoptedObject = CheckedValue<typeof object>;
export type AdoptedSettings = Required<CheckedValue<typeof adopted>>;

export const adoptedSettings = {
  adopted: optional(adopted, {
    description:
      "What `npx mssp adopt` found of an onboarding by hand: the adopted objects, and the parts that are missing.",
    default: "none",
    example: "{ omit: [analystsGroup] }",
  }),
};

export function adoptedFrom(checked: z.infer<typeof adopted> | undefined): AdoptedSettings | undefined {
  if (checked === undefined) return undefined;
  return { objects: checked.objects ?? [], omit: checked.omit ?? [] };
}

/** A resource is one object, and the parts that only some models have. */
export function adoptedProblems(settings: SettingPlace): void {
  const names = settings
    .at("adopted", "objects")
    .items(objectLimit)
    .map((one) => one.at("resource"));
  SettingPlace.refuseRepeated(names, (first) => `each resource once: adopted.objects[${first}] has this one`);
  if (settings.at("portalAccess", "model").value !== "entitlement") return;
  const tiers: readonly unknown[] = ["tier1", "tier2", "approvers", "analystsGroup"];
  for (const part of settings.at("adopted", "omit").items(omittableParts.length)) {
    if (tiers.includes(part.value))
      part.refuse("no tier with the model entitlement: its access packages need all three");
  }
}
