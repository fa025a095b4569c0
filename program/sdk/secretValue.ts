/** The marks of secret values on the wire, which the SDK's plugin server leaves to the plugin. */
export { isRpcSecret, specialSecretSig, specialSigKey, unwrapRpcSecret } from "@pulumi/pulumi/runtime/rpc";
