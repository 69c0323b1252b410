/** Variables of the action itself, which the runner gives to no `run:` step either. */
const PRIVATE = /^(?:INPUT_|STATE_|ACTIONS_RUNTIME_|ACTIONS_RESULTS_URL$|ACTIONS_CACHE_|BUILD_ONCE_GUARD)/

/** The environment for scripts and tools: the caller's, without inputs (they may hold passwords) and runtime tokens. */
export function childEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !PRIVATE.test(name)))
}
