import * as core from '@actions/core'
import type { Log } from '../platform/log.ts'

/** The log of a step: workflow commands of the runner, written and escaped by the toolkit. */
export const githubLog: Log = {
  info: (message) => core.info(neutral(message)),
  debug: (message) => core.debug(message),
  notice: (message) => core.notice(message),
  warning: (message) => core.warning(message),
  group: async (title, work) => await core.group(title, work),
  raw: (chunk) => {
    process.stdout.write(chunk)
  },
  mask: (secret) => {
    for (const form of forms(secret)) core.setSecret(form)
  },
}

/** Texts from a registry or a record may hold a workflow command: `::` starts a line, `##[` stands anywhere in it. */
function neutral(message: string): string {
  return message.replace(/^(\s*)::/gm, '$1\u200b::').replaceAll('##[', '##\u200b[')
}

/** A secret shows up as itself or in base64, alone or inside `user:secret`; short values would mask half the log. */
function forms(secret: string): readonly string[] {
  if (secret.length < 4) return secret === '' ? [] : [secret]
  const lines = secret.split(/\r?\n/).filter((line) => line.trim().length >= 4)
  return [...new Set([secret, Buffer.from(secret).toString('base64'), ...lines, ...shifted(secret)])]
}

/** What base64 makes of the secret behind 0, 1 or 2 other bytes: the characters that hold nothing but the secret. */
function shifted(secret: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
    return bytes
      .toString('base64')
      .slice(before === 0 ? 0 : before + 1, Math.floor((bytes.byteLength * 4) / 3))
  })
}
