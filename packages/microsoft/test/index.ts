/**
 * Helpers of this package's tests that the product's tests use too:
 * `@defender-mssp/microsoft/testing`, from the sources only.
 */
export { encryptedArchive } from "./entra/archives";
export { loopback } from "./loopback";
export { untimed } from "./untimed";
