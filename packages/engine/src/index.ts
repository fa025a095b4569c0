export {
  engineFolder,
  engineVersion,
  ensureEngine,
  type Engine,
  type EngineOptions,
  type EngineSource,
} from "./ensureEngine";
