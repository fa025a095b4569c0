/** `--passphrase-folder`, the same for every command that works on several stacks. */
import { Option } from "commander";

/** @param goesWith the options that it goes with, such as "--all"; undefined: all of the command's. */
export function passphraseFolderOption(goesWith?: string): Option {
  const text = "folder with one passphrase file for each stack, named after the stack";
  return new Option("--passphrase-folder <folder>", goesWith === undefined ? text : `with ${goesWith}: ${text}`);
}
