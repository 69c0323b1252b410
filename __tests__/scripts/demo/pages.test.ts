import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deploymentsPage } from '../../../scripts/demo/pages/deployments.ts'
import { renderMarkdown } from '../../../scripts/demo/pages/markdown.ts'
import { indexPage, type SummarizedStep, summaryPage } from '../../../scripts/demo/pages/summaries.ts'
import { PolicyError } from '../../../src/domain/error.ts'
import type { DeployResult } from '../../../src/verbs/deploy/run.ts'
import { deploySummary, failureSummary } from '../../../src/verbs/deploy/summary.ts'
import { RefusedEvidence } from '../../../src/verbs/deploy/witnesses.ts'
import { amd64, commit, digestWith, repository } from '../../fixtures/samples.ts'
import { allOf, cellsOf, harmIn, linksOf, parsePage, textOf } from './support/html.ts'

/** Names that strangers could choose. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '</td></table><img src=x onerror=alert(1)>',
  '[click](javascript:alert(1)) | ![x](https://example.com/x.png)',
  '`</code><svg onload=alert(1)>`',
  '"><iframe src="https://example.com">',
  '&lt;b&gt; \\<b> <!-- <b> --> <pre>&<img src=x',
]

const digest = amd64.digest
const row = { witness: 'SHA tag', digest, where: `registry.test/owner/app:${commit}` }

function deployed(fields: Partial<DeployResult> & { readonly environment?: string } = {}): DeployResult {
  const { environment = 'staging', ...others } = fields
  const agreement = { evidence: [row], findings: [], digest, child: undefined, record: undefined }
  return {
    target: { repository, commit, environment },
    digest,
    reference: `registry.test/owner/app@${digest}`,
    previousDigest: digestWith('b'),
    order: [],
    isRollback: false,
    releaseId: 'release-0123456789abcdef',
    configDigest: undefined,
    deploymentId: '1400000001',
    verified: { agreement, sealed: amd64 },
    planned: undefined,
    milliseconds: 850,
    ...others,
  }
}

function stepOf(markdown: string, fields: Partial<SummarizedStep> = {}): SummarizedStep {
  return {
    ...{ file: '01-deploy', name: 'deploy', environment: 'staging', commit, markdown },
    ...{ isGood: true, outcome: 'deployed', time: '850 ms', ...fields },
  }
}

describe('a summary as GitHub shows it', () => {
  test('has its tables as tables, and whole digests', () => {
    const page = parsePage(summaryPage(stepOf(deploySummary(deployed()))))
    expect(harmIn(page)).toEqual([])
    expect(allOf(page, 'h3').map(textOf)).toEqual(['🚀 Deployed to staging'])
    const [properties, witnesses, ...others] = allOf(page, 'table').map(cellsOf)
    expect(others).toEqual([])
    expect(Object.fromEntries(properties ?? [])).toMatchObject({
      Environment: 'staging',
      Commit: commit,
      Digest: digest,
      Replaces: digestWith('b'),
      Deployment: '1400000001',
    })
    expect(witnesses).toEqual([
      ['Witness', 'Digest', 'Where read'],
      ['SHA tag', digest, row.where],
    ])
    expect(linksOf(page)).toEqual(['index.html', '01-deploy.md', '../logs/01-deploy.log'])
  })

  test('of a refusal says which commit it was about, and in the message digests stand out', () => {
    const error = new PolicyError('OUT_OF_ORDER', `Not now.\nOUT_OF_ORDER: expected ${digest}, got none`, {
      hint: 'Deploy it there first.',
    })
    const seen = new RefusedEvidence()
    const target = { repository, commit, environment: 'production' }
    const page = parsePage(summaryPage(stepOf(failureSummary({ target, error, state: 'refused', seen }))))
    expect(allOf(page, 'strong').map(textOf)).toContain('OUT_OF_ORDER')
    expect(allOf(page, 'code').map(textOf)).toEqual([digest, commit, 'registry.test/owner/app'])
    expect(allOf(page, 'blockquote').map((quote) => textOf(quote).trim())).toEqual(['Deploy it there first.'])
  })

  test.each(HOSTILE)('shows %s, and does nothing of it', (name) => {
    const agreement = {
      ...{ evidence: [{ witness: name, digest: null, where: name, note: name }, row], findings: [] },
      ...{ digest, child: name, record: undefined },
    }
    const summary = deploySummary(
      deployed({
        environment: name,
        releaseId: name,
        planned: [name],
        order: [{ environment: name, finding: undefined, note: name }],
        verified: { agreement, sealed: amd64 },
      }),
    )
    const seen = new RefusedEvidence()
    seen.agreement = agreement
    const error = new PolicyError('OUT_OF_ORDER', `${name}\n${name}`, { hint: name })
    const target = { repository, commit, environment: name }
    const refusal = failureSummary({ target, error, state: 'refused', seen })
    for (const markdown of [summary, refusal]) {
      const page = parsePage(summaryPage(stepOf(markdown, { name, file: name })))
      expect(harmIn(page)).toEqual([])
      expect(allOf(page, 'h3').map(textOf).join()).toContain(name)
      expect(
        allOf(page, 'table').map((table) => new Set(cellsOf(table).map(({ length }) => length))),
      ).toEqual([new Set([2]), new Set([3])])
      expect(cellsOf(allOf(page, 'table')[1] ?? page)[1]?.[0]).toBe(name)
    }
  })
})

describe('Markdown that nobody escaped', () => {
  test.each([
    ['a <b>x</b><br>y<br />z', '<p>a &lt;b&gt;x&lt;/b&gt;<br>y<br>z</p>\n'],
    ['<img src=x onerror=alert(1)>', '<p>&lt;img src=x onerror=alert(1)&gt;</p>\n'],
    ['q <pre><img src=x onerror=alert(1) y', '<p>q &lt;pre&gt;&lt;img src=x onerror=alert(1) y</p>\n'],
    ['[x](<script>) [y](index.html)', '<p>x y</p>\n'],
    ['[x](javascript:alert(1)) ![a"b](https://example.com/x.png)', '<p>x a&quot;b</p>\n'],
    [
      '[x](https://example.com/?a=1&b "t")',
      '<p><a href="https://example.com/?a=1&amp;b" rel="nofollow noreferrer">x</a></p>\n',
    ],
  ])('%s', (markdown, html) => {
    expect(renderMarkdown(markdown)).toBe(html)
  })

  test('never makes a tag of its own, whatever it is put together from', () => {
    const parts = [
      '<script>',
      '<pre>',
      '</pre>',
      '<img src=x onerror=y>',
      '<a href="javascript:x">',
      '<!--',
      '-->',
    ]
    const marks = [
      '<',
      '>',
      '&',
      '"',
      "'",
      '`',
      '|',
      '\n',
      '\n\n',
      '    ',
      '| a | b |\n| - | - |\n',
      '- [x] ',
      '> ',
    ]
    const links = [
      '[',
      '](',
      ')',
      'javascript:x',
      'data:x',
      'https://example.com/',
      '![',
      '[a]: ',
      '&lt;',
      '&amp',
      '~~~',
    ]
    const piece = fc.oneof(fc.constantFrom(...parts, ...marks, ...links), fc.string({ maxLength: 3 }))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const html = renderMarkdown(pieces.join(''))
        // Every tag there is one of the renderer's own, without anything but what it writes into it.
        const left = html.replaceAll(
          /<\/?(?:h[1-6]|p|br|hr|strong|em|del|code|pre|blockquote|ul|li|table|thead|tbody|tr|th|td|ol)>|<ol start="\d+">|<code class="language-[^"<>]*">|<(?:td|th) align="(?:left|right|center)">|<a href="https?:[^"<>]*" rel="nofollow noreferrer">|<\/a>/g,
          '',
        )
        expect(left).not.toMatch(/[<>]/)
      }),
      { numRuns: 2000 },
    )
  })
})

test('the index lists the steps in their order, with how they ended', () => {
  const steps = [
    stepOf('', { file: '01-build', name: 'build', environment: undefined, outcome: 'built' }),
    stepOf('', { file: '02-refused', name: 'refused', isGood: false, outcome: 'refused with OUT_OF_ORDER' }),
    stepOf('', { file: 'x" onclick="y', name: HOSTILE[1] ?? '', environment: HOSTILE[0] }),
  ]
  const page = parsePage(indexPage(steps))
  expect(harmIn(page)).toEqual([])
  expect(allOf(page, 'table').map(cellsOf)).toEqual([
    [
      ['#', 'Step', 'Environment', 'Commit', 'Outcome', 'Time', ''],
      ['1', 'build', '', commit.slice(0, 12), '✔ built', '850 ms', 'log'],
      ['2', 'refused', 'staging', commit.slice(0, 12), '✘ refused with OUT_OF_ORDER', '850 ms', 'log'],
      ['3', HOSTILE[1], HOSTILE[0], commit.slice(0, 12), '✔ deployed', '850 ms', 'log'],
    ],
  ])
  expect(linksOf(page)).toEqual([
    'deployments.html',
    ...['01-build.html', '../logs/01-build.log', '02-refused.html', '../logs/02-refused.log'],
  ])
})

test.each(['mona', ...HOSTILE])('the deployments show who deployed what where: %s', (name) => {
  const statuses = ['in_progress', 'success', 'inactive'].map((state) => ({
    state: state === 'in_progress' ? name : state,
    description: `Replaces ${name}`,
    environment_url: name,
    log_url: name,
    created_at: name,
  }))
  const deployment = {
    ...{ id: 1400000001, environment: name, sha: commit, creator: { login: name }, created_at: name },
    payload: { digest, actor: name, workflowRun: { id: name, attempt: 1, url: name } },
  }
  const page = parsePage(
    deploymentsPage({
      deployments: [{ deployment, statuses }],
      environments: [{ name, protection: [name] }],
      seals: [{ ref: name, object: name }],
    }),
  )
  expect(harmIn(page)).toEqual([])
  const [deployments, environments, seals] = allOf(page, 'table').map(cellsOf)
  expect(deployments?.slice(1)).toEqual([
    [
      `1400000001\n${name}`,
      name,
      `${name} → success → inactive`,
      digest,
      commit.slice(0, 12),
      `${name}\nfor ${name}\nrun ${name}, attempt 1`,
      `Replaces ${name}`,
    ],
  ])
  expect([environments?.[1], seals?.[1]]).toEqual([
    [name, name],
    [name, name],
  ])
})
