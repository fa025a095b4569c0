/** `tags`: how the MSSP groups its customers. Nothing in the customer's tenant depends on them. */
import { optional } from "./setting";
import { isTag } from "./tagForm";
import { listOf, text } from "./validators";

const tagLimit = 50;

const tag = text("a tag <name>=<value>: letters, digits, _ . and -, a letter first, such as tier=gold", isTag);

export const tagSettings = {
  tags: optional(listOf(`a list of 1 to ${tagLimit} tags`, tag, { least: 1, most: tagLimit }), {
    description:
      "Tags by which `npx mssp fleet --tag` selects customers. They create nothing in the customer's tenant.",
    default: "none",
    example: "[tier=gold, region=eu]",
  }),
};
