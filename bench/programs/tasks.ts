/** One image that gets further names in its own repository. */
export interface TagTask {
  /** The repository, without tag and digest. */
  readonly image: string
  readonly from: string
  readonly tags: readonly string[]
}

/** One image that is copied to another place, and gets a tag there. */
export interface CopyTask {
  /** A reference with a digest. */
  readonly from: string
  /** A reference with a tag. */
  readonly to: string
}

/** What one of the programs is started for. */
export type Task =
  | { readonly verb: 'tag'; readonly images: readonly TagTask[] }
  | ({ readonly verb: 'copy' } & CopyTask)
