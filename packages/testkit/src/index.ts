/** What the tests of this repository and the programs in `dev/` share. Never published. */
export * from "@defender-mssp/sandbox/internals";
export * from "./azureRoles";
export * from "./certificates";
export * from "./daemon";
export * from "./fixture";
export * from "./newFolder";
export * from "./oracle";
export * from "./referenceFolder";
export * from "./requestLedger";
export * from "./requests";
export * from "./sandboxProject";
export { secretOutput, StateFile } from "./sharedRuntime/stateFile";
export { Vault } from "./sharedRuntime/vault";
export * from "./stoppedClock";
export * from "./temporarySandbox";
export * from "./testSandbox";
export * from "./trustCertificates";
