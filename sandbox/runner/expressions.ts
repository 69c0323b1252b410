/** Contexts by name; each is a tree of plain values. */
export type ExpressionContexts = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/**
 * Replaces the `${{ context.property }}` parts of a text. Anything but a property path is refused, and so
 * is an unknown context or property: the harness rather stops than guesses what GitHub would answer.
 */
export function evaluateTemplate(template: string, contexts: ExpressionContexts): string {
  const text = template.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => {
    return evaluatePath(expression.trim(), contexts)
  })
  return text
}

function evaluatePath(expression: string, contexts: ExpressionContexts): string {
  if (!/^[a-z_]\w*(\.[a-z_][\w-]*)+$/i.test(expression)) {
    throw new Error(`the expression '${expression}' is not supported: expected a property path`)
  }
  const [root = '', first = '', ...rest] = expression.split('.')
  const context = contexts[root]
  if (context === undefined)
    throw new Error(`the expression '${expression}' uses the unknown context '${root}'`)
  if (!Object.hasOwn(context, first)) {
    throw new Error(`the expression '${expression}' uses the unknown property '${root}.${first}'`)
  }
  // Below the first property the shape depends on the event or the step: a missing value is empty, as on GitHub.
  const value = rest.reduce<unknown>(
    (inner, name) => (isRecord(inner) ? inner[name] : undefined),
    context[first],
  )
  if (value === undefined || value === null) return ''
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  throw new Error(`the expression '${expression}' is not a string, number or boolean`)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
