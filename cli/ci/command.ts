/** `mssp ci`: what CI does for a repository of customers. The workflows only call this. */
import type { Command } from "commander";
import { registerCheckState } from "./checkState/command";
import { registerComment } from "./comment/command";
import { registerConfirmDestroy } from "./confirmDestroy/command";
import { registerDrift } from "./drift/command";
import { registerMatrix } from "./matrix/command";
import { registerOidcToken } from "./oidcToken/command";
import { registerPreview } from "./preview/command";
import { registerSetup } from "./setup/command";
import { registerSort } from "./sort/command";

/** Adds arguments, options and action. */
export function define(ci: Command): void {
  ci.addHelpText("after", "\nThe pipelines in templates/ call these commands; docs/ci.md explains them.");
  registerSetup(ci);
  registerMatrix(ci);
  registerPreview(ci);
  registerComment(ci);
  registerSort(ci);
  registerDrift(ci);
  registerConfirmDestroy(ci);
  registerCheckState(ci);
  registerOidcToken(ci);
}
