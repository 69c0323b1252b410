/** What the image is built with, how it is deployed, and how what was deployed is stopped again. */
export interface Target {
  /** Inputs of the build action. */
  readonly build: Readonly<Record<string, string>>
  /** The inputs `run` and `running` of the deploy action. */
  readonly run: string
  readonly running: string
  /** Variables of every job. */
  readonly env: Readonly<Record<string, string>>
  /** Stops what was started for an environment; says what that was, or undefined when there was nothing. */
  stop(environment: string): Promise<string | undefined>
}
