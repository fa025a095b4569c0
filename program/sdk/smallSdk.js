"use strict";

const { isOn } = require("./isOn.js");

/** The modules of the SDK that `@pulumi/policy` needs. */
const needed = { asset: "@pulumi/pulumi/asset", output: "@pulumi/pulumi/output" };

/**
 * esbuild plugin for the policy pack: `@pulumi/policy` is compiled in with the two modules of the
 * SDK that it needs, in place of the whole SDK, which takes longer to load than everything else in
 * the pack. Other packages are required as they are.
 */
exports.smallSdk = {
  name: "small SDK",
  setup({ onResolve, onLoad }) {
    const isSmall = isOn && Object.values(needed).every(isInstalled);
    onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) => {
      if (kind === "entry-point" || (isSmall && name === "@pulumi/policy")) return undefined;
      return isSmall && name === "@pulumi/pulumi"
        ? { path: name, namespace: "small-sdk" }
        : { path: name, external: true };
    });
    onLoad({ filter: /.*/, namespace: "small-sdk" }, () => ({
      contents: `export * as asset from "${needed.asset}"; export { Output } from "${needed.output}";`,
      resolveDir: __dirname,
    }));
  },
};

function isInstalled(name) {
  try {
    return require.resolve(name) !== undefined;
  } catch {
    return false;
  }
}
