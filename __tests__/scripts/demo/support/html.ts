/** An element of a page. */
export interface Element {
  readonly tag: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: (Element | string)[]
}

const VOID = ['meta', 'br']
const TAG = /^<(?<close>\/?)(?<name>[a-z][a-z0-9]*)(?<attributes>(?: [a-z-]+="[^"<>]*")*)>/
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

function decode(text: string): string {
  const character = (_: string, name: string): string => {
    if (name.startsWith('#x')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16))
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)))
    const found = ENTITIES[name]
    if (found === undefined) throw new Error(`the entity &${name}; is not known here`)
    return found
  }
  if (text.includes('>')) throw new Error(`a bare bracket in ${JSON.stringify(text)}`)
  return text.replaceAll(/&(#x[0-9a-f]+|#\d+|\w+);/gi, character)
}

function attributesOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/ ([a-z-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, decode(value)]),
  )
}

/**
 * Reads a page of the demo, more strictly than browsers do: what is not a well-formed tag in lower case, closed in order,
 * is an error. So nothing that slipped through unescaped can look like text here and like a tag there.
 */
export function parsePage(html: string): Element {
  const root: Element = { tag: '', attributes: new Map(), children: [] }
  const open = [root]
  let rest = html.replace(/^<!doctype html>\n/, '')
  while (rest !== '') {
    const current = open.at(-1) ?? root
    const end = current.tag === 'style' ? rest.indexOf('</style>') : rest.indexOf('<')
    const text = end < 0 ? rest : rest.slice(0, end)
    if (text !== '') current.children.push(current.tag === 'style' ? text : decode(text))
    rest = rest.slice(text.length)
    if (rest === '') break
    const groups = TAG.exec(rest)?.groups
    if (groups === undefined) throw new Error(`not a tag: ${rest.slice(0, 80)}`)
    const { close, name = '', attributes = '' } = groups
    rest = rest.slice(`<${close}${name}${attributes}>`.length)
    if (close === '/') {
      if (open.pop()?.tag !== name) throw new Error(`</${name}> closes something else`)
      continue
    }
    const element: Element = { tag: name, attributes: attributesOf(attributes), children: [] }
    current.children.push(element)
    if (!VOID.includes(name)) open.push(element)
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)?.tag}> is left open`)
  return root
}

/** All elements below one, in the order of the page. */
function elementsOf(element: Element): readonly Element[] {
  return element.children.flatMap((child) => (typeof child === 'string' ? [] : [child, ...elementsOf(child)]))
}

/** The elements of a name. */
export function allOf(element: Element, tag: string): readonly Element[] {
  return elementsOf(element).filter((one) => one.tag === tag)
}

/** What an element says; a line break is a new line. */
export function textOf(element: Element): string {
  return element.children
    .map((child) => (typeof child === 'string' ? child : child.tag === 'br' ? '\n' : textOf(child)))
    .join('')
}

/** The cells of a table, row by row, the head first. */
export function cellsOf(table: Element): readonly (readonly string[])[] {
  return allOf(table, 'tr').map((row) =>
    elementsOf(row)
      .filter(({ tag }) => tag === 'td' || tag === 'th')
      .map((cell) => textOf(cell).trim()),
  )
}

/** Where the links of a page lead. */
export function linksOf(element: Element): readonly string[] {
  return allOf(element, 'a').map(({ attributes }) => attributes.get('href') ?? '')
}

/** The tags that a page of the demo is made of; no other may be in one. */
const HARMLESS = [
  ...['html', 'head', 'meta', 'title', 'style', 'body', 'nav', 'main', 'article', 'span'],
  ...[
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'p',
    'br',
    'hr',
    'a',
    'strong',
    'em',
    'del',
    'code',
    'pre',
    'blockquote',
  ],
  ...['ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
]
const ATTRIBUTES = [
  'lang',
  'charset',
  'content',
  'http-equiv',
  'name',
  'href',
  'rel',
  'class',
  'start',
  'align',
]

/** What on a page could do harm, or load something; nothing, if all is well. */
export function harmIn(page: Element): readonly string[] {
  return elementsOf(page).flatMap(({ tag, attributes }) => [
    ...(HARMLESS.includes(tag) ? [] : [tag]),
    ...[...attributes].flatMap(([name, value]) => {
      const isLink = name === 'href' && !/^(?:https?:\/\/|(?:\.\.\/)?[\w./-]+$)/.test(value)
      return isLink || !ATTRIBUTES.includes(name) ? [`${tag} ${name}=${value}`] : []
    }),
  ])
}
