import { describe, expect, test } from 'vitest'
import { readInputs } from '../../src/github/inputs.ts'

describe('readInputs', () => {
  test('takes declared and undeclared inputs, with names as typed but in lower case', () => {
    const inputs = readInputs({
      INPUT_IMAGE: 'x',
      'INPUT_BUILD-ARGS': 'A=1',
      INPUT_BUILD_ARGS: 'B=2',
      INPUT_EMPTY: '',
      PATH: '/bin',
      input_lower: 'y',
      XINPUT_Z: 'z',
    })
    expect([...inputs]).toEqual([
      ['image', 'x'],
      ['build-args', 'A=1'],
      ['build_args', 'B=2'],
      ['empty', ''],
    ])
  })

  test.each([
    { description: 'spaces', value: '  x  ', expected: 'x' },
    { description: 'lines and tabs', value: '\r\n\tx\n', expected: 'x' },
    { description: 'only white space', value: ' \n ', expected: '' },
    { description: 'white space inside', value: 'a \n b', expected: 'a \n b' },
    { description: 'a byte order mark', value: '\uFEFFx', expected: '\uFEFFx' },
    { description: 'no-break spaces', value: '\u00a0x\u00a0', expected: '\u00a0x\u00a0' },
    { description: 'a line separator', value: 'x\u2028', expected: 'x\u2028' },
    { description: 'a vertical tab', value: '\u000bx', expected: '\u000bx' },
    { description: 'a NEL', value: '\u0085x', expected: '\u0085x' },
  ])('trims ASCII white space only: $description', ({ value, expected }) => {
    expect(readInputs({ INPUT_X: value }).get('x')).toBe(expected)
  })
})
