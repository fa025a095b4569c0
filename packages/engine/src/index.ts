export { pinnedArchives, type Digest } from "./checksums";
export type { Engine, EngineSource } from "./engine";
export { goEnvironment } from "./build";
export { goBinVersion, goModuleFolder } from "./go";
export { engineFolder, engineVersion, ensureEngine, type EngineOptions } from "./ensureEngine";
export { bundleLanguageHost } from "./languageHostFiles";
