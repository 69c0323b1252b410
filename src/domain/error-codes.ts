/**
 * Every code a user can meet. Codes are public API: scripts match on them, so one is never renamed or
 * reused. `docs/error-codes.md` is generated from this table.
 */
export const ERROR_CODES = {
  INPUT_INVALID: {
    means: 'One or more inputs are missing, malformed or do not go together. Nothing was pushed or deployed.',
    next: 'Correct the inputs named in the message; all faults are listed at once.',
  },
  REFERENCE_INVALID: {
    means: 'An image repository, tag or digest does not follow the OCI grammar.',
    next: 'Write the repository with its registry host, in lower case, for example `ghcr.io/owner/app`.',
  },
  COMMIT_NOT_CHECKED_OUT: {
    means: 'The files in the workspace belong to another commit than the one that would be sealed.',
    next: 'Check out that commit (actions/checkout with `ref:`), or correct the `commit` input.',
  },
  EVENT_REFUSED: {
    means:
      'The event does not say safely which commit to use (for example `pull_request_target`), its payload and the runner ' +
      'disagree, or its job has no rights to deploy (a pull request from a fork).',
    next: 'Do what the message says; mostly, give the `commit` input explicitly. [Events](events.md) lists what each says.',
  },
  PREPARE_FAILED: { means: 'The `prepare` script failed.', next: 'Read its output above the error.' },
  ENGINE_FAILED: {
    means: 'The build engine failed, or published something other than it reported.',
    next: 'Read the engine output above the error; nothing was sealed.',
  },
  ENGINE_MISSING: {
    means: 'The program an engine needs is not installed on this runner.',
    next: 'Install it, or choose another engine; `layers` and `files` need none.',
  },
  SOURCE_INVALID: {
    means: 'The files to publish are missing, empty, unreadable or of a kind that cannot be archived.',
    next: 'Correct `path`, or let `prepare` create the files.',
  },
  UNSEALED_TAG: {
    means: 'The SHA tag exists, but no build record for this commit is attached to it.',
    next: 'Find out who pushed it. Delete the tag, or set `adopt: true` to seal what is there.',
  },
  SEAL_UNSTABLE: {
    means: 'The SHA tag kept changing while it was being sealed, or does not show what was written.',
    next: 'Something else writes this tag. Stop it and run the job again.',
  },
  TAG_CONFLICT: {
    means: 'A tag does not resolve to the built digest after it was written (often an immutable tag).',
    next: 'Choose another tag, or remove the tag from `tags`.',
  },
  DIGEST_MISSING: {
    means: 'deploy was given no digest.',
    next:
      'Pass the bare `digest` output of build; outputs holding a masked value are dropped by the runner. Skip the job where ' +
      "nothing was published, as for a pull request from a fork: `if: needs.build.outputs.digest != ''`.",
  },
  DIGEST_MISMATCH: {
    means: 'The digest to deploy is not the one that was built for this commit.',
    next: 'Deploy the sealed digest named in the table.',
  },
  NOT_SEALED: {
    means: 'This commit has no sealed build in `image`.',
    next: 'Run the build action for this commit first, with the same `image`.',
  },
  TAG_MOVED: {
    means:
      'The SHA tag no longer points at the artifact that was built. With `seal: git`: the SHA tag and the git ref name ' +
      'different artifacts.',
    next: 'Find out who moved it, put it back to the built digest, then deploy again.',
  },
  RECORD_MISMATCH: {
    means: 'The build record attached to the artifact names another commit, repository or digest.',
    next: 'Deploy the digest that was built for this commit.',
  },
  BUILT_TWICE: {
    means: 'Two digests hold a build record for one commit, so nobody can say which one was tested.',
    next: 'Decide which is right, remove the other, and let only build-once write the SHA tag.',
  },
  WITNESS_UNREADABLE: {
    means: 'A witness exists but could not be read; an unreadable witness is a failure, not an absence.',
    next: 'Restore access to it and run the job again.',
  },
  REBUILD_REQUESTED: {
    means: 'deploy was asked to build: by an input, or by a command inside `run` or `running`.',
    next: 'Build in the build job; deploy only consumes its digest.',
  },
  PULL_REQUEST_BUILD: {
    means: 'The artifact was built for a pull request, which is no release candidate.',
    next: 'Deploy the build of the merged commit, or set `allow-pull-request: true` for a preview. Where a pull request has built the very commit that was pushed later (`commit` input), its one build stays: do not give `commit` in pull requests that are merged by fast-forward.',
  },
  OUT_OF_ORDER: {
    means:
      'An environment named in `after` does not run this digest: it was never deployed there with success, or something else has replaced it. Or something else was deployed while a `rollback-to` waited, so that it means another commit now.',
    next: 'Deploy this digest there first, or deploy the digest that runs there. For a rollback, look at what was deployed, and run the job again.',
  },
  SOAKING: {
    means: 'An environment named in `after` runs this digest, but for less than `soak`.',
    next: 'Run the job again after the time in the message.',
  },
  OUTDATED: {
    means: 'The commit is older than the one the environment runs.',
    next: 'Deploy a newer commit. To go back on purpose, set `rollback: true` or use `rollback-to`.',
  },
  ROLLBACK_UNKNOWN: {
    means:
      'What `rollback-to` names was never deployed to this environment with success, so there is nothing to go back to.',
    next: 'Name a commit or tag that was deployed there; the message says what was looked for.',
  },
  LOCKED: {
    means: 'Another job deploys this image to this environment, and did not end within `lock-timeout`.',
    next: 'Run the job again when the workflow run in the message has ended.',
  },
  ENVIRONMENT_UNPROTECTED: {
    means:
      'With `require-protection: true`: the GitHub environment does not exist or has no protection rule.',
    next: 'Under Settings → Environments of the repository, create the environment or open it, and add a required reviewer, a wait timer or allowed branches.',
  },
  RUN_FAILED: { means: 'The `run` script failed.', next: 'Read its output above the error.' },
  RUNNING_MISMATCH: {
    means: 'What runs after the deployment is not the digest that was deployed.',
    next: 'Check why the environment runs something else; the deployment is recorded as failed.',
  },
  UNPACK_FAILED: {
    means: 'The artifact could not be unpacked safely and completely.',
    next: '`unpack` takes artifacts of the `files` engine and an empty or new folder.',
  },
  CONFIG_MISSING: {
    means: 'A file named in `config` does not exist or cannot be read.',
    next: 'Correct `config`; its files are part of the release and are hashed into the record.',
  },
  RECORD_INVALID: {
    means: 'A record is not a valid build-once document, or is one of a newer version.',
    next: 'Update build-once, or remove the foreign document.',
  },
  REGISTRY_DENIED: {
    means: 'The registry refused the credentials, or they do not allow this.',
    next: 'Log in to the registry before this step, or give `username` and `password`; check the permissions.',
  },
  REGISTRY_UNAVAILABLE: {
    means: 'The registry did not answer properly in time (network, 429 or 5xx), also after retries.',
    next: 'Run the job again when the registry is healthy. Nothing was assumed about the commit.',
  },
  REGISTRY_UNEXPECTED: {
    means: 'Something answered that does not speak like a registry, or broke the protocol.',
    next: 'Check the registry host, and any proxy or login page in between.',
  },
  REGISTRY_NOT_FOUND: {
    means: 'A manifest or blob that must exist is not in the repository.',
    next: 'Check the repository and digest; retention rules may have deleted it.',
  },
  REGISTRY_REFUSED: {
    means: 'The registry refused a write (invalid, too large, immutable or not supported).',
    next: 'Correct what the registry’s answer in the message names, and run the job again.',
  },
  COPY_REFUSED: {
    means:
      'An artifact cannot be copied whole: it refers to layers kept elsewhere, or is larger than the limits.',
    next: 'Read the message; nothing was written. Publish the artifact with all its layers in the repository.',
  },
  CONTENT_CORRUPT: {
    means: 'Bytes read do not hash to the digest they were asked for by.',
    next: 'Do not use this copy. Check the registry, its storage and any proxy in between.',
  },
  CREDENTIALS_INVALID: {
    means: 'The docker configuration or a credential helper could not be used.',
    next: 'Correct the file or helper named in the message, or give `username` and `password`.',
  },
  GITHUB_DENIED: {
    means: 'GitHub refused the token, or the token may not do this.',
    next: 'Add the permission named in the message to the `permissions:` of this job; [permissions](permissions.md) has a block for each. Where GitHub does not know the token, give a valid one.',
  },
  GITHUB_NOT_FOUND: {
    means: 'GitHub knows no such thing, or does not show it to this token.',
    next: 'Check the repository, and that the token belongs to it and has the permission named in the message.',
  },
  GITHUB_REFUSED: {
    means: 'GitHub refused a request as it is (invalid, in conflict, or against a rule of the repository).',
    next: 'Correct what GitHub’s answer in the message names, and run the job again.',
  },
  GITHUB_RATE_LIMITED: {
    means: 'GitHub takes no more requests for now, and waiting for it would take too long.',
    next: 'Run the job again after the time named in the message. All jobs of a repository share one limit.',
  },
  GITHUB_UNAVAILABLE: {
    means: 'GitHub’s API did not answer properly in time (network or 5xx), also after retries.',
    next: 'Run the job again when GitHub is healthy. Nothing was assumed about what was asked.',
  },
  GITHUB_UNEXPECTED: {
    means: 'Something answered that does not speak like GitHub’s API, or leads to another host.',
    next: 'Check the address of the API in the message, and any proxy or login page in between.',
  },
  GIT_SEAL_INVALID: {
    means:
      'The git seal of this commit (`refs/build-once/…`) is not one that build-once wrote, or the artifact it names has ' +
      'no build record.',
    next: 'Find out who wrote the git ref. After it is deleted, the next build seals the commit anew, or `backfill: true` restores the seal from the registry.',
  },
  NOT_SEALED_IN_GIT: {
    means: 'The SHA tag of this commit exists, but with `seal: git` a tag without a git seal proves nothing.',
    next: 'For builds from before `seal: git`, run the build action once with `backfill: true`. Else find out who wrote the tag.',
  },
  CANCELLED: {
    means:
      'The job was cancelled, or the runner was stopped. What the step had started was ended, and the record of a deployment says so.',
    next: 'Run the job again if it was not meant to stop. A deployment whose script was cancelled may have been carried out in part.',
  },
  INTERNAL: {
    means: 'A defect in build-once.',
    next: 'Report it, with the log of a workflow run that has debug logging on.',
  },
} as const satisfies Record<string, { readonly means: string; readonly next: string }>

/** One of the public error codes. */
export type ErrorCode = keyof typeof ERROR_CODES
