/** Where a verb tells what it does. On GitHub these become log lines, annotations and masks. */
export interface Log {
  info(message: string): void
  debug(message: string): void
  notice(message: string): void
  warning(message: string): void
  /** Runs work with its output folded under a title. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>
  /** Raw output of a child process, as it comes. */
  raw(chunk: string): void
  /** Hides a value, and its base64 form, in everything written from now on. Call before first use. */
  mask(secret: string): void
}
