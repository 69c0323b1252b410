/** Something did not go as the demo promises. */
export class DemoFailure extends Error {}

/** Fails the demo unless two values are equal. */
export function expectEqual(what: string, expected: string, got: string): void {
  if (got !== expected) throw new DemoFailure(`${what} · expected ${expected}, got ${got || 'nothing'}`)
}
