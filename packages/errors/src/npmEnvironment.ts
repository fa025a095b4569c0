/** The environment of npm where a command starts it. */

/** Settings of where the registries are, how npm signs in, and how it reaches them. */
const keptSettings =
  /registry$|proxy$|^\/\/|^_?auth|^_password$|^username$|^(ca|cafile|cert|key|strict_ssl|userconfig|globalconfig|cache|offline)$|^prefer_o|^fetch_|^maxsockets$|^local_address$|^before$|^min_release_age/;

/**
 * Drops the settings of an npm that started this command, such as `loglevel=silent` of `npm run -s`:
 * npm prints its errors, whatever the caller asked its own npm.
 */
export function npmEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => {
    const setting = /^npm_config_(.+)$/i.exec(name)?.[1]?.toLowerCase().replaceAll("-", "_");
    return setting === undefined ? !/^npm_/i.test(name) : keptSettings.test(setting);
  });
  return { ...Object.fromEntries(kept), npm_config_loglevel: "error" };
}
