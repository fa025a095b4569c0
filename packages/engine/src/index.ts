export type { Engine, EngineSource } from "./engine";
export { engineFolder, engineVersion, ensureEngine, type EngineOptions } from "./ensureEngine";
