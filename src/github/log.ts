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

/** Texts from a registry or a record may hold `::`; at the start of a line that would be a workflow command. */
function neutral(message: string): string {
  return message.replace(/^(\s*)(::|##\[)/gm, '$1\u200b$2')
}

/** A secret shows up as itself or in base64, alone or inside `user:secret`; short values would mask half the log. */
function forms(secret: string): readonly string[] {
  if (secret.length < 4) return secret === '' ? [] : [secret]
  const lines = secret.split(/\r?\n/).filter((line) => line.trim().length >= 4)
  return [...new Set([secret, Buffer.from(secret).toString('base64'), ...lines])]
}
