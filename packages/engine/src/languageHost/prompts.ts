import {
  RuntimeOptionPrompt,
  RuntimeOptionsResponse,
  type RuntimeOptionsRequest,
} from "@pulumi/pulumi/proto/language_pb";
import { findExecutable } from "./child";
import { packageManagers } from "./options";

/** What `pulumi new` asks for this runtime: the package manager, those that are installed first. */
export function runtimeOptionsPrompts(request: RuntimeOptionsRequest): RuntimeOptionsResponse {
  const response = new RuntimeOptionsResponse();
  const options = request.getInfo()?.getOptions()?.toJavaScript() ?? {};
  if ("packagemanager" in options) return response;

  const prompt = new RuntimeOptionPrompt();
  prompt.setKey("packagemanager");
  prompt.setDescription("The package manager to use for installing dependencies");
  prompt.setPrompttype(RuntimeOptionPrompt.RuntimeOptionType.STRING);
  const installed = packageManagers.filter((name) => findExecutable(name) !== undefined);
  const missing = packageManagers.filter((name) => !installed.includes(name));
  for (const name of installed) prompt.addChoices(choice(name, name));
  for (const name of missing) prompt.addChoices(choice(name, `${name} [not found]`));
  prompt.setDefault(choice("npm", ""));
  response.addPrompts(prompt);
  return response;
}

function choice(value: string, displayName: string): RuntimeOptionPrompt.RuntimeOptionValue {
  const message = new RuntimeOptionPrompt.RuntimeOptionValue();
  message.setPrompttype(RuntimeOptionPrompt.RuntimeOptionType.STRING);
  message.setStringvalue(value);
  message.setDisplayname(displayName);
  return message;
}
