export { pinnedArchives, type Digest } from "./checksums";
export type { Engine, EngineSource } from "./engine";
export { goBinVersion, goModuleFolder } from "./go";
export { engineFolder, engineVersion, ensureEngine, type EngineOptions } from "./ensureEngine";
export { goEnvironment } from "./goProgram";
export { bundleLanguageHost } from "./languageHostFiles";
export {
  buildYamlHost,
  ensureYamlHost,
  yamlHostModuleFolder,
  yamlHostVersion,
  type YamlLanguageHost,
} from "./ensureYamlHost";
